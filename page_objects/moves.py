"""Moving from page to page: a press, and the page that it leads to, in whichever tab or window that opens."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from page_objects.admin_page import AdminPage
from page_objects.document import Found
from page_objects.obstacles import NotHere, NothingHappened, Whereabouts
from page_objects.screen import Screen
from page_objects.tab import Tab, every, screens
from page_objects.traffic import ASKING, Traffic

Arrived = TypeVar("Arrived", bound=AdminPage)


def follow(tab: Tab, found: Found, to: type[Arrived]) -> Arrived:
    """Press a link and return the page it leads to, in whichever tab that opens."""
    return after(tab, lambda: tab.press(found), to, doubtful=found.control.doubtful)


def after(
    tab: Tab,
    act: Callable[[], None],
    to: type[Arrived],
    *,
    doubtful: bool = False,
    left: Callable[[Screen], bool] = lambda _screen: False,
) -> Arrived:
    """Do `act` and return the page `to`, arrived on a document that was not there before `act`.

    Raises what stands there instead (obstacles), or NothingHappened if a doubtful link led nowhere, or any link back to
    the page that was to be `left`.
    """
    tab.close_unasked_windows()
    before = screens(tab, Tab.glance)
    move = _Move(tab, to, before, to(tab).recognised(before[tab]), left)
    traffic = Traffic(tab.page, ASKING)
    with traffic if doubtful else contextlib.nullcontext():
        act()
        # a link that asks the server for something is not dead, but slow
        return move.arrival(lambda: doubtful and not traffic.seen)


@dataclass
class _Move(Generic[Arrived]):
    tab: Tab
    to: type[Arrived]
    before: dict[Tab, Screen]
    already: bool
    """Whether the page that is asked for was on the screen before."""
    left: Callable[[Screen], bool]

    def arrival(self, may_be_dead: Callable[[], bool]) -> Arrived:
        patience = self.tab.setting.patience
        started = time.monotonic()
        now = self.before
        while True:
            self.tab.await_change(now[self.tab], 0.05)
            now = screens(self.tab)
            there = self._there(now)
            if there is not None:
                there.tab.served = True
                return there
            if self._back_again(now[self.tab]):
                raise NothingHappened("the link led back to the page it stands on", self._where())
            moved = any(
                tab not in self.before or screen.tokens - self.before[tab].tokens for tab, screen in now.items()
            )
            passed = time.monotonic() - started
            if not moved and passed >= patience.quiet * 3:
                self._look_at_other_windows()
                if may_be_dead():
                    raise NothingHappened("the link led nowhere", self._where())
            if passed >= patience.page:
                self._look_at_other_windows()
                raise NotHere(f"{self.to.name} did not appear", self._where())

    def _there(self, now: dict[Tab, Screen]) -> Arrived | None:
        for tab, screen in now.items():
            old = self.before.get(tab)
            if screen.leaving or (old is not None and screen.state == old.state):
                continue
            if self.already and tab is self.tab and old is not None and not self._redrawn(screen, old):
                continue
            there = self.to(tab).arrival(screen, old)
            if there:
                return there
        return None

    def _redrawn(self, screen: Screen, old: Screen) -> bool:
        """Whether a screen that showed the page before shows another state of it: a new document, or one drawn anew."""
        return bool(screen.tokens - old.tokens) or screen.quiet >= 1000 * self.tab.setting.patience.quiet

    def _back_again(self, screen: Screen) -> bool:
        """Whether a new document has finished loading that is the page that was to be left."""
        if screen.leaving or not screen.tokens - self.before[self.tab].tokens:
            return False
        return screen.quiet >= 2000 * self.tab.setting.patience.quiet and self.left(screen)

    def _look_at_other_windows(self) -> None:
        """Nothing came in this tab: then what a window shows that was led elsewhere, or got no answer, is the answer.

        Raises LeftTheSite or SiteDown.
        """
        for window in every(self.tab.opened):
            if window not in self.before:
                window.look()

    def _where(self) -> Whereabouts:
        return self.tab.whereabouts(self.to.name)
