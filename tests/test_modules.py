"""The App Module (clause 7a): changed after a durable intent, put back at every end (promises 3 and 6)."""

import threading

import pytest
from playwright.sync_api import Error as PlaywrightError

from flows import modules
from flows.journal import EventKind
from flows.model import Effect, End
from flows.notes import Notes
from rpa.browser_session import BrowserSession
from tests.conftest import Bench

NEEDS_PREMIUM = "535501"


def switches(bench: Bench) -> list[tuple[str, str]]:
    return [
        (e.before["module"], e.after["module"]) for e in bench.site.ledger if e.kind == "switch_module" and e.applied
    ]


class NotesThat(Notes):
    """Notes that call `then` after the nth event of a kind has been written."""

    def __init__(self, kind: EventKind, then: object, *, effect: str = "") -> None:
        super().__init__(f"t-{NEEDS_PREMIUM}", NEEDS_PREMIUM)
        self.kind, self.then, self.effect = kind, then, effect

    def write(self, kind: EventKind, clause: str = "", **data: object) -> None:
        super().write(kind, clause, **data)
        if kind is self.kind and data.get("effect", self.effect) == self.effect and callable(self.then):
            then, self.then = self.then, None
            then()


def test_the_intent_stands_before_the_site_is_asked_for_another_module(
    classic: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    pictures: list[str] = []

    def picture(_session: object, _tab: object, page: str, moment: str, _clause: str) -> str:
        pictures.extend([moment] if page == "App Module" else [])
        return ""

    monkeypatch.setattr(BrowserSession, "evidence", picture)
    notes = NotesThat(EventKind.INTENT, lambda: seen.append(len(switches(classic))), effect=Effect.SWITCH_MODULE)
    assert classic.cancel(NEEDS_PREMIUM, notes).end is End.CANCELLED
    assert seen == [0]
    effects = [i.effect for i in notes.intents() if i.effect in {Effect.SWITCH_MODULE, Effect.RESTORE_MODULE}]
    assert effects == [Effect.SWITCH_MODULE, Effect.RESTORE_MODULE]
    (there, back) = switches(classic)
    assert there == back[::-1]
    assert pictures == ["before", "after"] * 2


def test_a_person_who_says_stop_does_not_leave_premium_edition_behind(classic: Bench) -> None:
    stop = threading.Event()
    notes = NotesThat(EventKind.RECOVERY, stop.set)
    outcome = classic.robot.cancel(classic.request(NEEDS_PREMIUM), notes, stop=stop)
    assert outcome.code == "interrupted"
    (there, back) = switches(classic)
    assert there == back[::-1]


def test_a_session_that_ends_as_the_module_is_chosen_is_no_answer(classic: Bench) -> None:
    notes = NotesThat(EventKind.INTENT, classic.site.expire_sessions, effect=Effect.SWITCH_MODULE)
    assert classic.cancel(NEEDS_PREMIUM, notes).end is End.CANCELLED
    assert [i.outcome for i in notes.intents() if i.effect == Effect.SWITCH_MODULE] == ["unknown", "done"]
    (there, back) = switches(classic)
    assert there == back[::-1]


def test_a_browser_that_dies_in_premium_edition_does_not_leave_it_behind(classic: Bench) -> None:
    def dies() -> None:
        raise PlaywrightError("Target page, context or browser has been closed")

    outcome = classic.cancel(NEEDS_PREMIUM, NotesThat(EventKind.RECOVERY, dies))
    assert outcome.end is End.CANCELLED, outcome.message
    (there, back) = switches(classic)
    assert there == back[::-1]


@pytest.mark.long
def test_without_the_intent_the_next_try_would_not_know(classic: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: what the test above relies on."""

    def dies() -> None:
        raise PlaywrightError("Target page, context or browser has been closed")

    def forgets(walk: modules.Walk, current: str | None) -> None:
        walk.module_at_start = walk.module_at_start or current

    monkeypatch.setattr("flows.steps.note_module", forgets)
    classic.cancel(NEEDS_PREMIUM, NotesThat(EventKind.RECOVERY, dies))
    assert len(switches(classic)) == 1
