"""What of a page the robot relies on, and what stands beside that: the page as a person would describe it.

A portrait holds no account's values: number and name are written {number} and {name}, other figures "#".
"""

from dataclasses import dataclass
from typing import Any, Literal

PageName = Literal[
    "look_up", "organization", "start_page", "cancel_page", "billing", "cancelled_tab", "backend_look_up"
]
Sort = Literal["press", "enter", "choose", "tick", "label", "text", "column"]
"""What one does with it: press a link or button, enter text, choose from a list, tick a box; or only read it."""


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
    box: tuple[int, int, int, int] | None = None
    """left, top, width, height in CSS pixels of the document it stands in; None where it has no one place."""


@dataclass(frozen=True)
class Portrait:
    """One page of one account."""

    page: PageName
    things: tuple[Thing, ...] = ()
    """In the order in which they are read."""
    links: tuple[str, ...] = ()
    """All else that can be pressed, in the order in which it is read. On the page with the four links: their neighbours."""
    labels: tuple[str, ...] = ()
    """Labels of fields and values that the robot does not rely on."""
    columns: tuple[str, ...] = ()
    """The headings of the billings, from left to right."""
    statuses: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    """What the App Module drop-down offers."""
    messages: tuple[str, ...] = ()
    """Sentences on the page: neither labels nor values, nor in a table's rows."""
    places: dict[str, tuple[int, int, int, int]] | None = None
    """Where the `links` stand, by their words, for pictures."""
    screen: Any = None
    """The `Screen` it was read from, for recordings."""
