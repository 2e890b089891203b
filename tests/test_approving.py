"""Approval: nothing of a plan is begun unless another person has said yes to this very plan, in time."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from flows.model import CancellationRequest, End
from flows.profile import Approval, Policy
from rpa.cases.chain import JOURNAL
from rpa.database.queue_tables import workers
from rpa.database.tables import intents
from rpa.queue.answering import CannotApprove
from rpa.queue.approving import Approvals
from rpa.queue.jobs import State
from rpa.queue.people import AwaitsApproval, must_not_wait_for_approval, take_directly, withdraw
from rpa.queue.retrying import retry
from rpa.records import AlreadyEnded, RecordError
from tests.approval_bench import CHANGED, FIRST, Desk, desk_in, plan, set_clock
from tests.queue_bench import request

Patch = pytest.MonkeyPatch
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for the file: each test has a request of its own on an account of its own."""
    with desk_in(tmp_path_factory.mktemp("approving")) as desk:
        yield desk


@pytest.fixture
def fresh(desk: Desk) -> CancellationRequest:
    """A request of Carl's, submitted by ann."""
    one = request(next(NUMBERS), requested_by="Carl Meyer")
    desk.submit(one)
    return one


@pytest.fixture
def waits(desk: Desk, fresh: CancellationRequest) -> str:
    """The id of a request that waits for approval of its plan."""
    assert desk.attempt(fresh.id).begun == 0
    return fresh.id


def effects(desk: Desk, request_id: str) -> int:
    query = select(func.count()).where(intents.c.request_id == request_id)
    with desk.bench.records.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


class TestAsking:
    def test_a_plan_waits_and_people_are_told_what_to_do(self, desk: Desk, waits: str) -> None:
        job = desk.job(waits)
        assert job.state is State.WAITING_APPROVAL
        assert f"each plan needs it): rpa approve {waits} --by NAME" in job.why
        [asked] = desk.asked(waits)
        assert (asked.plan_hash, asked.state, asked.reasons) == (FIRST, "waiting", ("each plan needs it",))
        assert (asked.expires_at - asked.asked_at).total_seconds() == 24 * 3600
        assert desk.told(waits) == [f"Request {waits} waits for approval"]
        assert effects(desk, waits) == 0

    def test_the_same_plan_is_asked_for_once(self, desk: Desk, waits: str) -> None:
        desk.put_back(waits, "taken over")
        assert desk.attempt(waits).begun == 0
        assert desk.job(waits).state is State.WAITING_APPROVAL
        assert (desk.states(waits), len(desk.told(waits))) == (["waiting"], 1)

    def test_a_plan_that_no_rule_is_met_by_is_begun(
        self, desk: Desk, fresh: CancellationRequest, monkeypatch: Patch
    ) -> None:
        lenient = desk.bench.profile.model_copy(update={"policy": Policy(approval=Approval(licenses_from=4))})
        monkeypatch.setattr(desk.shop, "policy", Approvals(desk.bench.records.engine, lenient))
        assert desk.attempt(fresh.id).begun == 1
        assert desk.states(fresh.id) == []

    def test_what_is_kept_of_a_plan_has_no_secret_and_can_be_shown(
        self, desk: Desk, fresh: CancellationRequest
    ) -> None:
        policy = Approvals(desk.bench.records.engine, desk.bench.profile, ("s3cret-word",))
        cells = (("Email", "someone@example.com"), ("Note", "s3cret-word"), ("Status", "Scheduled"))
        read = plan(fresh).reading.billing or ()
        told = plan(fresh, billing=(read[0].model_copy(update={"cells": cells}),))
        with pytest.raises(RuntimeError, match="not the lease"):
            policy.may_begin(fresh, told, _fails)
        assert desk.states(fresh.id) == []
        with pytest.raises(Exception, match="waits for approval"):
            policy.may_begin(fresh, told, desk.shop.lease.check)
        kept = desk.newest(fresh.id)
        assert "someone@example.com" not in kept.plan
        assert "s3cret-word" not in kept.plan
        shown = kept.read_plan()
        assert shown is not None
        assert (shown.hash, shown.money_stopped, shown.request) == (FIRST, 40, fresh)

    def test_a_worker_that_lost_its_lease_asks_nothing(self, desk: Desk, fresh: CancellationRequest) -> None:
        with desk.bench.shop(policy=desk.shop.policy) as frozen:

            def loses_it() -> None:
                with desk.bench.records.engine.begin() as connection:
                    connection.execute(update(workers).where(workers.c.id == frozen.lease.id).values(fenced=True))

            with pytest.raises(Exception, match="lease"):
                Desk(desk.bench, frozen).attempt(fresh.id, CHANGED, before=loses_it)
        assert desk.states(fresh.id) == []

    def test_a_console_is_told_that_it_waits(self, desk: Desk, waits: str) -> None:
        with pytest.raises(AwaitsApproval, match=f"rpa approve {waits}"):
            must_not_wait_for_approval(desk.jobs, waits)
        found = desk.bench.records.find(waits).request
        with pytest.raises(AwaitsApproval):
            take_directly(
                desk.bench.records, desk.jobs, found, desk.shop.lease, by="ann", stop=threading.Event()
            )  # fmt: skip
        assert desk.job(waits).state is State.WAITING_APPROVAL

    def test_one_that_is_taken_back_meanwhile_does_not_wait(self, desk: Desk, fresh: CancellationRequest) -> None:
        def taken_back() -> None:
            with desk.jobs.transaction() as connection:
                desk.jobs.change(connection, fresh.id, withdraw_by="Ann", withdraw_why="the customer stays")

        desk.attempt(fresh.id, before=taken_back)
        outcome = desk.bench.records.find(fresh.id).outcome
        assert outcome is not None
        assert outcome.end is End.WITHDRAWN
        assert desk.states(fresh.id) == ["void"]


