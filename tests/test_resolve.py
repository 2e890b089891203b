"""`rpa resolve`: a person closes a needs_human. His word stands in the chain, and is never called a proof."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from flows.model import End
from rpa.cases import CaseFile, index_page
from rpa.cases.chain import JOURNAL, read_chain
from rpa.database.queue_tables import account_locks, audit
from rpa.queue.attempt import carry_out
from rpa.queue.jobs import State
from rpa.queue.people import TooLate
from rpa.queue.resolving import resolve
from rpa.queue.retrying import retry
from rpa.queue.shop import Shop
from rpa.queue.sweeping import take_over
from rpa.records import AlreadyEnded
from rpa.results import Result, as_csv
from tests.queue_bench import Bench, Robot, effect, request
from tests.sentinel_bench import Reader, planned, prepared, read_again, states, told
from tests.test_sentinel import BACK, Killed, bench, dies, empty, shop

__all__ = ["bench", "empty", "shop"]
WORDS: dict[str, Any] = {"why": "cancelled the last billing by hand", "by": "Ann"}


def needs_human(*given: Any) -> tuple[str, str]:
    return "needs_human", "still_scheduled"


def half_done(*given: Any) -> tuple[str, str]:
    effect(*given)
    return "needs_human", "still_scheduled"


def ended(bench: Bench, shop: Shop) -> None:
    """Two requests that need a person: r-0 with an effect, r-1 without."""
    bench.submit(request(0), request(1))
    bench.carry_out(shop, "r-0", half_done)
    bench.carry_out(shop, "r-1", needs_human)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("before"), ended)


def case(bench: Bench, request_id: str) -> CaseFile:
    return CaseFile.model_validate_json((bench.folder / "cases" / request_id / "case.json").read_bytes())


def test_it_is_kept_in_the_chain_and_has_no_proof(bench: Bench, shop: Shop) -> None:
    outcome = resolve(shop, "r-0", End.CANCELLED, **WORDS)
    assert (outcome.end, outcome.code, outcome.proof) == (End.CANCELLED, "by_person", ())
    assert outcome.message == "closed by Ann: cancelled the last billing by hand"
    assert (bench.job("r-0").state, bench.records.verify("r-0").ok) == (State.ENDED, True)
    content = (bench.folder / "cases" / "r-0" / JOURNAL).read_bytes()
    last = [line.event for line in read_chain(content, "r-0").lines][-2:]
    assert [one.kind.value for one in last] == ["resolved", "end"]
    assert last[0].data == {"as": "cancelled", **WORDS}
    assert [(one.end, one.code) for one in case(bench, "r-0").attempts] == [
        ("needs_human", "still_scheduled"),
        ("cancelled", "by_person"),
    ]
    with bench.records.engine.connect() as connection:
        [row] = connection.execute(select(audit).where(audit.c.what == "resolve"))
        assert (row.who, row.request_id, row.why) == ("Ann", "r-0", f"cancelled: {WORDS['why']}")
        assert connection.execute(select(func.count()).select_from(account_locks)).scalar_one() == 0


def test_page_index_reply_and_table_say_whose_word_it_is(bench: Bench, shop: Shop, tmp_path: Path) -> None:
    outcome = resolve(shop, "r-0", End.CANCELLED, **WORDS | {"by": "<b>Ann</b>"})
    folder = bench.folder / "cases" / "r-0"
    page = (folder / "case.html").read_text(encoding="utf-8")
    assert "Closed by a person as cancelled; not proven by the robot" in page
    assert "The word of &lt;b&gt;Ann&lt;/b&gt;" in page
    assert 'class="hero by_person"' in page
    assert "Cancelled, and proven" not in page
    reply = (folder / "reply.txt").read_text(encoding="utf-8")
    assert "one of our staff has cancelled your account" in reply
    assert "No further billing" not in reply
    result = Result(request(0), outcome)
    index_page([result], tmp_path / "index.html", "a batch")
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<b>1</b><span class="chip by_person">closed by a person</span>' in index
    [row] = csv.DictReader(io.StringIO(as_csv([result]).decode("utf-8-sig")))
    assert (row["end"], row["code"], row["message"]) == ("cancelled", "by_person", outcome.message)


@pytest.mark.parametrize("end", [End.ALREADY_CANCELLED, End.REFERRED, End.WITHDRAWN])
def test_an_end_that_says_nothing_was_changed_is_not_given_to_what_was(bench: Bench, shop: Shop, end: End) -> None:
    with pytest.raises(TooLate, match=rf"r-0 can't be closed as {end}: .* the robot has set out set_status; give "):
        resolve(shop, "r-0", end, **WORDS)
    assert resolve(shop, "r-1", end, **WORDS).end is end
    assert states(bench) == []


def test_only_what_needs_a_human_is_closed_and_once(bench: Bench, shop: Shop) -> None:
    bench.submit(request(2))
    with pytest.raises(TooLate, match="r-2 has no end yet; it can be taken back: rpa withdraw r-2"):
        resolve(shop, "r-2", End.REFUSED, **WORDS)
    resolve(shop, "r-1", End.REFUSED, **WORDS)
    with pytest.raises(AlreadyEnded, match="r-1 has its end: refused; only needs_human is closed by a person"):
        resolve(shop, "r-1", End.CANCELLED, **WORDS)
    with pytest.raises(TooLate, match="r-0 is needs_human already"):
        resolve(shop, "r-0", End.NEEDS_HUMAN, **WORDS)


def test_one_that_waits_for_another_try_is_taken_out_of_the_queue(bench: Bench, shop: Shop) -> None:
    retry(bench.records, bench.jobs, "r-1", by="bo")
    entry = bench.entry("r-1")
    resolve(shop, "r-1", End.REFUSED, **WORDS)
    assert bench.job("r-1").state is State.ENDED
    robot = Robot(needs_human)
    carry_out(shop, entry, 1, robot)
    assert robot.started == []


def test_it_is_not_closed_while_it_is_worked_on(bench: Bench, shop: Shop) -> None:
    retry(bench.records, bench.jobs, "r-1", by="bo")

    def meanwhile(*_: Any) -> tuple[str, str]:
        with bench.shop() as other, pytest.raises(TooLate, match="r-1 is being worked on"):
            resolve(other, "r-1", End.REFUSED, **WORDS)
        return "withdrawn", "interrupted"

    bench.carry_out(shop, "r-1", meanwhile)
    with pytest.raises(TooLate, match="was begun"):
        resolve(shop, "r-1", End.REFUSED, **WORDS)


def test_what_a_person_calls_cancelled_is_read_again(bench: Bench, shop: Shop) -> None:
    resolve(shop, "r-0", End.CANCELLED, **WORDS)
    assert [one.occasion for one in planned(bench)] == ["1 h", "24 h"]
    read_again(bench, shop, Reader(BACK))
    assert len(told(bench)) == 1
    resolve(shop, "r-0", End.CANCELLED, **WORDS, watch=False)
    assert states(bench) == ["alarm", "void", "off"], "the customer came back: nobody reads it any more"
    assert [one.code for one in case(bench, "r-0").attempts] == [
        "still_scheduled", "by_person", "billing_came_back", "by_person",
    ]  # fmt: skip
    assert len(case(bench, "r-0").resolved) == 2


@pytest.mark.parametrize("place", ["rpa.records.journal.write_case", "rpa.queue.resolving.record"])
def test_a_console_that_dies_leaves_nothing_that_a_robot_would_take_up(
    bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with bench.shop() as dead:
        with monkeypatch.context() as patch:
            patch.setattr(place, dies)
            patch.setattr("rpa.queue.jobs.Jobs.free_account", lambda *_: None)
            with pytest.raises(Killed):
                resolve(dead, "r-1", End.REFUSED, **WORDS)
        take_over(bench.jobs, dead.lease.id)
    assert bench.job("r-1").state is State.ENDED
    if bench.records.find("r-1").outcome is None:
        resolve(shop, "r-1", End.REFUSED, **WORDS)
    assert bench.records.find("r-1").outcome is not None
    assert bench.records.verify("r-1").ok


def test_killed_with_the_end_nothing_of_it_is_left_and_it_can_be_closed_again(
    bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("rpa.queue.resolving.plan_rechecks", dies)
        with pytest.raises(Killed):
            resolve(shop, "r-0", End.CANCELLED, **WORDS)
    last = bench.records.last_end("r-0")
    assert last is not None
    assert last.end is End.NEEDS_HUMAN
    with bench.records.engine.connect() as connection:
        assert connection.execute(select(func.count()).where(audit.c.what == "resolve")).scalar_one() == 0
    assert resolve(shop, "r-0", End.CANCELLED, **WORDS).end is End.CANCELLED
    assert [one.occasion for one in planned(bench)] == ["1 h", "24 h"]
    assert bench.records.verify("r-0").ok
