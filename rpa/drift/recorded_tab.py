"""A tab without a browser: it shows a recorded screen, and nothing can be pressed in it."""

from collections.abc import Callable
from typing import Any, NoReturn

from page_objects.document import Box, Document, Found
from page_objects.obstacles import NotHere, Whereabouts
from page_objects.screen import Screen
from page_objects.setting import Setting
from page_objects.tab import Seen, Tab
from page_objects.words import Words


class NotRecorded(Exception):
    """Something was to be done to a page that is only a recording. Never an obstacle: page objects let it pass."""


class RecordedPage:
    """Stands for Playwright's page: it has an address, and nothing else."""

    main_frame = None

    def __init__(self, url: str) -> None:
        self.url = url

    def is_closed(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        raise NotRecorded(f"a recorded page has no `{name}`: only a browser's page has")


class RecordedTab(Tab):
    """Looks are answered with one screen; a press, a text entered, an address opened raise NotRecorded."""

    def __init__(self, screen: Screen, words: Words) -> None:
        self.page = RecordedPage(screen.main.url)  # type: ignore[assignment]
        self.setting = Setting(words=words)
        self.opened = []
        self.served = False
        self._seen = None
        self._acted = False
        self.recorded = screen

    def look(self) -> Screen:
        return self.recorded

    def glance(self) -> Screen:
        return self.recorded

    def settled(self, seconds: float | None = None) -> Screen:  # noqa: ARG002
        return self.recorded

    def loaded(self) -> Screen:
        return self.recorded

    def until(self, sees: Callable[[Screen], Seen | None], what: str, seconds: float | None = None) -> Seen:  # noqa: ARG002
        """What `sees` gives; raises NotHere at once if it gives nothing: a recording does not change any more."""
        seen = sees(self.recorded)
        if seen is None:
            raise NotHere(f"{what} is not on the recorded page", self.whereabouts(what))
        return seen

    def await_change(self, screen: Screen, seconds: float) -> bool:  # noqa: ARG002
        return False

    def forget(self) -> None:
        """Nothing is forgotten: what was recorded stays what is there."""

    def whereabouts(self, name: str) -> Whereabouts:
        return Whereabouts(name, self.page.url, self.recorded.main.title)

    def scroll(self, document: Document, place: tuple[int, int], to: int | None) -> list[int] | None:  # noqa: ARG002
        """None: the recording shows all that it has."""
        return None

    # --- what can't be done ---

    def press(self, found: Found) -> NoReturn:
        raise NotRecorded(f'"{found.control.name}" can\'t be pressed: the page is a recording')

    def hover(self, found: Found) -> NoReturn:
        self.press(found)

    def hover_at(self, document: Document, box: Box) -> NoReturn:  # noqa: ARG002
        raise NotRecorded("the mouse can't be moved: the page is a recording")

    def fill(self, found: Found, text: str) -> NoReturn:  # noqa: ARG002
        self.press(found)

    def choose(self, found: Found, option: int) -> NoReturn:  # noqa: ARG002
        self.press(found)

    def press_key(self, key: str) -> NoReturn:
        raise NotRecorded(f"{key} can't be pressed: the page is a recording")

    def open(self, url: str) -> NoReturn:
        raise NotRecorded(f"{url[:200]} can't be opened: the page is a recording")

    def back(self) -> NoReturn:
        raise NotRecorded("there is no page before: this one is a recording")
