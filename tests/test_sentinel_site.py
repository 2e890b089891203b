"""The sentinel on the stand-in, with the real robot: billing comes back, the case is opened again, a person has it retried."""

from pathlib import Path
from typing import Any

from flows.journal import EventKind
from flows.model import CancellationRequest, End
from rpa.queue.attempt import carry_out
from rpa.queue.rechecks import RecheckState
from rpa.queue.retrying import retry
from rpa.records import CaseJournal
from tests.conftest import Bench as Site
from tests.faults_bench import NUMBER, leave_to_do
from tests.queue_bench import bench_in
from tests.sentinel_bench import bill, plan, read_again, told, watched


def cancelled_before(request: CancellationRequest, journal: CaseJournal, *_: Any) -> tuple[str, str]:
    """What the journal of an earlier run tells: the billings were cancelled."""
    journal.write(EventKind.PLAN, plan=plan(request, bill("1")))
    intent = journal.intend("cancel_billings", "6.2", {"number": request.account_number}, "page", "1 scheduled")
    journal.sent(intent, [{"method": "POST", "path": "/x", "status": 200}])
    journal.settle(intent, "done", "none")
    return "cancelled", ""


def test_billing_that_comes_back_on_the_site_is_found_and_can_be_cancelled_again(classic: Site, tmp_path: Path) -> None:
    leave_to_do(classic, NUMBER)
    asked = classic.request(NUMBER)
    robot: Any = classic.robot
    with bench_in(tmp_path) as bench:
        bench.profile = classic.profile
        bench.submit(asked, wait_for_date=False)
        with bench.shop() as shop:
            bench.carry_out(watched(bench, shop), asked.id, cancelled_before)
            assert read_again(bench, shop, robot, 1).state is RecheckState.FINE
            classic.site.bill_again(NUMBER, due="2026-12-20")
            seen = read_again(bench, shop, robot, 2)
            assert seen.state is RecheckState.ALARM
            assert seen.seen == "1 billing to come, 49.95, due 2026-12-20"
            assert classic.received(NUMBER) == [], "a re-check only reads"
            assert len(told(bench)) == 1
            assert bench.records.verify(asked.id).ok
            retry(bench.records, bench.jobs, asked.id, by="ann")
            carry_out(shop, bench.entry(asked.id), 1, robot)
        outcome = bench.records.find(asked.id).outcome
        assert outcome is not None
        assert outcome.end is End.CANCELLED, outcome.message
        assert bench.records.verify(asked.id).ok
        assert [line.claim for line in outcome.proof if "2026-12-20" in line.claim], (
            "what came back is proven row by row"
        )
    classic.assert_cancelled(NUMBER)
    assert classic.received(NUMBER) == ["cancel_billings"]
