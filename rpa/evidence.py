"""Pictures and texts of what the browser shows, for the case file."""

import base64
import contextlib
import html
import io
from collections.abc import Iterable

from PIL import Image, ImageDraw
from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError

from page_objects.screen import Screen
from page_objects.tab import Tab

QUALITY = 50
TALLEST = 4000
MASK = "•••"
DOM = "() => document.documentElement ? document.documentElement.outerHTML : ''"
"""Not `frame.content()`: that brings a script of its own into each document, for the same text."""


class Camera:
    """Takes pictures by CDP (a tenth of the cost of a full screenshot) and the DOM's text."""

    def __init__(self, masked_fields: Iterable[str]) -> None:
        self._masked = tuple(masked_fields)
        self._sessions: dict[Tab, CDPSession] = {}

    def picture(self, tab: Tab, *, whole: bool) -> bytes:
        """A JPEG of the view, or of the whole page (up to 4,000 pixels), masked fields painted over."""
        session, screen = self._session(tab), tab.glance()
        options: dict[str, object] = {"format": "jpeg", "quality": QUALITY, "optimizeForSpeed": True}
        size = tab.page.viewport_size
        if whole and self.taller(tab, screen) and size:
            height = min(screen.main.height, TALLEST)
            clip = {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}
            options |= {"captureBeyondViewport": True, "clip": clip}
        data = base64.b64decode(session.send("Page.captureScreenshot", options)["data"])
        boxes = self._boxes(tab, screen) if self._masked else []
        return _painted(data, boxes) if boxes else data

    @staticmethod
    def taller(tab: Tab, screen: Screen) -> bool:
        """Whether the page is taller than the view."""
        size = tab.page.viewport_size
        return size is not None and screen.main.height > size["height"]

    def text(self, tab: Tab) -> str:
        """The DOM of the page and its frames as HTML, values of masked fields replaced."""
        parts = []
        for frame in tab.page.frames:
            with contextlib.suppress(PlaywrightError):  # a frame that is being replaced
                parts.append(f"<!-- {html.escape(frame.url)} -->\n{frame.evaluate(DOM)}")
        return self._without_masked(tab, "\n".join(parts))

    def _session(self, tab: Tab) -> CDPSession:
        if tab not in self._sessions:
            self._sessions[tab] = tab.page.context.new_cdp_session(tab.page)
        return self._sessions[tab]

    def _boxes(self, tab: Tab, screen: Screen) -> list[tuple[int, int, int, int]]:
        boxes = []
        for document, box in screen.boxes_beside(self._masked):
            left, top = self._offset(tab, document.frame)
            boxes.append((left + box.left, top + box.top, left + box.right, top + box.bottom))
        return boxes

    @staticmethod
    def _offset(tab: Tab, frame: object) -> tuple[int, int]:
        """Where a frame's own corner is on the page."""
        if frame is None or frame is tab.page.main_frame:
            return 0, 0
        place = frame.frame_element().bounding_box()  # type: ignore[attr-defined]
        return (int(place["x"]), int(place["y"])) if place else (0, 0)

    def _without_masked(self, tab: Tab, text: str) -> str:
        if not self._masked:
            return text
        for value in tab.glance().texts_beside(self._masked):
            for form in {value, html.escape(value), html.escape(value, quote=False)}:
                text = text.replace(form, MASK)
        return text


def _painted(data: bytes, boxes: list[tuple[int, int, int, int]]) -> bytes:
    picture = Image.open(io.BytesIO(data))
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        draw.rectangle(box, fill=(120, 120, 120))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
