"""What counts as billing that came back, and what does not."""

import datetime as dt
from typing import Any

import pytest

from flows.model import BillingRow
from flows.profile import SiteProfile
from rpa.queue.finding import Finding, look
from tests.queue_bench import request
from tests.sentinel_bench import BEFORE, PAID, TODAY, bill, plan

PROFILE = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9", "time_zone": "UTC"}})
ENDED = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)


def found(*rows: BillingRow, seen: tuple[BillingRow, ...] = BEFORE, **more: Any) -> Finding:
    return look(plan(request(0), *rows, **more), seen, ENDED, PROFILE)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (PAID,),
        (PAID, bill("B-7", 12, "Cancelled")),
        (PAID, bill("B-7", -1, "Refunded")),
        (PAID, bill("B-7", -1, "Paid", "-49.95")),  # money given back
        (PAID, bill("B-7", -60, "Paid")),  # long before the cancellation
    ],
)
def test_nothing_is_billed(rows: tuple[BillingRow, ...]) -> None:
    assert found(*rows).wrong == ()


@pytest.mark.parametrize(
    ("rows", "claim"),
    [
        ((bill("B-2", 10),), "billings Scheduled or Submitted"),
        ((bill("B-9", 10, "Submitted"),), "billings Scheduled or Submitted"),
        ((bill("B-9", 10, "Queued for retry"),), "billings with a status that is not known"),
        ((bill("B-9", -1, "Paid"),), "billings made since the cancellation"),
        ((bill("B-9", -1, "Declined"),), "billings made since the cancellation"),
        ((bill("B-2", 10, "Paid"),), "billings made since the cancellation"),  # it had been cancelled
    ],
)
def test_something_is(rows: tuple[BillingRow, ...], claim: str) -> None:
    assert [point.line.claim for point in found(PAID, *rows).wrong] == [claim]


@pytest.mark.parametrize(
    ("more", "said"),
    [({"licences": 3}, "the license count is 3"), ({"status": "ACTIVE"}, "the account status is not DELETE")],
)
def test_an_account_that_lives_again_is_an_alarm_before_it_is_billed(more: dict[str, Any], said: str) -> None:
    assert found(PAID, **more).said == said


def test_a_value_that_no_page_shows_is_no_alarm() -> None:
    assert found(PAID, licences=None).wrong == ()


def test_where_nothing_was_read_before_only_what_comes_later_is_told() -> None:
    """A person closed the case, and the robot never saw the account: what is old can't be told from what is new."""
    day = (ENDED.date() - TODAY).days
    assert found(bill("B-1", day, "Paid"), seen=()).wrong == ()
    assert found(bill("B-1", day + 1, "Paid"), seen=()).wrong != ()


def test_many_billings_are_counted_and_some_named() -> None:
    rows = [bill(f"B-{number}", 10 + number) for number in range(7)]
    told = found(*rows)
    first, last = rows[0].due, rows[-1].due
    assert told.said == f"7 billings to come, 349.65, due {first} to {last}"
    assert told.wrong[0].line.seen.endswith(f"B-4 {rows[4].due} $49.95 Scheduled and 2 more")


def test_no_word_of_the_site_is_in_what_is_sent_to_people() -> None:
    row = bill("[click](http://evil)", 3).model_copy(update={"status": "Scheduled @everyone", "amount": None})
    assert found(row, status="@here").said == (
        f"1 billing to come, 0.00 and 1 without a readable amount, due {row.due}; the account status is not DELETE"
    )
