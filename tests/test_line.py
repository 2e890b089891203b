"""The line (promises 8 and 9): what closes it holds for all workers, until a person releases it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from flows.profile import Policy
from rpa.database import open_database
from rpa.database.queue_tables import line as line_table
from rpa.database.tables import intents
from rpa.line import EFFECTS_OF_ONE, FIRST_PAUSE, Line, LineError, LineState, drifted
from tests.queue_bench import Bench, bench_in, effect, outcome, request


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


def end(line: Line, code: str, end: str = "needs_human", **changes: object) -> str:
    return line.end(outcome(request(**changes), end, code))


def test_so_many_strikes_in_a_row_stop_it_until_it_is_released(bench: Bench) -> None:
    line = bench.line
    for code in ("unknown_page", "name_mismatch", "", "unknown_effect", "unknown_page"):
        end(line, code, "needs_human" if code else "cancelled")
        assert line.stopped == ""
    end(line, "number_mismatch", "refused", id="r-9")
    assert "3 ends in a row were unknown_effect, unknown_page, number_mismatch" in bench.line.stopped
    assert "r-9" in bench.line.stopped
    line.release("ann")
    assert bench.line.stopped == ""
    end(line, "unknown_page")
    assert bench.line.stopped == "", "the strikes before are forgotten"


def test_strikes_of_two_workers_make_one_row(bench: Bench) -> None:
    lines = [bench.line, bench.line]
    for line in [*lines, lines[0]]:
        assert line.stopped == ""
        end(line, "drift")
    assert all("3 ends in a row were drift" in line.stopped for line in lines)


def test_a_refused_sign_in_stops_it_at_once(bench: Bench) -> None:
    end(bench.line, "sign_in")
    assert "the sign-in failed" in bench.line.stopped
    with pytest.raises(LineError, match="rpa release"):
        bench.line.must_be_open()


def test_what_one_account_may_have_is_no_strike(tmp_path: Path) -> None:
    with bench_in(tmp_path, strikes=1) as bench:
        for code in ("not_found", "ambiguous", "still_scheduled", "protected", "role_denied"):
            end(bench.line, code, "refused")
        assert bench.line.stopped == ""


def test_the_first_reason_is_the_one_to_read(bench: Bench) -> None:
    bench.line.stop("the disk is full")
    bench.line.pause("lunch", "ann")
    for _ in range(3):
        end(bench.line, "drift")
    assert bench.line.stopped == "the line is stopped: the disk is full"


def test_who_releases_a_paused_line_is_told_that_the_admin_ui_has_changed(bench: Bench) -> None:
    bench.line.pause("lunch", "ann")
    bench.line.stop(drifted("compared at start", "a link is gone"))
    bench.line.stop(drifted("compared again", "a link is gone"))
    told = bench.line.stopped
    assert told.startswith("the line is stopped: the admin UI has changed (compared at start)")
    assert told.endswith("a link is gone. Before that it was paused: lunch")


def test_a_pause_tells_who_and_why(bench: Bench) -> None:
    bench.line.pause("the vendor calls", "ann")
    closed = bench.line.closed
    assert closed is not None
    assert (closed.state, closed.why) == (LineState.PAUSED, "the vendor calls")


def test_maintenance_parks_it_for_a_while_and_longer_each_time(bench: Bench) -> None:
    waits = []
    for _ in range(3):
        bench.line.park("down for maintenance")
        closed = bench.line.closed
        assert closed is not None
        assert closed.until is not None
        waits.append(round((closed.until - closed.since) / FIRST_PAUSE))
        bench.line.park("again")  # another desk met it too: that is no second time
        passed = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        with bench.records.engine.begin() as connection:
            connection.execute(update(line_table).values(until=passed))
        assert bench.line.stopped == ""
    assert waits == [1, 2, 4]
    end(bench.line, "", "cancelled")
    bench.line.park("next week")
    closed = bench.line.closed
    assert closed is not None
    assert closed.until is not None
    assert round((closed.until - closed.since) / FIRST_PAUSE) == 1


def test_a_stop_is_not_hidden_by_a_parking_that_passes(bench: Bench) -> None:
    bench.line.park("down for maintenance")
    bench.line.stop("the disk is full")
    assert "the disk is full" in bench.line.stopped
    assert bench.line.closed is not None
    assert bench.line.closed.until is None


def test_a_request_is_not_begun_where_the_cap_of_an_hour_has_no_room_for_all_its_effects(tmp_path: Path) -> None:
    with bench_in(tmp_path, max_effects_per_hour=EFFECTS_OF_ONE) as bench:
        bench.submit(request(0), request(1))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", effect)
            assert bench.carry_out(shop, "r-1", effect).started == []
            assert "1 effects were caused or begun in the last hour" in bench.job("r-1").why
            assert bench.job("r-1").not_before is not None
            with bench.records.engine.begin() as connection:  # an hour later
                connection.execute(update(intents).values(at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=61)))
            with bench.jobs.transaction() as connection:
                bench.jobs.hurry(connection, "r-1")
            assert bench.carry_out(shop, "r-1", effect).started == ["r-1"]


def test_two_workers_together_do_not_exceed_the_cap(tmp_path: Path) -> None:
    """What the one that is being worked on may still need is counted in full."""
    with bench_in(tmp_path, max_effects_per_hour=2 * EFFECTS_OF_ONE - 1) as bench:
        bench.submit(request(0), request(1))
        with bench.shop() as one, bench.shop() as other:
            other_started = []

            def meanwhile(*_: object) -> tuple[str, str]:
                other_started.extend(bench.carry_out(other, "r-1").started)
                return "cancelled", ""

            bench.carry_out(one, "r-0", meanwhile)
            assert other_started == []
            assert "9 effects were caused or begun" in bench.job("r-1").why


def test_the_cap_of_a_run_ends_that_run_only(tmp_path: Path) -> None:
    with bench_in(tmp_path, max_effects_per_run=EFFECTS_OF_ONE) as bench:
        bench.submit(request(0), request(1))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", effect)
            assert bench.carry_out(shop, "r-1").started == []
            assert "policy.max_effects_per_run is 9" in shop.exhausted
        with bench.shop() as shop, bench.jobs.transaction() as connection:
            bench.jobs.hurry(connection, "r-1")
        with bench.shop() as shop:
            assert bench.carry_out(shop, "r-1").started == ["r-1"]


def test_the_line_is_one_row_however_many_open_it(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    policy = Policy()
    assert [Line(engine, policy).stopped for _ in range(3)] == ["", "", ""]
    engine.dispose()
