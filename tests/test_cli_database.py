"""The database from the command line: its versions, and what keeps it from being opened. Never its password."""

import shutil
import socket
from pathlib import Path

import psycopg
import pytest
from loguru import logger
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from flows.model import End
from rpa.database import make_engine, open_database
from rpa.database.address import address_of, secrets_of
from rpa.database.errors import DatabaseNotOpened
from rpa.database.troubles import telling
from rpa.database.versions import HEAD
from rpa.records import Records
from rpa.settings import load_settings
from tests.case_samples import a_request, tell_case
from tests.cli_bench import folder, objects, requests, rpa
from tests.databases import database_url, make_version, say_version
from tests.postgres import PASSWORD
from tests.postgres_server import NEEDS_PASSWORD, PostgresServer

__all__ = ["database_url", "folder"]
pytestmark = pytest.mark.usefixtures("folder")
SECRET = "s3cret"
ROOT = Path(__file__).parents[1]
AT_0001 = f"is of version 0001_records, and this program works with {HEAD}"


def fails(words: str, says: str) -> None:
    """One sentence, exit code 2, and no password."""
    result = rpa(*words.split())
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert SECRET not in result.output


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("robot:s3cret@db/rpa", "RPA_DATABASE_URL is not a database's URL; write it as postgresql://USER:"),
        ("postgresql:/robot:s3cret@db/rpa", "RPA_DATABASE_URL is not a database's URL"),
        ("postgresql://robot:x@db:s3cret/rpa", "RPA_DATABASE_URL is not a database's URL"),
        ("postgresql://robot:x@s3cret@db/rpa", "RPA_DATABASE_URL cannot be taken apart: in its user name and password"),
        ("mysql://robot:s3cret@db/rpa", 'RPA_DATABASE_URL begins with "mysql://"; this program works with sqlite:///'),
        ("postgresql+asyncpg://robot:s3cret@db/rpa", 'begins with "postgresql+asyncpg://"; this program works with'),
        (
            "postgresql://robot:s3cret@127.0.0.1:9/rpa",
            "PostgreSQL on 127.0.0.1, port 9 cannot be reached (Connection r",
        ),
        ("postgresql://robot:s3cret@db.invalid/rpa", "PostgreSQL on db.invalid cannot be reached (failed to resolve"),
        ("postgres://robot:s3cret@/rpa?host=/nowhere", "PostgreSQL on /nowhere cannot be reached (No such file or dir"),
        ("postgresql://robot:s3cret@/rpa?port=no", "RPA_DATABASE_URL is not a database's URL"),
        ("postgresql://robot:s3cret@127.0.0.1/rpa?bad=1", "cannot be used: invalid connection option"),
        ("postgresql://robot:s3cret@db..no/rpa", "RPA_DATABASE_URL is not a database's URL"),
        ("postgresql://robot@127.0.0.1:9/rpa?password=s3cret", "PostgreSQL on 127.0.0.1, port 9 cannot be reached"),
        ("postgresql://robot:x@s3cret?y@127.0.0.1:9/rpa", "cannot be taken apart: in its user name and password"),
        ("postgresql://robot:x@y?s3cret=z@127.0.0.1:9/rpa", "cannot be taken apart: in its user name and password"),
        ("postgresql://robot:x@y?host=s3cret@127.0.0.1:9/rpa", "cannot be taken apart: in its user name and password"),
        ("sqlite:////dev/null/x.db", "the records that RPA_DATABASE_URL names cannot be opened: "),
    ],
)
def test_what_is_wrong_with_the_url_is_told(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPA_DATABASE_URL", url)
    if "invalid" in url:
        monkeypatch.setattr("socket.getaddrinfo", no_such_name)  # a machine without a network takes its time
    assert SECRET not in repr(load_settings())
    for words in ("list", "db upgrade"):
        fails(words, says)


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://robot:s3cret@db/rpa", {"s3cret"}),
        ("postgresql://robot:s3%40cret+x@db/rpa", {"s3%40cret+x", "s3@cret+x", "s3@cret x"}),
        ("postgresql://robot@db/rpa?sslmode=require&password=s3cret", {"s3cret"}),
        ("postgresql://robot@db:5432/rpa", set()),
        ("postgresql://db:5432/rpa", set()),
        ("sqlite:////srv/rpa.db", set()),
        ("", set()),
    ],
)
def test_the_passwords_of_a_url_are_known_however_they_are_written(url: str, secrets: set[str]) -> None:
    assert set(secrets_of(url)) == secrets


def test_a_servers_own_words_are_told_without_the_password() -> None:
    place = address_of("postgresql://robot:s3%40cret@db/rpa?sslpassword=s3cret")
    said = "the server says s3@cret, s3%40cret and s3cret"
    with (
        pytest.raises(DatabaseNotOpened, match=r"cannot be used: the server says \*{3}, \*{3} and \*{3};"),
        telling(place),
    ):
        raise OperationalError("", {}, psycopg.OperationalError(said))


