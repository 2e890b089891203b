"""The versions of the database: what they make, what they keep, and who may upgrade when."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import rpa.database.queue_tables  # noqa: F401 (its tables belong to the same metadata)
from rpa.database import open_database
from rpa.database.errors import DatabaseAhead, DatabaseBehind
from rpa.database.migrations.__main__ import write_next
from rpa.database.tables import metadata
from rpa.database.upgrading import MIGRATIONS, configuration, upgrade
from rpa.database.versions import HEAD, VERSIONS, version_of
from rpa.records import Records
from tests.case_samples import a_request
from tests.databases import database_url, engine_on, make_version, say_version

__all__ = ["database_url"]
SAMPLES = Path(__file__).parent / "samples"
OLD_TABLES = ("requests", "attempts", "intents", "observations", "ends")
AT_0001 = {
    "requests": "(1, 'R-1', '611974', '{}', 'file.csv row 3', '2026-11-23 09:00:00')",
    "attempts": "('R-1', 1, '2026-11-23 09:00:01', 'stand-in', 'e6', '0.1.0')",
    "intents": "('R-1-i1', 'R-1', 1, 2, '611974', 'set_status', 'ACTIVE', '2026-11-23 09:00:02', 1, 'done')",
    "observations": "('R-1', 1, 1, 'attempt_started', '', '2026-11-23 09:00:01', '{}', 'a1')",
    "ends": "('R-1', 1, 'needs_human', 'drift', '{}', 'a1', 'b2', '2026-11-23 09:00:03')",
}


def rows(engine: Engine, table: str, columns: list[str]) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table}")).mappings()
        return [{name: row[name] for name in columns} for row in found]


def test_the_versions_known_by_name_are_those_of_the_files() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert tuple(one.revision for one in scripts.walk_revisions())[::-1] == VERSIONS
    assert scripts.get_current_head() == HEAD


def test_the_next_version_is_begun_from_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr("rpa.database.upgrading.MIGRATIONS", tmp_path / "migrations")
    name = f"{len(VERSIONS) + 1:04}_console"
    write_next("console")
    newest = ScriptDirectory.from_config(configuration()).get_revision("head")
    assert newest is not None
    assert (newest.revision, newest.down_revision) == (name, HEAD)
    assert Path(newest.path).name == f"{name}.py"
    make_version(f"sqlite:///{tmp_path / 'rpa.db'}", name)


@pytest.mark.parametrize("made", [lambda url: open_database(url).dispose(), lambda url: make_version(url, HEAD)])
def test_new_and_migrated_tables_are_those_that_the_program_works_with(
    made: Callable[[str], None], database_url: str
) -> None:
    made(database_url)
    with engine_on(database_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        told = inspect(connection)
        keys = {name: told.get_pk_constraint(name)["constrained_columns"] for name in metadata.tables}
    assert keys == {name: list(table.primary_key.columns.keys()) for name, table in metadata.tables.items()}


def test_rows_of_the_version_before_are_found_again(database_url: str) -> None:
    make_version(database_url, "0001_records")
    with engine_on(database_url) as engine:
        with engine.begin() as connection:
            columns = {name: [one["name"] for one in inspect(connection).get_columns(name)] for name in OLD_TABLES}
            for table, values in AT_0001.items():
                connection.execute(text(f"INSERT INTO {table} VALUES {values}"))
        before = {table: rows(engine, table, columns[table]) for table in OLD_TABLES}
        assert upgrade(engine) == ("0001_records", HEAD)
        assert {table: rows(engine, table, columns[table]) for table in OLD_TABLES} == before
        assert rows(engine, "attempts", ["place"]) == [{"place": ""}]
        assert rows(engine, "requests", ["moved_to"]) == [{"moved_to": None}]
    assert all(len(found) == 1 for found in before.values())


def test_a_database_from_before_there_were_versions_is_read_on(tmp_path: Path) -> None:
    """Made and filled by the program of that time."""
    with sqlite3.connect(tmp_path / "rpa.db") as old:
        old.executescript((SAMPLES / "records_before_versions.sql").read_text())
    old.close()
    with Records(f"sqlite:///{tmp_path / 'rpa.db'}", tmp_path / "cases") as records:
        assert version_of(records.engine) == HEAD
        record = records.find("R-0001")
        assert record.outcome is not None
        assert record.outcome.code == "drift"
        assert record.attempts == 1
        assert [intent.outcome for intent in records.intents("R-0001")] == ["done"]
        records.accept(a_request())  # the same again
        records.accept(a_request("R-0002"))


def test_an_older_database_is_upgraded_at_once_only_where_nobody_else_works(database_url: str) -> None:
    make_version(database_url, "0001_records")
    if database_url.startswith("sqlite"):
        open_database(database_url).dispose()
    else:
        with pytest.raises(DatabaseBehind, match=r"is of version 0001_records.*`rpa db upgrade` once"):
            open_database(database_url)
    with engine_on(database_url) as engine:
        assert version_of(engine) == (HEAD if database_url.startswith("sqlite") else "0001_records")


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    open_database(database_url).dispose()
    say_version(database_url, "0099_newer")
    with pytest.raises(DatabaseAhead, match=r'"0099_newer".*install the newer program'):
        open_database(database_url)
    with engine_on(database_url) as engine:
        with pytest.raises(DatabaseAhead):
            upgrade(engine)
        assert version_of(engine) == "0099_newer"


def test_a_broken_upgrade_leaves_the_database_as_it_was(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_version(database_url, "0001_records")
    monkeypatch.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)  # after some tables were made
    with engine_on(database_url) as engine:
        with pytest.raises(ZeroDivisionError):
            upgrade(engine)
        monkeypatch.undo()
        assert not inspect(engine).has_table("batches")
        assert upgrade(engine) == ("0001_records", HEAD)


AT_ONCE = """
import multiprocessing, sys
import rpa.database.upgrading  # imported here, so that all begin in the same moment
from rpa.database import make_engine, open_database

