"""The line when two ask for it at the same moment (promises 8 and 9), on each database."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from flows.errors import Interrupted
from flows.model import CancellationRequest
from rpa.line import EFFECTS_OF_ONE, Line, LineError, LineState
from rpa.queue.attempt import take
from rpa.queue.jobs import State
from rpa.queue.people import take_directly
from rpa.queue.shop import Shop
from tests.meanwhile import COMMIT, meanwhile
from tests.queue_bench import Bench, outcome, request
from tests.races_bench import attempt, bench, either, intend, set_out, submitted, with_policy

__all__ = ["bench", "either"]
Begin = Callable[[Bench, Shop, CancellationRequest], bool]


def end(line: Line, code: str) -> str:
    return line.end(outcome(request(), "needs_human", code))


CLOSING: dict[str, Callable[[Line], object]] = {
    "a person pauses it": lambda line: line.pause("lunch", "ann"),
    "it is stopped": lambda line: line.stop("the disk is full"),
    "it is parked": lambda line: line.park("down for maintenance"),
    "an end closes it": lambda line: end(line, "sign_in"),
}


@pytest.mark.parametrize("how", CLOSING)
def test_once_told_that_the_line_is_closed_nobody_sees_another_intent(bench: Bench, how: str) -> None:
    one, line = submitted(bench), bench.line

    def close() -> list[str]:
        CLOSING[how](line)
        return set_out(bench, one.id)

    with bench.shop() as shop, attempt(bench, shop, one) as journal:
        with meanwhile(bench.records.engine, COMMIT, close) as other:
            intent = intend(journal)
        assert other.result() == set_out(bench, one.id) == [intent]
        assert other.waited
        with pytest.raises(Interrupted, match="the line is"):
            intend(journal)
        assert set_out(bench, one.id) == [intent]


def test_an_intent_that_is_rolled_back_holds_up_no_pause(bench: Bench) -> None:
    one, line = submitted(bench), bench.line
    with bench.jobs.transaction() as connection:
        bench.jobs.change(connection, one.id, withdraw_by="bo", withdraw_why="a mistake")
    with bench.shop() as shop, attempt(bench, shop, one) as journal:
        with (
            meanwhile(bench.records.engine, "SELECT jobs.withdraw_by", lambda: line.pause("lunch", "ann")) as other,
            pytest.raises(Interrupted, match="withdrawn"),
        ):
            intend(journal)  # it has asked the line by then
        assert other.waited
        assert other.result().state is LineState.PAUSED
        assert set_out(bench, one.id) == []


def by_a_worker(bench: Bench, shop: Shop, one: CancellationRequest) -> bool:
    return take(shop, bench.entry(one.id), 1) is not None


def by_hand(bench: Bench, shop: Shop, one: CancellationRequest) -> bool:
    """As `rpa cancel` does."""
    with suppress(LineError):
        take_directly(
            bench.records, bench.jobs, one, shop.lease, by="ann", stop=shop.stop,
            may=lambda connection: shop.line.must_have_room(connection, shop.effects),
        )  # fmt: skip
        return True
    return False


@pytest.mark.parametrize("first", [by_a_worker, by_hand])
@pytest.mark.parametrize("second", [by_a_worker, by_hand])
def test_of_two_that_begin_at_once_one_has_the_room_for_one_that_an_hour_has_left(
    bench: Bench, first: Begin, second: Begin
) -> None:
    one, two = submitted(bench), submitted(bench)
    narrow = with_policy(bench, max_effects_per_hour=2 * EFFECTS_OF_ONE - 1)
    with narrow.shop() as shop, narrow.shop() as beside:
        last_count = "FROM intents"
        with meanwhile(bench.records.engine, last_count, lambda: second(narrow, beside, two)) as other:
            assert first(narrow, shop, one)
        assert not other.result()
        assert other.waited
    assert [bench.job(each.id).state for each in (one, two)] == [State.WORKING, State.WAITING]


def test_two_strikes_at_once_are_two(bench: Bench) -> None:
    line = bench.line
    end(line, "drift")
    with meanwhile(bench.records.engine, "UPDATE line", lambda: end(line, "unknown_page")) as other:
        end(line, "drift")
    assert "3 ends in a row were drift, unknown_page" in line.stopped
    assert other.waited


@pytest.mark.parametrize("how", ["a person pauses it", "an end closes it"])
def test_what_only_a_person_opens_is_not_made_to_open_by_itself(bench: Bench, how: str) -> None:
    """Whoever parks the line has read that it is open."""
    line = bench.line
    with meanwhile(bench.records.engine, "UPDATE line", lambda: CLOSING[how](line)) as other:
        line.park("down for maintenance")
    closed = line.closed
    assert closed is not None
    assert closed.until is None
    assert other.waited


def test_a_release_ends_no_stop_that_it_does_not_tell_of(bench: Bench) -> None:
    line = bench.line
    with meanwhile(bench.records.engine, "INSERT INTO audit", lambda: line.stop("the disk is full")) as other:
        was = line.release("ann")
    assert was is None
    assert line.stopped == "the line is stopped: the disk is full"
    assert other.waited
