"""Where the frames of a page stand on it: boxes are told from a document's own corner."""

import contextlib

from playwright.sync_api import Error as PlaywrightError

from page_objects.screen import Screen
from page_objects.tab import Tab


def corners(tab: Tab, screen: Screen) -> dict[str, tuple[int, int]]:
    """Document token -> left and top of its frame's corner, in CSS pixels; the page's own document is left out."""
    found = {}
    for document in screen.documents:
        if document.frame is None or document.frame == tab.page.main_frame:
            continue
        with contextlib.suppress(PlaywrightError):  # it is being replaced
            place = document.frame.frame_element().bounding_box()
            if place:
                found[document.token] = (int(place["x"]), int(place["y"]))
    return found