urls, folder, files = sys.argv[1:4], sys.argv[4], int(sys.argv[5])
fork = multiprocessing.get_context("fork")
together = fork.Barrier(4, timeout=60)

def act():
    try:
        open_all()
    except BaseException:
        together.abort()
        raise

def open_all():
    for url in urls:
        together.wait()
        open_database(url).dispose()
    for number in range(files):
        engine = make_engine(f"sqlite:///{folder}/{number}.db")
        together.wait()
        engine.connect().close()
        engine.dispose()

for url in urls:
    make_engine(url).dispose()  # the drivers, too, are imported once
processes = [fork.Process(target=act) for _ in range(4)]
for process in processes:
    process.start()
for process in processes:
    process.join()
print([process.exitcode for process in processes])
"""
NEW_FILES = 100
MEMORY = Path("/dev/shm")  # where nothing waits for a disk, processes meet the more often


def test_four_processes_that_start_at_once_make_one_database(tmp_path: Path, postgres_url: str) -> None:
    """And some more files, for the rare moment in which two processes open a new one."""
    old = f"sqlite:///{tmp_path / 'old.db'}"
    make_version(old, "0001_records")
    urls = [f"sqlite:///{tmp_path / 'rpa.db'}", old, postgres_url]
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        command = [sys.executable, "-c", AT_ONCE, *urls, folder, str(NEW_FILES)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0]\n", "")
    for url in urls:
        with engine_on(url) as engine:
            assert version_of(engine) == HEAD


def test_a_database_of_this_version_is_made_and_opened_without_alembic(tmp_path: Path) -> None:
    script = """
import sys
from rpa.database import open_database
for _ in range(2):
    open_database(sys.argv[1]).dispose()
print("alembic" in sys.modules)
"""
    command = [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'rpa.db'}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
