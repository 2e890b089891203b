"""No yes means no: what a person declined, and what nobody approved in time, ends without anything being changed."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import func, select, update

from flows.errors import LeaseLost
from flows.model import End, Outcome
from rpa.database.queue_tables import workers
from rpa.database.tables import intents
from rpa.queue.answering import CannotApprove, decline
from rpa.queue.approval_rows import LIVE, Answer, answer, make_void
from rpa.queue.attempt import take
from rpa.queue.jobs import State
from rpa.queue.not_approved import CLOCK, Expiry, NoRobot, _say_no, expire
from rpa.queue.people import TooLate, withdraw
from rpa.queue.sweeping import take_over
from rpa.records import AlreadyEnded
from tests.approval_bench import CHANGED, Desk, desk_in, set_clock
from tests.queue_bench import outcome as ended_as
from tests.queue_bench import request

Patch = pytest.MonkeyPatch


class Died(BaseException):
    pass


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a request r-0 of Carl's waits for approval."""
    folder = tmp_path_factory.mktemp("begun")
    with desk_in(folder) as desk:
        desk.submit(request(0, requested_by="Carl"))
        desk.attempt("r-0")
    return folder


@pytest.fixture
def desk(begun: Path, tmp_path: Path) -> Iterator[Desk]:
    """A copy of it."""
    with desk_in(copytree(begun, tmp_path / "copy")) as desk:
        yield desk


def outcome(desk: Desk, request_id: str = "r-0") -> Outcome | None:
    return desk.bench.records.find(request_id).outcome


def end(desk: Desk, request_id: str = "r-0") -> tuple[str, str]:
    """End and code, which the case file bears out, and without an effect."""
    found = outcome(desk, request_id)
    assert found is not None
    assert desk.bench.records.verify(request_id).ok
    with desk.bench.records.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(intents)).scalar_one() == 0
    return found.end.value, found.code


class TestDeclining:
    def test_it_ends_and_the_case_file_says_who_and_why(self, desk: Desk) -> None:
        said = decline(desk.shop, "r-0", "Carl", "the customer stays")
        assert end(desk) == ("withdrawn", "not_approved")
        assert said.message == "declined by Carl: the customer stays; nothing was changed"
        assert (desk.job("r-0").state, desk.states("r-0")) == (State.ENDED, ["declined"])
        assert desk.audit("r-0")[-1] == ("Carl", "decline", "the customer stays")
        assert said.message in (desk.bench.records.find("r-0").case_dir / "journal.jsonl").read_text("utf-8")
        with pytest.raises(AlreadyEnded):
            decline(desk.shop, "r-0", "Bob", "once more")

    def test_only_what_still_waits_and_only_the_plan_that_is_meant(self, desk: Desk) -> None:
        with pytest.raises(CannotApprove, match="another plan"):
            decline(desk.shop, "r-0", "Bob", "no", CHANGED[:16])
        with pytest.raises(CannotApprove, match="must give the name"):
            decline(desk.shop, "r-0", "?", "no")
        desk.approve("r-0", "Dora")
        with pytest.raises(CannotApprove, match="approved by Dora already; rpa withdraw r-0"):
            decline(desk.shop, "r-0", "Bob", "no")
        assert desk.attempt("r-0").begun == 1

    @pytest.mark.parametrize("policy", [True, False])
    def test_a_no_is_kept_when_the_process_dies_before_the_end(
        self, desk: Desk, monkeypatch: Patch, policy: bool
    ) -> None:
        """Whatever the policy asks for by then."""

        def dies(*_: object) -> None:
            raise Died

        with monkeypatch.context() as patch, desk.bench.shop() as other:
            patch.setattr("rpa.queue.not_approved.work", dies)
            with pytest.raises(Died):
                decline(other, "r-0", "Bob", "the customer stays")
            take_over(desk.jobs, other.lease.id)
        assert outcome(desk) is None
        desk.shop.policy = desk.shop.policy if policy else None
        assert desk.attempt("r-0").begun == 0
        assert end(desk)[0] == "withdrawn"
        found = outcome(desk)
        assert found is not None
        assert "Bob" in found.message
        assert "the customer stays" in found.message

    def test_a_no_that_only_the_approval_knows_of_keeps_the_plan_from_being_begun(self, desk: Desk) -> None:
        with desk.jobs.transaction() as connection:
            desk.jobs.put_back(connection, "r-0", "")
            answer(connection, desk.newest("r-0"), Answer.DECLINED, "Bob")
        assert desk.attempt("r-0").begun == 0
        assert expire(desk.shop) == 1
        assert end(desk) == ("withdrawn", "not_approved")

    def test_while_the_account_is_worked_on_for_another_request_the_no_is_kept(
        self, desk: Desk, monkeypatch: Patch
    ) -> None:
        desk.submit(request(1, account_number="611000"))
        monkeypatch.setattr("rpa.queue.answering.WITHDRAW_SECONDS", -1)
        with desk.bench.shop() as other:
            assert take(other, desk.bench.entry("r-1"), 1) is not None
            with pytest.raises(TooLate, match="the no is kept: request r-0 ends as soon as account 611000 is free"):
                decline(desk.shop, "r-0", "Bob", "no")
            assert (outcome(desk), desk.states("r-0")) == (None, ["declined"])
            with pytest.raises(CannotApprove, match="was declined by Bob"):
                desk.approve("r-0", "Dora")
        take_over(desk.jobs, other.lease.id)
        assert expire(desk.shop) == 1
        assert end(desk) == ("withdrawn", "not_approved")

    def test_what_was_done_before_there_was_a_plan_is_told(self, desk: Desk) -> None:
        effects = (("update_organization", "done"), ("switch_module", "done"), ("set_status", "not_done"))
        with desk.bench.records.begin(request(1), profile=desk.bench.profile) as journal:
            for effect, became in effects:
                journal.settle(journal.intend(effect, "", {}, "page", ""), became, "")
            said = NoRobot(desk.newest("r-0"), "nobody approved it").cancel(request(1), journal)
        with pytest.raises(TooLate, match="run it to its end"):
            withdraw(desk.shop, request(1), by="Ann", why="the customer stays")
        desk.submit(request(1))
        with desk.jobs.transaction() as connection:
            desk.jobs.change(connection, "r-1", state=State.WAITING_APPROVAL)
        with pytest.raises(TooLate, match="rpa approve r-1 --decline"):
            withdraw(desk.shop, request(1), by="Ann", why="the customer stays")
        assert (said.end, said.code) == (End.WITHDRAWN, "not_approved")
        expected = "before the plan could be made: Organization page updated; nothing else was changed"
        assert said.message == f"nobody approved it; {expected}"


