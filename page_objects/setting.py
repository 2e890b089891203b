"""What all tabs of one browser session share."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from page_objects.words import Words


@dataclass(frozen=True)
class Patience:
    """Seconds: `page` until a page shows its landmark; `quiet` without change until a page has finished."""

    page: float = 30.0
    quiet: float = 1.0


@dataclass(frozen=True)
class DialogSeen:
    kind: str
    text: str
    accepted: bool


@dataclass
class Setting:
    """What all tabs of one session share."""

    words: Words = field(default_factory=Words)
    patience: Patience = field(default_factory=Patience)
    allowed: Callable[[str], bool] = lambda _url: True
    """Whether the browser may be at this URL (promise 14)."""
    accepts: Callable[[str], bool] = lambda _text: False
    """Whether a confirm() with this text may be accepted; outside of an effect: none."""
    before_press: Callable[[], None] = lambda: None
    """Told before each press that belongs to an effect: the permit lets one request through for each."""
    reading_only: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    """Meanwhile nothing leaves the browser that could change anything: for presses that are meant to stay in the page."""
    dialogs: list[DialogSeen] = field(default_factory=list)