def test_the_log_masks_the_databases_password(folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPA_DATABASE_URL", postgres_url.replace("postgres@", "postgres:s3%40cret@"))
    assert rpa("submit", requests(1, folder)).exit_code == 0
    logger.warning("a library's error, with s3@cret and s3%40cret")
    text = (folder / "rpa-data" / "rpa.log").read_text("utf-8")
    assert "a library's error, with ••• and •••" in text
    assert "cret" not in text


def test_every_command_that_logs_begins_the_log_where_the_password_is_masked() -> None:
    begin = [
        path.name for path in (ROOT / "rpa" / "cli").glob("*.py") if "rpa.log import start_log" in path.read_text()
    ]
    assert begin == ["desk.py"]


def no_such_name(*_: object, **__: object) -> None:
    raise socket.gaierror(-2, "Name or service not known")


def test_what_the_server_refuses_is_told(
    postgres_server: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def url(user: str, database: str = postgres_url) -> str:
        monkeypatch.setenv("RPA_DATABASE_URL", database.replace("postgres@", f"{user}@"))
        return user

    url(f"{NEEDS_PASSWORD}:{SECRET}")
    fails("list", f'does not let the user "{NEEDS_PASSWORD}" in; correct user name and password in RPA_DATABASE_URL')
    url("nobody_here:s3cret")
    fails("list", 'does not let the user "nobody_here" in; correct user name and password')
    url(f"{NEEDS_PASSWORD}:{PASSWORD}")
    fails("list", f'the user "{NEEDS_PASSWORD}" may not make tables in the database "test_')
    url("postgres:s3cret", postgres_server.url("no_such_database"))
    fails("list", 'the database "no_such_database" (PostgreSQL on /')


def test_postgresql_without_a_driver_works(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("postgresql", "postgres"):
        monkeypatch.setenv("RPA_DATABASE_URL", postgres_url.replace("postgresql+psycopg", scheme))
        assert rpa("list").exit_code == 0


def test_an_upgrade_says_from_where_to_where_and_may_be_run_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RPA_DATABASE_URL", database_url)
    make_version(database_url, "0001_records")
    before = rpa("db", "version", "--json")
    assert before.exit_code == 1
    [told] = objects(before)
    assert (told["schema"], told["version"], told["program"], told["same"]) == (
        "rpa.db_version.v1", "0001_records", HEAD, False,
    )  # fmt: skip
    if database_url.startswith("postgresql"):
        fails("list", f"{AT_0001}; stop the older programs that work on it, then run `rpa db upgrade` once")
    assert f"was of version 0001_records, and is now of {HEAD}" in rpa("db", "upgrade").stdout
    again = rpa("db", "upgrade", "--json")
    assert again.exit_code == 0
    assert [(one["schema"], one["before"], one["after"]) for one in objects(again)] == [
        ("rpa.db_upgrade.v1", HEAD, HEAD)
    ]
    assert f"is of version {HEAD} already" in rpa("db", "upgrade").stdout
    assert rpa("db", "version").exit_code == 0
    assert rpa("list").exit_code == 0
    engine = make_engine(database_url)
    assert inspect(engine).has_table(
        "workflow_status", schema="dbos" if database_url.startswith("postgresql") else None
    )
    engine.dispose()


def test_a_newer_database_is_told_by_every_command(folder: Path) -> None:
    database = f"sqlite:///{folder / 'rpa-data' / 'rpa.db'}"
    open_database(database).dispose()
    say_version(database, "0099_newer")
    for words in ("list", "db upgrade"):
        fails(words, f'is of version "0099_newer", which is newer than this program ({HEAD}); install the newer')


def test_looking_for_the_version_makes_no_database(folder: Path) -> None:
    result = rpa("db", "version")
    assert result.exit_code == 1
    assert "none yet" in result.stdout
    assert not (folder / "rpa-data").exists()
    assert f"was empty, and is now of {HEAD}" in rpa("db", "upgrade").stdout


def test_an_upgrade_waits_for_others_only_so_long(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPA_DATABASE_URL", postgres_url)
    monkeypatch.setattr("rpa.database.making.BUSY_SECONDS", 0.1)
    make_version(postgres_url, "0001_records")
    engine = make_engine(postgres_url)
    with engine.begin() as reader:
        reader.exec_driver_sql("SELECT * FROM requests")
        fails("db upgrade", "is in use: its tables stayed locked for long; try again when the other program is done")
    engine.dispose()


def test_a_copy_is_compared_with_the_database_wherever_that_is(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Records(postgres_url, folder / "rpa-data" / "cases") as records:
        tell_case(records, a_request(), End.REFUSED, "not_found")
    shutil.copytree(folder / "rpa-data" / "cases" / "R-0001", folder / "copy")
    monkeypatch.setenv("RPA_DATABASE_URL", postgres_url)
    [told] = objects(rpa("verify", "copy", "--json"))
    assert told["ok"]
    assert told["against_database"]
