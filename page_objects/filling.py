"""Filling in fields so that they keep it: a page that draws itself anew loses what was typed."""

import re
from collections.abc import Callable, Sequence

from page_objects.document import Found
from page_objects.obstacles import NotHere, Replaced
from page_objects.screen import Screen
from page_objects.tab import Tab

TIMES = 3

Entries = Callable[[Screen], Sequence[tuple[Found, str]]]
"""Which field of a screen gets which text."""


def filled_in(tab: Tab, entries: Entries) -> Screen:
    """Fill in the fields until they hold their texts; returns the screen on which they do. Raises NotHere."""
    for _ in range(TIMES):
        try:
            for found, text in entries(tab.glance()):
                tab.fill(found, text)
        except Replaced:  # drawn anew between the look and the typing
            continue
        screen = tab.look()
        if all(_holds(found, text) for found, text in entries(screen)):
            return screen
    raise NotHere("the fields do not keep what is typed into them", tab.whereabouts("form"))


def _holds(found: Found, text: str) -> bool:
    """Whether the field shows the text, but for a mask's punctuation and letter case; of a password, its length."""
    seen = found.control.value
    if found.control.type == "password":
        return len(seen) == len(text)
    return _bare(seen) == _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
