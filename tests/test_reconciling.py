"""The nightly reconciliation: once a night over all workers, made up once, and a list of what bills again."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import update

from flows.errors import Refusal
from flows.profile import SiteProfile
from rpa.database.tables import ends
from rpa.queue import reconciling
from rpa.queue.attempt import carry_out
from rpa.queue.rechecks import Rechecks
from rpa.queue.reconciled import in_sentences, reconciled
from rpa.queue.reconciling import BY_HAND, Nightly, begin, last_night, put_in, reconcile, runs
from rpa.queue.shop import Shop
from tests.queue_bench import Bench, request
from tests.sentinel_bench import PAID, Reader, planned, prepared, read_again, states, told
from tests.test_sentinel import BACK, bench, empty, shop

__all__ = ["bench", "empty", "shop"]
DAY = dt.timedelta(days=1)


def cancelled(bench: Bench, shop: Shop) -> None:
    """Three accounts were cancelled two days ago, without re-checks of their own."""
    bench.submit(*map(request, range(3)))
    for number in range(3):
        carry_out(shop, bench.entry(f"r-{number}"), 1, Reader())
    ended(bench, dt.datetime.now(dt.UTC) - 2 * DAY)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("before"), cancelled, hours=[], billing_date=False)


def ended(bench: Bench, at: dt.datetime, *ids: str) -> None:
    which = ends.c.request_id.in_(ids) if ids else ends.c.request_id.is_not(None)
    with bench.records.engine.begin() as connection:
        connection.execute(update(ends).where(which).values(at=at))


def named(bench: Bench) -> list[str]:
    return [one.request_id for one in planned(bench)]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_a_night_begins_at_its_hour_at_the_site() -> None:
    profile = SiteProfile.model_validate({"site": {"base_url": "http://a", "time_zone": "America/Denver"}})
    assert last_night(profile, at("2026-11-23T09:29:00Z")) == "nightly 2026-11-22"
    assert last_night(profile, at("2026-11-23T09:30:00Z")) == "nightly 2026-11-23"
    assert last_night(profile, at("2026-11-24T06:59:00Z")) == "nightly 2026-11-23"
    off = SiteProfile.model_validate({"site": {"base_url": "http://a"}, "policy": {"sentinel": {"nightly": ""}}})
    assert last_night(off) == ""


def test_each_account_is_put_in_once_whoever_looks_and_however_often(bench: Bench, shop: Shop) -> None:
    with bench.shop():
        for _ in range(2):
            reconcile(bench.jobs, bench.profile)
            Nightly()(shop)
        assert not begin(bench.jobs, last_night(bench.profile), "whoever looked at the same moment")
    assert sorted(named(bench)) == ["r-0", "r-1", "r-2"]
    assert len(runs(bench.jobs)) == 1


def test_nights_that_were_missed_are_made_up_once(bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    nights = ["nightly 2026-11-20", "nightly 2026-11-23"]
    for night in nights:
        monkeypatch.setattr(reconciling, "last_night", lambda _, night=night: night)
        reconcile(bench.jobs, bench.profile)
    states = [(one.occasion, one.state.value) for one in planned(bench)]
    assert states == [(nights[0], "void")] * 3 + [(nights[1], "waiting")] * 3, "what is left goes to the next night"
    for position in (4, 5, 6):
        read_again(bench, shop, Reader(), position)
    reconcile(bench.jobs, bench.profile)
    assert [run.occasion for run in runs(bench.jobs)] == nights[::-1]
    assert [notice.title for notice in told(bench, "reconciliation")] == [
        "Reconciliation of 2026-11-20: no account bills again",
        "Reconciliation of 2026-11-23: no account bills again",
    ]


def test_one_begun_by_hand_reads_all_and_no_night_takes_that_from_it(bench: Bench, shop: Shop) -> None:
    ended(bench, dt.datetime.now(dt.UTC))
    begin(bench.jobs, "nightly 2026-11-20", "sentinel")
    put_in(bench.jobs, bench.profile, runs(bench.jobs)[0])
    assert named(bench) == [], "all were read lately, as they ended"
    begin(bench.jobs, f"{BY_HAND} 2026-11-21T10:00:00Z", "ann")
    put_in(bench.jobs, bench.profile, runs(bench.jobs)[0])
    begin(bench.jobs, "nightly 2026-11-22", "sentinel")
    assert states(bench) == ["waiting"] * 3


def test_a_worker_that_dies_while_it_puts_them_in_leaves_the_rest_to_the_next(
    bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(self: Rechecks, *given: object) -> int:
        if named(bench):
            raise Killed
        return add(self, *given)  # type: ignore[arg-type]

    add = Rechecks.add
    monkeypatch.setattr(reconciling, "AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(Rechecks, "add", dies)
        with pytest.raises(Killed):
            reconcile(bench.jobs, bench.profile)
    assert len(named(bench)) == 1
    reconcile(bench.jobs, bench.profile)
    assert sorted(named(bench)) == ["r-0", "r-1", "r-2"]


def test_the_list_names_those_that_bill_again_and_those_that_could_not_be_read(bench: Bench, shop: Shop) -> None:
    reconcile(bench.jobs, bench.profile)
    read_again(bench, shop, Reader(PAID, BACK), 1)
    fails = Reader(fails=Refusal("not_found", "no account is called so"))
    for _ in range(3):
        read_again(bench, shop, fails, 2)
    reconcile(bench.jobs, bench.profile)
    assert told(bench, "reconciliation") == [], "one is still to be read"
    read_again(bench, shop, Reader(), 3)
    for _ in range(2):
        reconcile(bench.jobs, bench.profile)
    [notice] = told(bench, "reconciliation")
    assert notice.title.endswith(": 1 account bills again")
    assert "2 read, 1 as they should be, 1 could not be read" in notice.body
    assert "Bill again:\n- 611000 (request r-0): 1 billing to come, 49.95" in notice.body
    assert "Could not be read:\n- 611001 (request r-1)" in notice.body
    assert len(told(bench)) == 1, "the alarm; what could not be read stands in the list"


def test_a_case_that_is_still_open_is_listed_each_night(bench: Bench, shop: Shop) -> None:
    begin(bench.jobs, "nightly 2026-11-22", "sentinel")
    put_in(bench.jobs, bench.profile, runs(bench.jobs)[0])
    read_again(bench, shop, Reader(BACK))
    with bench.records.engine.connect() as connection:
        title, text = in_sentences(reconciled(connection, "nightly 2026-11-23"))
    assert title == "Reconciliation of 2026-11-23: 1 account bills again"
    assert "Found earlier, and still open:\n- 611000" in text


def test_only_what_was_cancelled_lately_and_not_read_lately_the_longest_unread_first(bench: Bench, shop: Shop) -> None:
    now = dt.datetime.now(dt.UTC)
    bench.submit(request(3), request(4, account_number="611001"), request(5))
    for number, end in ((3, "refused"), (4, "already_cancelled"), (5, "cancelled")):
        robot = Reader()
        robot.act = lambda *_, end=end: (end, "")
        carry_out(shop, bench.entry(f"r-{number}"), 1, robot)
    ended(bench, now - 5 * DAY, "r-4")  # the newer request of account 611001
    ended(bench, now - 91 * DAY, "r-2")
    with bench.records.engine.connect() as connection:
        assert reconciling.accounts(connection, 90, reconciling.RECENTLY) == ["r-4", "r-0"], "r-5 has just ended"
        assert reconciling.accounts(connection, 90, dt.timedelta()) == ["r-4", "r-0", "r-5"]
    reconcile(bench.jobs, bench.profile)
    assert named(bench)[-2:] == ["r-4", "r-0"]
    read_again(bench, shop, Reader(), len(named(bench)) - 1)
    with bench.records.engine.connect() as connection:
        assert reconciling.accounts(connection, 90, reconciling.RECENTLY) == ["r-0"]


def test_a_night_without_accounts_tells_nobody(bench: Bench) -> None:
    for _ in range(2):
        reconcile(bench.jobs, bench.profile)
    assert (told(bench, "reconciliation"), runs(bench.jobs)[0].done) == (
        [],
        {reconciling.PUT_IN, reconciling.TOLD},
    )
