"""What of a page the robot relies on, and what stands beside that: the page as a person would describe it.

A portrait holds no account's values: number and name are written {number} and {name}, other figures "#".
"""

from dataclasses import dataclass, replace
from typing import Literal

from page_objects.screen import Screen

PageName = Literal[
    "look_up", "organization", "start_page", "cancel_page", "billing", "cancelled_tab", "backend_look_up"
]
Sort = Literal["press", "enter", "choose", "tick", "label", "text", "column"]
"""What one does with it: press a link or button, enter text, choose from a list, tick a box; or only read it."""
Place = tuple[int, int, int, int]
"""left, top, width, height, in CSS pixels from the corner of the whole page."""


@dataclass(frozen=True)
class Thing:
    """One thing that the robot relies on. `key` names its wording in the profile, without "words." before it."""

    key: str
    sort: Sort
    says: str
    """Its words as they stand there, squeezed."""
    times: int = 1
    """How often it is on the page."""
    live: bool = True
    """False: its words are there, but it can't be pressed or filled in."""
    holds: str = ""
    """What kind of value stands beside a label: "number", "words", "address"; empty: none does, or it does not matter."""
    box: Place | None = None
    """Where it is; None where it has no one place."""


@dataclass(frozen=True)
class Portrait:
    """One page of one account."""

    page: PageName
    things: tuple[Thing, ...] = ()
    links: tuple[str, ...] = ()
    """All that can be pressed, in the order of the page, but for what is in a list of accounts or billings. On the page with
    the four links these are among them, and it is only the document that holds them: they and their neighbours.
    Elsewhere what the robot relies on is left out."""
    labels: tuple[str, ...] = ()
    """Labels of fields that the robot does not rely on."""
    columns: tuple[str, ...] = ()
    """The headings of the billings, from left to right."""
    statuses: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    """What the App Module drop-down offers."""
    messages: tuple[str, ...] = ()
    """Sentences on the page: neither labels nor values, nor in a table's rows."""
    places: tuple[tuple[str, Place], ...] = ()
    """Where the `links` stand, for pictures."""
    screens: tuple[Screen, ...] = ()
    """What it was read from, for recordings, and to find the nearest to what is gone."""

    def thing(self, key: str) -> Thing | None:
        return next((one for one in self.things if one.key == key), None)

    def with_more(self, other: "Portrait") -> "Portrait":
        """The same page with what another screen of it shows: a tab that was opened, another page of a table."""
        known = {one.key for one in self.things}
        return replace(
            self,
            things=(*self.things, *(one for one in other.things if one.key not in known)),
            links=_joined(self.links, other.links),
            labels=_joined(self.labels, other.labels),
            columns=_joined(self.columns, other.columns),
            statuses=_joined(self.statuses, other.statuses),
            modules=_joined(self.modules, other.modules),
            messages=_joined(self.messages, other.messages),
            places=tuple(dict([*other.places, *self.places]).items()),
            screens=(*self.screens, *other.screens),
        )


def _joined(some: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *more)))
