"""Whether the pages that a run reaches are as they were learned (`flows.baseline`): so drift is seen in the middle of a batch.

What a page tells differs while it is being drawn: a difference that matters, or a lack, is believed only once nothing on
the page changes any more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from flows.baseline import Baseline
from flows.drift import Change, compare_page
from flows.errors import Drifted
from flows.journal import EventKind, standing
from flows.model import ON_THE_WAY, Effect
from flows.walk import Walk
from page_objects.admin_page import AdminPage
from page_objects.obstacles import NotHere
from page_objects.portrait import PageName, Portrait
from page_objects.screen import Screen

Portray = Callable[[AdminPage, Screen, str, str], Portrait | None]
"""Reads the portrait of a page from what is on the screen, for an account of that number and name; None: of pages that
have none."""
LACKS = frozenset({"gone", "dead", "link_gone", "column_gone", "module_gone"})
"""Kinds of change that a page which is still being drawn seems to have."""
SHOWN = 3
"""So many sentences are told in one; the case file has all."""

Key = tuple[PageName, str, str, str, str]


@dataclass
class Watcher:
    """Watches one run. `believed` is shared by all runs of a robot: what was seen of a page at rest once, is not waited for
    again.
    """

    walk: Walk
    baseline: Baseline
    portray: Portray
    believed: set[Key] = field(default_factory=set)
    _told: set[Key] = field(default_factory=set)
    _seen: dict[str, object] = field(default_factory=dict)

    def __call__(self, page: AdminPage) -> None:
        """Compare a page that was reached; note what differs. Raises Drifted if it matters and nothing was begun."""
        screen = page.tab.glance()
        if self._seen.get(page.name) == screen.state:
            return
        changes = self._compare(page, screen)
        if any(_key(change) not in self.believed for change in changes if change.matters or change.kind in LACKS):
            screen = _at_rest(page)
            if not page.recognised(screen):
                return  # something else has come in its place: the step will say so
            changes = self._compare(page, screen)
        self._seen[page.name] = screen.state
        for change in changes:
            self._note(change)
        serious = [change.sentence for change in changes if change.matters]
        if serious and not self._begun():
            raise Drifted(in_short(serious))

    def _compare(self, page: AdminPage, screen: Screen) -> tuple[Change, ...]:
        request = self.walk.request
        portrait = self.portray(page, screen, request.account_number, request.account_name)
        return () if portrait is None else compare_page(self.baseline, portrait, self.walk.profile.words)

    def _note(self, change: Change) -> None:
        """Each once in a run."""
        key = _key(change)
        if key in self._told:
            return
        self._told.add(key)
        if change.matters or change.kind in LACKS:
            self.believed.add(key)
        self.walk.journal.write(EventKind.DRIFT, change.clause, change=change.model_dump(mode="json"))
        if change.matters:
            self.walk.drift.append(change.sentence)

    def _begun(self) -> bool:
        """Whether an effect of the plan may have been caused, by whichever attempt: then the request is taken to its end, by
        the words that were read exactly and the proof, and nothing is left half done.
        """
        ours = (i for i in self.walk.journal.intents() if i.effect not in {Effect.UPDATE, *ON_THE_WAY})
        return bool(standing(ours))


def portray(page: AdminPage, screen: Screen, number: str, name: str) -> Portrait | None:
    raise NotImplementedError


def in_short(sentences: list[str]) -> str:
    """The first of them, and how many there are."""
    left = len(sentences) - SHOWN
    return "; ".join(one.rstrip(".") for one in sentences[:SHOWN]) + (f"; and {left} more" if left > 0 else "")


def _key(change: Change) -> Key:
    return change.page, change.kind, change.key, change.expected, change.seen


def _at_rest(page: AdminPage) -> Screen:
    """The screen once nothing on it changes any more; as it is, if that takes long."""
    quiet = page.tab.setting.patience.quiet
    try:
        return page.tab.until(lambda now: now if now.quiet >= 1000 * quiet else None, page.name, 3 * quiet)
    except NotHere:
        return page.tab.glance()