def _fails(_: object) -> None:
    raise RuntimeError("not the lease's holder")


class TestApproving:
    def test_an_approved_plan_is_begun(self, desk: Desk, waits: str) -> None:
        yes = desk.approve(waits, why="all in order")
        assert (yes.earlier, yes.asked.by, desk.job(waits).state) == (False, "Bob", State.WAITING)
        assert desk.audit(waits)[-1] == ("Bob", "approve", f"plan {FIRST[:16]}: all in order")
        assert desk.attempt(waits).begun == 1
        assert (desk.states(waits), effects(desk, waits)) == (["used"], 1)
        case = desk.bench.records.find(waits).case_dir
        assert f'"values":{{"Approved by":"Bob","Plan":"{FIRST}"}}' in (case / JOURNAL).read_text("utf-8")
        with pytest.raises(AlreadyEnded, match="cancelled; there is nothing to approve"):
            desk.approve(waits)

    def test_an_account_that_has_changed_since_is_asked_for_anew(self, desk: Desk, waits: str) -> None:
        desk.approve(waits)
        assert desk.attempt(waits, CHANGED).begun == 0
        assert (desk.states(waits), effects(desk, waits)) == (["void", "waiting"], 0)
        assert len(desk.told(waits)) == 2
        desk.approve(waits, "Dora")
        assert desk.attempt(waits, FIRST).begun == 0, "a void yes is void, though the account is again as it was"
        desk.approve(waits, "Dora")
        assert desk.attempt(waits, FIRST).begun == 1
        assert desk.states(waits) == ["void", "void", "used"]

    def test_a_yes_to_the_plan_before_does_not_count(self, desk: Desk, waits: str) -> None:
        desk.put_back(waits, "moved")
        desk.attempt(waits, CHANGED)
        with pytest.raises(CannotApprove, match=f"waits with another plan, {CHANGED[:16]}; .*look at it anew"):
            desk.approve(waits, prefix=FIRST[:16])
        with pytest.raises(CannotApprove, match="first 8 digits"):
            desk.approve(waits, prefix=CHANGED[:7])
        assert desk.approve(waits, prefix=CHANGED[:8].upper()).earlier is False

    def test_a_yes_holds_for_the_attempt_after_a_worker_that_died_before_its_first_effect(
        self, desk: Desk, waits: str
    ) -> None:
        desk.approve(waits)
        policy = desk.shop.policy
        assert policy is not None
        policy.may_begin(desk.bench.records.find(waits).request, plan(request(0)), desk.shop.lease.check)
        assert desk.states(waits) == ["used"]
        assert desk.attempt(waits).begun == 1

    def test_a_double_click_and_two_people_at_once_make_one_approval(self, desk: Desk, waits: str) -> None:
        turn = desk.job(waits).turn
        together = threading.Barrier(2)

        def click(by: str) -> bool:
            together.wait()
            return desk.approve(waits, by).earlier

        with ThreadPoolExecutor(2) as people:
            assert sorted(people.map(click, ("Bob", "Dora"))) == [False, True]
        assert desk.approve(waits, "Bob").earlier
        assert desk.job(waits).turn == turn + 1
        assert [what for _, what, _ in desk.audit(waits)].count("approve") == 1

    @pytest.mark.parametrize(
        "by", ["Carl Meyer", " carl  MEYER ", "carl.meyer@example.com", "Meyer", "ANN", "A\u200bnn"]
    )
    def test_the_requester_can_not_approve(self, desk: Desk, waits: str, by: str) -> None:
        with pytest.raises(CannotApprove, match="may be the one who asked for it"):
            desk.approve(waits, by)
        assert (desk.states(waits), desk.job(waits).state) == (["waiting"], State.WAITING_APPROVAL)

    def test_nor_can_whoever_watched_it_or_works_under_that_login(self, desk: Desk, fresh: CancellationRequest) -> None:
        other = request(next(NUMBERS))
        desk.submit(other, by="rpa cancel by Dora Lind")
        desk.attempt(other.id)
        with pytest.raises(CannotApprove, match='"dora" may be the one'):
            desk.approve(other.id, "dora")
        with pytest.raises(CannotApprove, match="under this login"):
            desk.approve(other.id, "Bob", login="dora")
        with pytest.raises(CannotApprove, match="must give the name"):
            desk.approve(other.id, " - ")
        assert not desk.approve(other.id, "Bob", login="bob").earlier

    def test_looking_changes_nothing(self, desk: Desk, waits: str) -> None:
        assert desk.approve(waits, only_look=True).earlier is False
        assert (desk.states(waits), desk.job(waits).state) == (["waiting"], State.WAITING_APPROVAL)
        assert "approve" not in [what for _, what, _ in desk.audit(waits)]

    def test_what_waits_for_nothing_is_told_so(self, desk: Desk, fresh: CancellationRequest, waits: str) -> None:
        other = request(next(NUMBERS))
        desk.submit(other)
        with pytest.raises(RecordError, match="waits for no approval"):
            desk.approve(other.id)
        withdraw(desk.shop, fresh, by="Ann", why="the customer stays")
        with pytest.raises(AlreadyEnded, match="has its end: withdrawn"):
            desk.approve(waits)
        assert desk.states(waits) == ["void"]

    def test_one_that_a_worker_is_looking_at_is_not_taken_from_it(self, desk: Desk, waits: str) -> None:
        desk.put_back(waits, "moved")
        refused: list[str] = []

        def meanwhile() -> None:
            with pytest.raises(CannotApprove, match="being looked at anew") as caught:
                desk.approve(waits)
            refused.append(str(caught.value))

        desk.attempt(waits, before=meanwhile)
        assert refused
        assert desk.job(waits).state is State.WAITING_APPROVAL
        desk.approve(waits)
        assert desk.attempt(waits).begun == 1, "and its account is free"