class TestTimeOut:
    def test_nobodys_yes_means_no(self, desk: Desk, monkeypatch: Patch) -> None:
        set_clock(monkeypatch, hours=23.9)
        assert expire(desk.shop) == 0
        assert outcome(desk) is None
        set_clock(monkeypatch, hours=24)
        assert expire(desk.shop) == 1
        assert end(desk) == ("withdrawn", "not_approved")
        found = outcome(desk)
        assert found is not None
        assert "nobody approved plan 0123456789abcdef by 20" in found.message
        assert (desk.states("r-0"), desk.audit("r-0")[-1][:2]) == (["expired"], (CLOCK, "decline"))
        assert desk.told("r-0")[-1] == "Request r-0 was not approved in time"
        assert expire(desk.shop) == 0

    def test_what_was_asked_anew_since_it_was_looked_for_has_its_own_time(self, desk: Desk) -> None:
        _say_no(desk.shop, "r-0")
        assert (desk.states("r-0"), desk.job("r-0").withdraw_by) == (["waiting"], None)

    def test_it_ends_no_row_of_strikes(self, desk: Desk, monkeypatch: Patch) -> None:
        set_clock(monkeypatch, hours=25)
        for number in range(1, 4):
            desk.bench.line.end(ended_as(request(number), "needs_human", "unknown_page"))
            expire(desk.shop)
        assert "3 ends in a row were unknown_page" in desk.bench.line.stopped

    def test_what_was_asked_of_a_request_that_waits_for_it_no_more_is_void(
        self, desk: Desk, monkeypatch: Patch
    ) -> None:
        desk.put_back("r-0", "moved")
        set_clock(monkeypatch, hours=25)
        expire(desk.shop)
        assert (desk.states("r-0"), outcome(desk)) == (["void"], None)
        assert desk.attempt("r-0").begun == 0
        assert desk.states("r-0") == ["void", "waiting"]

    def test_a_request_of_which_nothing_is_asked_any_more_is_looked_at_anew(self, desk: Desk) -> None:
        with desk.jobs.transaction() as connection:
            make_void(connection, "r-0", LIVE)
        expire(desk.shop)
        assert desk.job("r-0").state is State.WAITING
        desk.attempt("r-0")
        assert (desk.job("r-0").state, desk.states("r-0")) == (State.WAITING_APPROVAL, ["void", "waiting"])

    def test_the_chore_looks_now_and_then_and_leaves_a_lost_lease_to_the_worker(
        self, desk: Desk, monkeypatch: Patch
    ) -> None:
        looked = []
        monkeypatch.setattr("rpa.queue.not_approved.expire", lambda shop: looked.append(shop) or 0)
        chore = Expiry()
        for _ in range(3):
            chore(desk.shop)
        assert looked == [desk.shop]

        def fenced(_: object) -> int:
            raise LeaseLost("frozen")

        monkeypatch.setattr("rpa.queue.not_approved.expire", fenced)
        Expiry()(desk.shop)

    def test_a_worker_that_lost_its_lease_ends_nothing(self, desk: Desk, monkeypatch: Patch) -> None:
        set_clock(monkeypatch, hours=25)
        with desk.bench.records.engine.begin() as connection:
            connection.execute(update(workers).values(fenced=True))
        with pytest.raises(LeaseLost):
            expire(desk.shop)
        assert outcome(desk) is None
