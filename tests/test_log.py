"""The log: one line for each thing, for people and for programs; no names, no secrets, no line that somebody forged."""

import fcntl
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from flows.journal import Event, EventKind
from rpa.log import _process, about, start_log, tell_people, worker_is
from rpa.log_events import log_begun, log_event, log_put_back
from rpa.log_file import KEPT, LogFile
from tests.queue_rows import a_request, now

REQUEST = a_request(1)
LOGS = (Path(__file__).parents[1] / "docs" / "operating.md").read_text(encoding="utf-8").split("## Logs")[1]
SECRET = 'pa55 "wörd"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _process.names.clear()  # of other tests' requests
    start_log(tmp_path, [SECRET, ""])
    worker_is("0123456789abcdef")
    return tmp_path


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "rpa.jsonl").read_text("ascii").splitlines()]


def text(folder: Path) -> str:
    return (folder / "rpa.log").read_text("utf-8")


def log(kind: EventKind, clause: str = "", **data: Any) -> None:
    log_event(REQUEST.id, Event(kind=kind, clause=clause, at=now(), data=data))


def test_an_event_is_an_object_with_what_a_program_asks_for(folder: Path) -> None:
    with about(REQUEST, desk=2):
        log(EventKind.EFFECT_SETTLED, "6.1", intent="i1", effect="set_status", outcome="done", seen="Grüne Wiese")
    [line] = lines(folder)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "INFO", "request": "R-0001", "worker": "01234567", "desk": 2, "event": "effect_settled", "clause": "6.1",
        "data": {"intent": "i1", "effect": "set_status", "outcome": "done"},
        "message": "effect_settled 6.1 intent=i1 effect=set_status outcome=done",
    }  # fmt: skip
    assert "Z INFO    R-0001                           effect_settled 6.1 " in text(folder)


def test_whatever_a_thread_logs_while_it_is_at_a_request_bears_its_id(folder: Path) -> None:
    logger.warning("before")
    with about(REQUEST, 1):
        logger.warning("within")
        beside = threading.Thread(target=logger.warning, args=("another thread",))
        beside.start()
        beside.join()
    logger.warning("after")
    told = {line["message"]: (line["request"], line["desk"]) for line in lines(folder)}
    nobody = ("-", None)
    assert told == {"before": nobody, "within": ("R-0001", 1), "another thread": nobody, "after": nobody}


def test_names_are_masked_in_what_is_no_event(folder: Path) -> None:
    with about(REQUEST):
        logger.warning("{} and {} said", REQUEST.account_name, "PAT LEE")
        logger.warning('get_by_text("Another Customer") resolved to Another Customer')
    assert [line["message"] for line in lines(folder)] == ["••• and ••• said", 'get_by_text("…"']
    assert not re.search("Wiese|Ltd|Lee|LEE|Another", text(folder))


def test_what_an_obstacle_quotes_stays_out_of_the_log(folder: Path) -> None:
    log(EventKind.RECOVERY, "4a", on="DeadLink: the link Grüne Wiese", by="press_update", outcome="met SiteDown: Grüne")
    [line] = lines(folder)
    assert line["data"] == {"on": "DeadLink", "by": "press_update", "outcome": "met SiteDown"}
    assert "Grüne" not in text(folder)


def test_an_exception_is_told_without_names_secrets_and_values(folder: Path) -> None:
    def fails(password: str) -> None:
        name = REQUEST.account_name
        try:
            {}[f"{name} {password}"]
        except KeyError as error:
            raise ValueError(f'{name}: https://x/y?token=abc {password} "Another Customer') from error

    with about(REQUEST):
        try:
            fails(SECRET)
        except ValueError:
            logger.exception("it failed")
    [line] = lines(folder)
    assert set(line) == set(re.findall(r"^\| `(\w+)` \| ", LOGS, re.MULTILINE)), "docs/operating.md is behind"
    assert line["message"] == "it failed"
    assert [one for one in line["exception"] if one.startswith("test_log.py:")]
    assert [one.split(":")[0] for one in line["exception"] if "Error" in one] == ["ValueError", "KeyError"]
    everything = text(folder) + json.dumps(line, ensure_ascii=False)
    assert not re.search("Wiese|Ltd|pa55|wörd|abc|Another|\x1b", everything)
    assert len(text(folder).splitlines()) == 1 + len(line["exception"])


def test_an_error_that_is_logged_when_the_work_is_over_names_nobody_either(folder: Path) -> None:
    def work() -> None:
        with about(REQUEST):
            raise OSError(f"{REQUEST.account_name} is gone")

    try:
        work()
    except OSError:
        logger.exception("it could not be carried out")
    assert lines(folder)[0]["exception"][-1] == "OSError: •••"


