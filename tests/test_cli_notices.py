"""`rpa notices` and `rpa digest`, and that `rpa run` tells people of what it did."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, update

from rpa.cli.telling import telling
from rpa.database import writing
from rpa.database.queue_tables import notices
from rpa.queue.outbox import notify
from rpa.queue.people import Nobody
from rpa.queue.told import Told
from rpa.settings import Settings
from tests.cli_bench import folder, objects, requests, rpa
from tests.fake_robot import Robot
from tests.queue_rows import a_database, now, put_batch, put_end, put_job
from tests.webhook import Hook, hook

__all__ = ["folder", "hook"]
pytestmark = [
    pytest.mark.usefixtures("folder"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # one of Apprise's plug-ins
]


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    (folder / "rpa-data").mkdir()
    engine = a_database(folder / "rpa-data")
    yield engine
    engine.dispose()


def put_notices(engine: Engine) -> None:
    """One sent, one being tried, one given up, one that waits."""
    with writing(engine) as connection:
        for title in ("one", "two", "three", "four [red]\x1b[31m"):
            notify(connection, "line_stopped", title, "body")
        of = notices.c.title
        at = now().replace(hour=9, minute=30, second=1)
        connection.execute(update(notices).where(of == "one").values(sent_at=at, tries=1))
        connection.execute(update(notices).where(of == "two").values(tries=2, error="url 1, json: no answer"))
        connection.execute(update(notices).where(of == "three").values(sent_at=at, error="no urls"))


class TestNotices:
    def test_each_says_whether_it_went(self, engine: Engine) -> None:
        put_notices(engine)
        lines = rpa("notices").stdout.splitlines()
        told = [" ".join(line.split()[2:]) for line in lines[1:5]]
        assert told == ["one sent 09:30:01", "two tried 2 times", "three not sent", "four [red]<U+001B>[31m waits"]
        assert lines[5:] == ["Why 1 did not go: url 1, json: no answer", "Why 1 did not go: no urls", "4 notices"]

    def test_as_json_the_newest(self, engine: Engine) -> None:
        put_notices(engine)
        told = objects(rpa("notices", "--json", "--limit", "2"))
        assert [(one["title"], one["state"], one["sent_at"]) for one in told] == [
            ("three", "not_sent", None),
            ("four [red]\x1b[31m", "waiting", None),
        ]

    def test_a_test_message_says_of_each_url_whether_it_went(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RPA_NOTIFY_URLS", f"{hook.url.get_secret_value()} json://tok3n.invalid:1")
        result = rpa("notices", "--test")
        first, second = result.stdout.splitlines()
        assert (result.exit_code, first) == (1, "✓ url 1, json: sent")
        assert second.startswith("✗ url 2, json: ")
        assert "tok3n" not in result.output
        assert [one["title"] for one in hook.got] == ["Cancellation robot: a test"]
        monkeypatch.setenv("RPA_NOTIFY_URLS", hook.url.get_secret_value())
        assert rpa("notices", "--test").exit_code == 0

    def test_a_test_without_urls_says_what_to_set(self) -> None:
        result = rpa("notices", "--test")
        assert (result.exit_code, "set RPA_NOTIFY_URLS" in result.stderr) == (2, True)


class TestDigest:
    def test_the_newest_batch_or_the_one_that_is_named(self, engine: Engine) -> None:
        put_batch(engine, "b1", source="rpa submit [red]a.csv")
        put_end(engine, 1, "cancelled", plans=("49.95",))
        put_job(engine, 2)
        result = rpa("digest")
        assert result.stdout.splitlines()[:2] == ["Batch b1: 1 of 2 cancelled", "2 requests, rpa submit [red]a.csv"]
        [told] = objects(rpa("digest", "b", "--json"))
        assert (told["schema"], told["ends"], told["unended"], told["money"]) == (
            "rpa.digest.v1",
            {"cancelled": 1},
            {"waiting": 1},
            "49.95",
        )

    def test_without_one_it_says_so(self, engine: Engine) -> None:
        result = rpa("digest", "nine")
        assert result.exit_code == 2
        assert result.stderr == 'rpa: no batch begins with "nine"; without an id it is the newest\n'


def test_what_is_printed_as_json_is_documented(engine: Engine, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPA_NOTIFY_URLS", hook.url.get_secret_value())
    document = (Path(__file__).parents[1] / "docs" / "cli.md").read_text(encoding="utf-8")
    put_notices(engine)
    put_batch(engine)
    for words in (("notices",), ("notices", "--test"), ("digest",)):
        told = objects(rpa(*words, "--json"))[0]
        paragraph = document.split(f"`{told['schema']}`")[1].split("\n\n")[0]
        assert [key for key in told if f"`{key}`" not in paragraph and key != "schema"] == [], told["schema"]


def test_a_run_tells_people_of_its_end_and_of_who_is_needed(
    folder: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RPA_NOTIFY_URLS", hook.url.get_secret_value())
    Robot.ends = {"611001": ("needs_human", "unknown_effect")}
    assert rpa("run", requests(2, folder), "--now").exit_code == 4
    told = {one["title"]: one["message"] for one in hook.got}
    need, digest = sorted(told, reverse=True)
    assert need.startswith("Request 611001-20261123-")
    assert "The robot asked for a change" in told[need]
    assert digest.endswith(": 1 of 2 cancelled, 1 needs a person")
    assert "Account 1" not in "".join(told.values()), "names stay here"
    files = [path for path in (folder / "rpa-data").rglob("*") if path.is_file()]
    assert not [path for path in files if b"pa55w0rd" in path.read_bytes() or b"tok3n" in path.read_bytes()]


def test_a_worker_with_a_port_is_watched_and_answers_there(engine: Engine) -> None:
    stop = SimpleNamespace(is_set=lambda: False)
    worker = SimpleNamespace(records=SimpleNamespace(engine=engine), stop=stop, watch=Nobody(), chores=("first",))
    worker.seconds_left = 10.0
    with telling(worker, Settings(), port=0) as port:  # type: ignore[arg-type]
        assert isinstance(worker.watch, Told)
        assert [type(chore).__name__ for chore in worker.chores] == ["str", "Health", "Notifier"]
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert b"rpa_up 1.0" in answer.read()
