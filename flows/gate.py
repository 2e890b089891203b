"""The one gate for every effect on an account (promises 1 to 6).

    identity read on that document -> durable intent -> one-shot permit -> act -> what left the browser -> settled

Nothing is ever clicked a second time in one run. What can't be settled here is settled by reading (`flows.probes`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from flows.errors import NeedsHuman, UnknownEffect
from flows.journal import EventKind
from flows.model import CLAUSE_OF_EFFECT, Effect
from flows.session import SentRequests
from flows.walk import Walk
from page_objects.act import Aftermath
from page_objects.admin_page import AdminPage, obstacle_on
from page_objects.obstacles import Obstacle, RecordLocked
from page_objects.wording import contains_words


@dataclass(frozen=True)
class Passage:
    """What became of one passage through the gate, as far as the browser could tell."""

    intent: str
    effect: Effect
    sent: SentRequests
    aftermath: Aftermath | None
    trouble: Exception | None

    @property
    def nothing_left(self) -> bool:
        """Certainly no request reached the server: the effect has not taken place."""
        return not self.sent.reached

    @property
    def answered(self) -> bool:
        """The act went through and the server answered all of it. No proof, but nothing is in flight."""
        return self.trouble is None and self.sent.sent > 0 and self.sent.answered and not self.sent.refused


def pass_gate(walk: Walk, effect: Effect, page: AdminPage, act: Callable[[], Aftermath], before: str) -> Passage:
    """Cause `effect` once, by `act` on `page`. Returns whatever happened; raises only before anything was clicked.

    Raises UnknownEffect if it was asked for before, Refusal or NeedsHuman if the document is not the account's,
    Interrupted if a person said stop, OSError or a database error if the intent could not be made durable.
    """
    clause = CLAUSE_OF_EFFECT[effect]
    walk.session.check_stop()
    _refuse_a_second_time(walk, effect)
    walk.session.evidence(page.tab, page.name, "before", clause)
    identity = walk.confirm(page, page.identity())  # a new look: the very document that is clicked next
    state = {**walk.stated(identity), "document": identity.token}
    intent = walk.journal.intend(effect, clause, state, page.name, before)
    aftermath, trouble, sent = _act(walk, act)
    trouble = trouble or _locked(page, aftermath) or _what_stands_there(page)
    walk.journal.sent(intent, sent.requests)
    walk.session.evidence(page.tab, page.name, "after", clause)
    _tell(walk, clause, aftermath, trouble)
    return Passage(intent, effect, sent, aftermath, trouble)


def _refuse_a_second_time(walk: Walk, effect: Effect) -> None:
    """Promise 2, whatever has brought the run here again: what was asked for is asked for again only once it is known that
    it was not done. Update alone may be pressed anew (4a, 4b). Raises UnknownEffect.
    """
    before = [intent for intent in walk.journal.intents() if intent.effect == effect and intent.outcome != "not_done"]
    if before and effect is not Effect.UPDATE:
        raise UnknownEffect(
            f"{effect} was asked for before, and what became of it is not settled ({before[-1].outcome or 'open'}); it was not "
            f"asked for again. Look at account {walk.request.account_number}"
        )


def _act(walk: Walk, act: Callable[[], Aftermath]) -> tuple[Aftermath | None, Exception | None, SentRequests]:
    """Carry out `act` under the permit. Every error after the intent means "unknown", whatever its kind."""
    aftermath: Aftermath | None = None
    trouble: Exception | None = None
    with walk.session.permit() as sent:
        try:
            aftermath = act()
        except Exception as error:  # noqa: BLE001 (promise 4: after an intent every error means unknown)
            trouble = error
    return aftermath, trouble, sent


def _locked(page: AdminPage, aftermath: Aftermath | None) -> Exception | None:
    """A message that another user holds the record, on whichever page it came up."""
    words = page.words.obstacles.locked
    said = next((line for line in (aftermath.news if aftermath else ()) if contains_words(line, words)), None)
    return RecordLocked(said, page.whereabouts()) if said else None


def _what_stands_there(page: AdminPage) -> Exception | None:
    """A page that came instead of an answer: locked by another user, maintenance, the sign-in page."""
    try:
        screen = page.tab.glance()
        return None if page.recognised(screen) else obstacle_on(screen, page.words, page.tab)
    except Exception as error:  # noqa: BLE001 (promise 4: after an intent every error means unknown)
        return error


def _tell(walk: Walk, clause: str, aftermath: Aftermath | None, trouble: Exception | None) -> None:
    if aftermath is not None:
        for dialog in aftermath.dialogs:
            answer = "accepted" if dialog.accepted else "dismissed"
            walk.journal.write(EventKind.WARNING, clause, text=f'{dialog.kind}() said "{dialog.text[:300]}": {answer}')
    if trouble is not None:
        walk.journal.write(EventKind.WARNING, clause, text=f"after the intent: {trouble}"[:600])


def settle(walk: Walk, passage: Passage, outcome: str, seen: str) -> None:
    walk.journal.settle(passage.intent, outcome, seen)


def not_done_code(trouble: Exception | None) -> str:
    """The code for an effect that certainly was not caused."""
    name = type(trouble).__name__ if isinstance(trouble, Obstacle) else ""
    return {"UnexpectedDialog": "unexpected_dialog", "SignedOut": "sign_in", "RoleDenied": "role_denied"}.get(
        name, "drift"
    )


def nothing_was_done(walk: Walk, passage: Passage) -> NeedsHuman:
    """The error for a passage of which nothing left the browser."""
    settle(walk, passage, "not_done", "no request left the browser")
    what = passage.trouble or "nothing happened after the click"
    return NeedsHuman(
        not_done_code(passage.trouble), f"{passage.effect} was not carried out, nothing was sent to the site: {what}"
    )
