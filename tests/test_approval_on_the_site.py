"""Approval with the robot itself on the stand-in: nothing is clicked before the yes, and what is clicked is what it says."""

from pathlib import Path

import pytest

from rpa.queue.approving import Approvals
from rpa.queue.attempt import carry_out
from rpa.queue.engine import Entry
from rpa.queue.jobs import REQUEST, State
from tests.approval_bench import Desk
from tests.conftest import Bench as Site
from tests.faults_bench import leave_to_do
from tests.queue_bench import bench_in

NUMBER = "611974"


@pytest.mark.long
def test_the_account_changes_between_the_yes_and_the_attempt(classic: Site, tmp_path: Path) -> None:
    leave_to_do(classic, NUMBER, "remove_license_count", "set_status")
    request = classic.request(NUMBER)
    with bench_in(tmp_path, approval={"all": True}) as bench:
        with bench.shop(policy=Approvals(bench.records.engine, bench.profile)) as shop:
            shop.profile = classic.profile
            desk = Desk(bench, shop)

            def attempt() -> State:
                carry_out(shop, Entry(REQUEST, request.id, desk.job(request.id).turn), 1, classic.robot)
                return desk.job(request.id).state

            bench.submit(request, wait_for_date=False)
            assert attempt() is State.WAITING_APPROVAL
            assert {entry.kind for entry in classic.site.ledger} <= {"sign_in"}
            shown = desk.newest(request.id).read_plan()
            assert shown is not None
            assert [str(one.effect) for one in shown.effects if one.needed] == ["remove_license_count", "set_status"]
            desk.approve(request.id)
            classic.site.person_cancels(NUMBER, ["remove_license_count"])
            before = len(classic.site.ledger)
            assert attempt() is State.WAITING_APPROVAL
            assert len(classic.site.ledger) == before
            assert desk.states(request.id) == ["void", "waiting"]
            desk.approve(request.id, "Dora")
            assert attempt() is State.ENDED
            assert desk.states(request.id) == ["void", "used"]
        assert [effect.effect for effect in bench.records.intents(request.id)] == ["set_status"]
        classic.assert_cancelled(NUMBER)
        classic.assert_no_harm(NUMBER)
