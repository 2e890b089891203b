"""Pages that the profile calls unsafe to read: a plan does not open them, a cancellation opens them through the gate."""

from collections.abc import Iterator

import pytest

from fixtures.profiles import profile_for
from fixtures.standin import StandIn
from flows.journal import EventKind
from flows.model import Effect, End
from flows.notes import Notes
from flows.profile import ReadPermits, UnsafePage
from rpa.browsers import find_browser
from rpa.credentials import Credentials
from rpa.robot import Robot
from rpa.settings import Settings
from tests.conftest import Bench

ALL: tuple[UnsafePage, ...] = ("start_page", "cancel_page", "billing")
NUMBER = "611974"


@pytest.fixture(scope="module")
def wary_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with StandIn(skin="classic") as site:
        profile = profile_for("classic", site).model_copy(update={"reading": ReadPermits(unsafe_pages=ALL)})
        credentials = Credentials(username=site.username, password=site.password)  # type: ignore[arg-type]
        output = tmp_path_factory.mktemp("wary")
        with Robot(profile, credentials, browser=find_browser(Settings()), evidence=False, output=output) as robot:
            yield Bench(site, profile, robot)


@pytest.fixture
def wary(wary_bench: Bench) -> Bench:
    wary_bench.site.reset()
    return wary_bench


def visits(bench: Bench) -> set[str]:
    return {visit.page for visit in bench.site.visits}


def test_a_plan_does_not_open_them_and_says_so(wary: Bench) -> None:
    plan = wary.robot.plan(wary.request(NUMBER))
    assert not visits(wary) & set(ALL)
    assert plan.reading.billing is None
    assert any("billing page was not read" in warning for warning in plan.warnings)


def test_a_cancellation_opens_them_after_an_intent_and_ends_proven(wary: Bench) -> None:
    opened_before: list[set[str]] = []

    class Watching(Notes):
        def intend(self, effect: str, clause: str, identity: dict[str, str], page: str, before: str) -> str:
            if effect == Effect.OPEN_PAGE:
                opened_before.append(visits(wary))
            return super().intend(effect, clause, identity, page, before)

    notes = Watching(f"t-{NUMBER}", NUMBER)
    outcome = wary.cancel(NUMBER, notes)
    assert outcome.end is End.CANCELLED, outcome.message
    wary.assert_cancelled(NUMBER)
    wary.assert_no_harm(NUMBER)
    assert not opened_before[0] & set(ALL), "one was opened before the first intent"
    pages = [event.data["page"] for event in notes.events if event.kind is EventKind.INTENT]
    opened = [visit.page for visit in wary.site.visits if visit.page in ALL]
    for page in ("start_page", "cancel_page"):
        assert opened.count(page) <= pages.count(page) + 4, (opened, pages)  # the site's own way back after an effect
    assert pages.count("billing") >= 2
    assert all(intent.outcome for intent in notes.intents())