class TestTime:
    def test_after_its_time_nobody_can_approve(self, desk: Desk, waits: str, monkeypatch: Patch) -> None:
        set_clock(monkeypatch, hours=24)
        with pytest.raises(CannotApprove, match=r"the time to approve it was over at .* ends as withdrawn"):
            desk.approve(waits)
        set_clock(monkeypatch, hours=23.99)
        assert not desk.approve(waits).earlier

    def test_what_was_approved_and_not_begun_in_time_is_asked_for_anew(
        self, desk: Desk, waits: str, monkeypatch: Patch
    ) -> None:
        desk.approve(waits)
        set_clock(monkeypatch, hours=24.01)
        assert desk.attempt(waits).begun == 0
        assert desk.states(waits) == ["void", "waiting"]
        desk.approve(waits, "Dora")
        assert desk.attempt(waits).begun == 1

    def test_a_clock_that_was_put_back_makes_no_approval_last_longer(
        self, desk: Desk, waits: str, monkeypatch: Patch
    ) -> None:
        set_clock(monkeypatch, hours=-48)
        with pytest.raises(CannotApprove):
            desk.approve(waits)
        monkeypatch.undo()
        desk.approve(waits)
        set_clock(monkeypatch, hours=-48)
        assert desk.attempt(waits).begun == 0
        assert desk.states(waits) == ["void", "waiting"]

    @pytest.mark.parametrize(("hours", "begun", "states"), [(23, 1, ["used"]), (25, 0, ["void", "waiting"])])
    def test_a_used_yes_holds_in_its_time_when_a_person_has_it_run_once_more(
        self, desk: Desk, waits: str, monkeypatch: Patch, hours: int, begun: int, states: list[str]
    ) -> None:
        desk.approve(waits)
        desk.attempt(waits, act=lambda *_: ("needs_human", "record_locked"))
        retry(desk.bench.records, desk.jobs, waits, by="Ann")
        set_clock(monkeypatch, hours=hours)
        assert desk.attempt(waits).begun == begun
        assert desk.states(waits) == states
