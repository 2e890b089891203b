"""A page of a run that is not as it was learned: named in the journal; before the first effect it ends the run."""

import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.baseline import Baseline
from flows.drift import Change
from flows.errors import Drifted
from flows.journal import EventKind
from flows.model import CancellationRequest
from flows.notes import Notes
from flows.profile import SiteProfile
from flows.walk import Walk
from flows.watching import Watcher
from page_objects.obstacles import Ambiguous, NotHere
from page_objects.portrait import Portrait
from page_objects.setting import Patience, Setting
from tests.gate_bench import GONE, change

BASELINE = Baseline(site="test", learned_at=dt.datetime(2026, 11, 26, tzinfo=dt.UTC), by="ann")
STATUS = change('a status never seen before: "On Hold"', matters=False, kind="new_status", page="billing", clause="")


@dataclass
class Look:
    """A screen, and what differs on it."""

    changes: tuple[Change, ...] = ()
    quiet: int = 0
    here: bool = True

    @property
    def state(self) -> int:
        return id(self)


@dataclass
class Page:
    """Shows the first of its looks; the others come when it is waited for."""

    looks: list[Look]
    name: str = "page with the four links"
    setting: Setting = field(default_factory=lambda: Setting(patience=Patience(quiet=1.0)))
    waited: int = 0

    @property
    def tab(self) -> Any:
        return self

    def glance(self) -> Look:
        return self.looks[0]

    def recognised(self, look: Look) -> bool:
        return look.here

    def until(self, sees: Any, what: str, _seconds: float) -> Look:
        self.waited += 1
        while True:
            if (seen := sees(self.looks[0])) is not None:
                return cast("Look", seen)
            if len(self.looks) == 1:
                raise NotHere(what)
            self.looks.pop(0)


@pytest.fixture(autouse=True)
def compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs is what the look says."""
    monkeypatch.setattr(
        "flows.watching.compare_page", lambda _baseline, portrait, _words, whose: portrait.screens[0].changes
    )


def walk(notes: Notes | None = None) -> Walk:
    request = CancellationRequest(
        id="r-1", account_name="12-10 Test", account_number="611974", date=dt.date(2026, 11, 30), reason="Price"
    )
    profile = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9"}})
    return Walk(request, profile, cast("Any", SimpleNamespace()), notes or Notes("r-1", "611974"))


def watcher(its: Walk, believed: set[Any] | None = None) -> Watcher:
    def portray(_walk: Walk, _page: Any, screen: Any, name: Any) -> Portrait | None:
        return Portrait(name or "cancel_page", screens=(screen,))

    return Watcher(its, BASELINE, set() if believed is None else believed, portray)


def reached(its: Walk, *looks: Look, **more: Any) -> Page:
    page = Page([*looks], **more)
    its.reached(cast("Any", page))
    return page


def noted(its: Walk) -> list[dict[str, Any]]:
    return [event.data["change"] for event in cast("Notes", its.journal).events if event.kind is EventKind.DRIFT]


def begun(notes: Notes, effect: str, outcome: str = "") -> None:
    intent = notes.intend(effect, "", {}, "page", "")
    if outcome:
        notes.settle(intent, outcome, "")


def watched(notes: Notes | None = None, believed: set[Any] | None = None) -> Walk:
    its = walk(notes)
    its.watch = watcher(its, believed)
    return its


def test_what_matters_ends_the_run_while_nothing_was_begun() -> None:
    its = watched()
    with pytest.raises(Drifted, match=r"nothing was begun, .*Cancel Scheduled Billings") as met:
        reached(its, Look((change(), STATUS), quiet=2000))
    assert met.value.code == "drift"
    assert its.drift == [GONE]
    assert [one["sentence"] for one in noted(its)] == [GONE, STATUS.sentence]


def test_it_ends_the_run_once_so_that_the_app_module_can_be_put_back() -> None:
    its = watched()
    with pytest.raises(Drifted):
        reached(its, Look((change(),), quiet=2000))
    reached(its, Look((change(),), quiet=2000))


@pytest.mark.parametrize("outcome", ["", "done", "answered", "unknown"])
def test_once_an_effect_was_set_out_the_run_goes_on_and_the_outcome_says_so(outcome: str) -> None:
    notes = Notes("r-1", "611974")
    begun(notes, "cancel_billings", outcome)
    its = watched(notes)
    reached(its, Look((change(),), quiet=2000))
    assert (its.drift, len(noted(its))) == ([GONE], 1)


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [("cancel_billings", "not_done"), ("update_organization", "done"), ("switch_module", "done"), ("open_page", "")],
)
def test_what_was_certainly_not_done_or_lies_on_the_way_is_no_effect_of_the_plan(effect: str, outcome: str) -> None:
    notes = Notes("r-1", "611974")
    begun(notes, effect, outcome)
    with pytest.raises(Drifted):
        reached(watched(notes), Look((change(),), quiet=2000))


def test_what_the_site_says_after_an_effect_is_its_answer_and_no_news() -> None:
    said = change("a new message: License count is 0", matters=False, kind="new_message")
    for outcome, times in (("not_done", 1), ("done", 0)):
        notes = Notes("r-1", "611974")
        begun(notes, "remove_license_count", outcome)
        its = watched(notes)
        reached(its, Look((said,)))
        assert len(noted(its)) == times


def test_a_status_never_seen_before_is_named_and_nothing_else() -> None:
    its = watched()
    page = reached(its, Look((STATUS,)))
    [told] = noted(its)
    assert (told["kind"], told["page"], told["matters"]) == ("new_status", "billing", False)
    assert (its.drift, page.waited) == ([], 0)


def test_what_is_still_being_drawn_is_no_drift() -> None:
    its = watched()
    page = reached(its, Look((change(),)), Look((change(),), quiet=300), Look(quiet=2000))
    assert (noted(its), its.drift, page.waited) == ([], [], 1)


def test_a_page_that_never_comes_to_rest_is_judged_as_it_is() -> None:
    with pytest.raises(Drifted):
        reached(watched(), Look((change(),), quiet=0))


def test_a_page_that_gives_way_to_another_is_left_to_the_step() -> None:
    its = watched()
    reached(its, Look((change(),)), Look((change(),), quiet=2000, here=False))
    assert noted(its) == []


def test_each_change_is_told_once_in_a_run_and_a_screen_is_compared_once() -> None:
    its = watched()
    look = Look((STATUS,))
    for page in (Page([look]), Page([look]), Page([Look((STATUS,))])):
        its.reached(cast("Any", page))
    assert len(noted(its)) == 1


def test_what_one_run_has_seen_at_rest_the_next_does_not_wait_for_again() -> None:
    believed: set[Any] = set()
    for waited in (1, 0):
        page = Page([Look((change(),), quiet=2000)])
        with pytest.raises(Drifted):
            watched(believed=believed).reached(cast("Any", page))
        assert page.waited == waited


def test_what_cannot_be_made_out_is_left_to_the_step() -> None:
    """Half cancelled because of one who only looks on: never."""
    notes = Notes("r-1", "611974")
    begun(notes, "cancel_billings", "done")
    its = walk(notes)

    def unclear(*_: Any) -> Portrait | None:
        raise Ambiguous("two columns read as the status")

    its.watch = Watcher(its, BASELINE, portray=unclear)
    reached(its, Look(quiet=2000))
    assert noted(its) == []
