"""Whether the pages that a run reaches are as they were learned (`flows.baseline`): so drift is seen in the middle of a batch.

What a page tells differs while it is being drawn: what matters is believed only once nothing on the page changes any more.
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
from page_objects.general_words import Whose
from page_objects.obstacles import NotHere, Obstacle
from page_objects.portrait import PageName, Portrait
from page_objects.portraying import page_name, portrait
from page_objects.screen import Screen

SHOWN = 3
"""So many sentences are told in one; the case file has all."""
Key = tuple[PageName, str, str, str, str]


def portray(walk: Walk, page: AdminPage, screen: Screen, name: PageName | None) -> Portrait | None:
    """The page as `screen` shows it; None: of such a page nobody makes a portrait."""
    if page_name(page) is None:
        return None
    drop_down = walk.profile.drop_down_for(walk.request.account_number)
    label = drop_down.label if drop_down is not None else ""
    return portrait(page, screen, _whose(walk), name=name, drop_down=label)


def _whose(walk: Walk) -> Whose:
    return Whose(walk.request.account_number, walk.request.account_name)


@dataclass
class Watcher:
    """Watches one run. `believed` is shared by all runs of a robot: what was seen of a page at rest once, is not waited for
    again.
    """

    walk: Walk
    baseline: Baseline
    believed: set[Key] = field(default_factory=set)
    portray: Callable[[Walk, AdminPage, Screen, PageName | None], Portrait | None] = portray
    _ended: bool = False
    _told: set[Key] = field(default_factory=set)
    _seen: dict[tuple[str, PageName | None], object] = field(default_factory=dict)

    def __call__(self, page: AdminPage, name: PageName | None) -> None:
        """Compare a page that was reached; note what differs. Raises Drifted if it matters and nothing was begun."""
        screen = page.tab.glance()
        if self._seen.get((page.name, name)) == screen.state:
            return
        changes = self._compare(page, screen, name)
        if any(change.matters and _key(change) not in self.believed for change in changes):
            screen = _at_rest(page)
            if not page.recognised(screen):
                return  # something else has come in its place: the step will say so
            changes = self._compare(page, screen, name)
        self._seen[page.name, name] = screen.state
        begun = bool(changes) and self._begun()
        for change in changes:
            if not (begun and change.kind == "new_message"):  # what the site says of an effect is its answer
                self._note(change)
        serious = [change.sentence for change in changes if change.matters]
        if serious and not begun and not self._ended:
            self._ended = True  # what is still done then is to put back what was changed on the way
            raise Drifted(in_short(serious))

    def _compare(self, page: AdminPage, screen: Screen, name: PageName | None) -> tuple[Change, ...]:
        try:
            seen = self.portray(self.walk, page, screen, name)
        except Obstacle:
            return ()  # what can't be made out is the step's to judge: who only looks on ends nothing
        whose = _whose(self.walk)
        return () if seen is None else compare_page(self.baseline, seen, self.walk.profile.words, whose=whose)

    def _note(self, change: Change) -> None:
        """Each once in a run."""
        key = _key(change)
        if key in self._told:
            return
        self._told.add(key)
        self.walk.journal.write(EventKind.DRIFT, change.clause, change=change.model_dump(mode="json"))
        if change.matters:
            self.believed.add(key)
            self.walk.drift.append(change.sentence)

    def _begun(self) -> bool:
        """Whether an effect of the plan may have been caused, by whichever attempt: then the request is taken to its end, by
        the words that were read exactly and the proof, and nothing is left half done.
        """
        ours = (i for i in self.walk.journal.intents() if i.effect not in {Effect.UPDATE, *ON_THE_WAY})
        return bool(standing(ours))


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
