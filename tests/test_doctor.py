"""What `rpa doctor` says of the database and of the notifications. The other lines: test_cli.py."""

from pathlib import Path

import pytest

from rpa.database import open_database
from rpa.database.versions import HEAD
from rpa.doctor_checks import Check, database_check, notifications_check
from rpa.settings import Settings
from tests.cli_bench import folder, objects, rpa
from tests.databases import make_version, say_version

__all__ = ["folder"]
pytestmark = pytest.mark.usefixtures("folder")


def of_file() -> Check:
    return database_check(Settings())


def of_url(url: str) -> Check:
    return database_check(Settings(database_url=url))


def test_the_doctor_has_a_line_on_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.browser_setup.starts", lambda _choice: "")
    monkeypatch.setenv("RPA_DATABASE_URL", "postgresql://robot:s3cret@127.0.0.1:9/rpa")
    monkeypatch.delenv("RPA_PROFILE")
    result = rpa("doctor", "--json")
    told = {one["name"]: one for one in objects(result)}
    assert [name for name, one in told.items() if not one["ok"]] == ["database", "profile"]
    assert told["database"]["message"].startswith("PostgreSQL on 127.0.0.1, port 9 cannot be reached (Connection ref")
    assert told["database"]["exit_code"] == result.exit_code == 2
    assert told["notifications"]["message"] == "none: notices are kept and shown by `rpa notices`"
    assert "s3cret" not in result.output


class TestTheDatabase:
    def test_one_that_is_not_there_yet_is_not_made_by_looking(self, folder: Path) -> None:
        told = of_file()
        assert told.ok
        assert told.message == f"the database {folder}/rpa-data/rpa.db: empty; the first command makes its tables"
        assert list(folder.iterdir()) == [folder / "site.toml"]

    def test_the_version_is_told(self, folder: Path) -> None:
        url = Settings().records_url
        open_database(url).dispose()
        assert of_file() == Check(
            "database", True, f"the database {folder}/rpa-data/rpa.db: version {HEAD}, up to date"
        )
        say_version(url, "0099_newer")
        told = of_file()
        assert not told.ok
        assert f'is of version "0099_newer", which is newer than this program ({HEAD})' in told.message

    def test_an_older_file_is_upgraded_by_the_next_command(self) -> None:
        make_version(Settings().records_url, "0001_records")
        told = of_file()
        assert told.ok
        assert told.message.endswith(f"version 0001_records; the next command upgrades it to {HEAD}")

    def test_a_file_that_is_none_is_told(self, folder: Path) -> None:
        (folder / "rpa-data").mkdir()
        (folder / "rpa-data" / "rpa.db").write_text("a text, and not a database" * 99)
        told = of_file()
        assert not told.ok
        assert told.message.startswith(f"the database {folder}/rpa-data/rpa.db cannot be read: (sqlite3.DatabaseError)")

    def test_postgresql_empty_older_and_up_to_date(self, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert of_url(postgres_url).message.endswith("): empty; the first command makes its tables")
        make_version(postgres_url, "0001_records")
        told = of_url(postgres_url)
        assert (told.ok, told.exit_code) == (False, 2)
        assert told.message.endswith("stop the older programs that work on it, then run `rpa db upgrade` once")
        monkeypatch.setenv("RPA_DATABASE_URL", postgres_url)
        assert rpa("db", "upgrade").exit_code == 0
        assert of_url(postgres_url).message.endswith(f"): version {HEAD}, up to date")


class TestNotifications:
    def test_of_a_url_only_the_kind_is_shown(self) -> None:
        told = notifications_check(Settings(notify_urls="mailto://robot:s3cret@mail.example json://h/s3cret"))
        assert told == Check(
            "notifications", True, "2 URLs (mailto, json); `rpa notices --test` sends a message to each"
        )
        assert notifications_check(Settings(notify_urls="slack://a/b/c")).message.startswith("1 URL (slack);")

    def test_what_is_no_url_is_told_by_its_number(self) -> None:
        told = notifications_check(Settings(notify_urls="json://h ops@s3cret.example"))
        assert not told.ok
        assert told.message == "of RPA_NOTIFY_URLS, number 2 is no URL; write it as mailto://..., slack://..."
