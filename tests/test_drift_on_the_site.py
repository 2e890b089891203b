"""The admin UI changes in the middle of a batch: seen at the next page, before anything is pressed."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.drift import learned
from flows.errors import Drifted, Interrupted, NeedsHuman
from flows.journal import EventKind
from flows.notes import Notes
from flows.profile import Canary
from rpa.cli.gating import Learned, check_now
from rpa.line import DRIFT
from rpa.queue.attempt import carry_out
from rpa.queue.shop import Shop
from tests import queue_bench
from tests.conftest import FOUR, Bench, bench_on
from tests.queue_bench import bench_in

FIRST, NEXT, LAST = "611974", "611975", "641144"
NEIGHBOUR = "Purge Billing History"
BEFORE_THE_SECOND = re.compile(r'(?=<tr><td><a href="[^"]*cancelbills\.do\?acct=(\d+)")')


def neighbour(_page: str, html: str) -> str:
    """A new link that does harm, between the first and the second of the four."""
    row = rf'<tr><td><a href="/server06/ar/purge.do?acct=\1">{NEIGHBOUR}</a></td></tr>'
    return BEFORE_THE_SECOND.sub(row, html)


@pytest.fixture(scope="module")
def site_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A robot that has the baseline of one canary."""
    with bench_on("classic", tmp_path_factory.mktemp("drift")) as bench:
        canary = Canary(account_name=bench.site.account(FIRST).name, account_number=FIRST)
        bench.profile = bench.profile.model_copy(update={"canaries": (canary,)})
        bench.robot.baseline = learned([bench.robot.survey(canary)], "classic", "ann")
        yield bench


@pytest.fixture
def bench(site_bench: Bench) -> Bench:
    site_bench.site.reset()
    return site_bench


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[queue_bench.Bench]:
    with bench_in(tmp_path) as queue:
        yield queue


def kinds(bench: Bench, number: str) -> list[str]:
    """Of what the site was asked to change."""
    return [kind for kind in bench.received(number) if kind not in {"sign_in", "switch_module"}]


def seen(notes: Notes) -> list[dict[str, Any]]:
    return [event.data["change"] for event in notes.events if event.kind is EventKind.DRIFT]


def at_work(bench: Bench, queue: queue_bench.Bench, shop: Shop, number: str) -> None:
    carry_out(shop, queue.entry(f"t-{number}"), 1, cast("Any", bench.robot))


def test_a_new_dangerous_neighbour_stops_the_line_before_anything_is_pressed(
    bench: Bench, queue: queue_bench.Bench
) -> None:
    queue.submit(*(bench.request(number) for number in (FIRST, NEXT, LAST)), wait_for_date=False)
    with queue.shop() as shop, queue.shop() as other:
        at_work(bench, queue, shop, FIRST)
        assert queue.line.stopped == "", "no false alarm"
        bench.site.mutate = neighbour
        at_work(bench, queue, shop, NEXT)
        at_work(bench, queue, other, LAST)
    bench.assert_cancelled(FIRST)
    outcome = queue.records.find(f"t-{NEXT}").outcome
    assert outcome is not None
    assert (outcome.end, outcome.code) == ("needs_human", "drift")
    assert "nothing was begun" in outcome.message
    assert NEIGHBOUR in outcome.drift
    assert (kinds(bench, NEXT), kinds(bench, LAST)) == ([], [])
    assert queue.records.find(f"t-{LAST}").outcome is None
    assert DRIFT in queue.line.stopped
    assert NEIGHBOUR in (queue.folder / "cases" / f"t-{NEXT}" / "case.html").read_text()
    assert queue.records.verify(f"t-{NEXT}").ok


def test_seen_first_after_an_effect_the_request_is_finished_and_proven_and_then_the_line_stops(
    bench: Bench, queue: queue_bench.Bench
) -> None:
    def once_begun(page: str, html: str) -> str:
        return neighbour(page, html) if FOUR & set(bench.received(NEXT)) else html

    bench.site.mutate = once_begun
    queue.submit(bench.request(NEXT), wait_for_date=False)
    with queue.shop() as shop:
        at_work(bench, queue, shop, NEXT)
    bench.assert_cancelled(NEXT)
    bench.assert_no_harm(NEXT)
    outcome = queue.records.find(f"t-{NEXT}").outcome
    assert outcome is not None
    assert outcome.end == "cancelled"
    assert all(line.ok for line in outcome.proof)
    assert NEIGHBOUR in outcome.drift
    assert NEIGHBOUR in queue.line.stopped
    told = json.loads((queue.folder / "cases" / f"t-{NEXT}" / "case.json").read_text())["drift"]
    assert [(one["kind"], one["matters"]) for one in told] == [("new_link", True)], "the site's answers are no news"


def test_a_status_never_seen_before_is_named_and_hinders_nothing(bench: Bench) -> None:
    bench.site.mutate = lambda _page, html: html.replace("<td>Paid</td>", "<td>Under Audit</td>", 1)
    outcome = bench.cancel(LAST, notes := Notes(f"t-{LAST}", LAST))
    assert (outcome.end, outcome.drift) == ("cancelled", "")
    assert [(one["kind"], one["seen"], one["page"]) for one in seen(notes)] == [
        ("new_status", "Under Audit", "billing")
    ]


def test_a_plan_is_not_made_of_pages_that_have_changed(bench: Bench) -> None:
    tab = re.compile(r'(<td><a href="[^"]*tab=cancelled">Cancelled</a></td>)')
    bench.site.mutate = lambda _page, html: tab.sub(r"\1\1", html)
    with pytest.raises(Drifted, match=r"Cancelled.* 2 times"):
        bench.robot.plan(bench.request(NEXT))


class TestCheck:
    """The gate's comparison, at the desk's robot."""

    @pytest.fixture
    def compare(self, bench: Bench, tmp_path: Path) -> Callable[..., Any]:
        desk = SimpleNamespace(settings=SimpleNamespace(output=tmp_path), baseline=lambda: bench.robot.baseline)
        its = Learned(cast("Any", desk), None)

        def act(stop: threading.Event | None = None) -> Any:
            return check_now(bench.robot, bench.profile, its, stop or threading.Event())

        return act

    @pytest.mark.parametrize(
        ("fault", "code"),
        [({"fault": "maintenance", "times": 0}, "maintenance"), ({"fault": "status_500", "times": 0}, "site_down")],
    )
    def test_a_site_that_does_not_answer_is_no_drift(
        self, bench: Bench, compare: Callable[..., Any], tmp_path: Path, fault: dict[str, Any], code: str
    ) -> None:
        bench.site.arm(**fault)
        with pytest.raises(NeedsHuman) as met:
            compare()
        assert met.value.code == code
        assert list(tmp_path.glob("checks/*")) == []

    def test_it_is_broken_off_by_a_stop(self, bench: Bench, compare: Callable[..., Any]) -> None:
        stop = threading.Event()
        stop.set()
        with pytest.raises(Interrupted):
            compare(stop)
        assert not bench.robot.stop.is_set(), "of the comparison alone"