@pytest.mark.parametrize("spelling", [SECRET, "pa55%20%22w%C3%B6rd%22", "pa55 &quot;wörd&quot;"])
def test_a_secret_is_masked_however_it_is_spelled(folder: Path, spelling: str) -> None:
    logger.info("it is {} here", spelling)
    assert lines(folder)[0]["message"] == "it is ••• here"


def test_nobody_forges_a_line(folder: Path) -> None:
    logger.info("one\nINFO two\x1b[2J\u202e")
    assert lines(folder)[0]["message"] == "one<U+000A>INFO two<U+001B>[2J<U+202E>"
    assert len(text(folder).splitlines()) == 1


def test_people_are_told_what_they_wait_for(folder: Path) -> None:
    said: list[str] = []
    tell_people(said.append)
    log_begun("R-0001")
    log(EventKind.STEP_STARTED, "2", title="look it up")
    log(EventKind.RECOVERY, "4a", on="DeadLink: x", by="press_update", outcome="done")
    log(EventKind.END, outcome={"end": "needs_human", "code": "drift", "seconds": 12.5})
    log_put_back("R-0002", "site_down")
    logger.info("nobody waits for it")
    logger.warning("the browser failed")
    assert [line[9:] for line in said] == [
        "R-0001                   begun",
        "R-0001                   recovery 4a: press update (for DeadLink) done",
        "R-0001                   needs a person (drift) after 12.5 s",
        "R-0002                   no end yet (site_down)",
        "-                        WARNING: the browser failed",
    ]


class Plain:
    """A message of loguru's, with what `LogFile` asks of it."""

    def __init__(self, record: str) -> None:
        self.record = record


class TestFile:
    def test_several_that_write_and_turn_it_over_lose_no_line(self, tmp_path: Path) -> None:
        def write(who: int) -> None:
            file = LogFile(tmp_path / "rpa.log", str, largest=9000)
            for number in range(200):
                file.write(Plain(f"{who} {number:04} {'x' * 90}"))  # type: ignore[arg-type]
            file.stop()

        threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        files = [path for path in tmp_path.iterdir() if path.name.startswith("rpa.log")]
        written = [line for path in files for line in path.read_text("ascii").splitlines()]
        assert sorted(line[:6] for line in written) == sorted(f"{who} {n:04}" for who in range(4) for n in range(200))
        assert all(path.stat().st_size < 9000 + 5 * 98 for path in files)
        assert 8 < len(files) <= KEPT

    def test_what_another_process_has_just_turned_over_is_not_turned_over_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine, others = (LogFile(tmp_path / "rpa.log", str, largest=5) for _ in range(2))
        flock, first = fcntl.flock, [others]

        def a_moment_later(handle: int, kind: int) -> None:
            if first:
                first.pop().write(Plain("o"))  # type: ignore[arg-type]
            flock(handle, kind)

        mine.write(Plain("full"))  # type: ignore[arg-type]
        monkeypatch.setattr("rpa.log_file.fcntl.flock", a_moment_later)
        mine.write(Plain("m"))  # type: ignore[arg-type]
        written = {path.name: path.read_text("ascii") for path in tmp_path.glob("rpa.log*")}
        assert written == {"rpa.log.1": "full\n", "rpa.log": "o\nm\n"}
        for file in (mine, others):
            file.stop()

    def test_so_many_are_kept(self, tmp_path: Path) -> None:
        file = LogFile(tmp_path / "rpa.log", str, largest=1)
        for number in range(20):
            file.write(Plain(str(number)))  # type: ignore[arg-type]
        file.stop()
        kept = {path.name: path.read_text("ascii").strip() for path in tmp_path.glob("rpa.log*")}
        assert kept == {"rpa.log": "19"} | {f"rpa.log.{number}": str(19 - number) for number in range(1, KEPT + 1)}

    def test_one_that_was_moved_away_is_written_anew(self, tmp_path: Path) -> None:
        file = LogFile(tmp_path / "rpa.log", str)
        for name in ("a", "b"):
            file.write(Plain(name))  # type: ignore[arg-type]
            (tmp_path / "rpa.log").rename(tmp_path / name)
        file.stop()
        assert [(tmp_path / name).read_text("ascii") for name in ("a", "b")] == ["a\n", "b\n"]

    def test_a_full_disk_stops_nobody(self, capfd: pytest.CaptureFixture[str]) -> None:
        file = LogFile(Path("/dev/full"), str)
        file.write(Plain("lost"))  # type: ignore[arg-type]
        file.stop()
        assert capfd.readouterr() == ("", "")
