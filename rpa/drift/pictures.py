"""Pictures of the canaries' pages, masked fields painted over, and the changes marked on them by numbered red frames."""

import io
from collections.abc import Iterable, Mapping

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Error as PlaywrightError

from flows.change import Change
from flows.profile import SiteProfile
from flows.survey import Survey
from page_objects.admin_page import AdminPage
from page_objects.obstacles import Obstacle
from page_objects.portrait import PageName, Place, Portrait
from page_objects.tab import Tab
from page_objects.wording import plain
from rpa.evidence import QUALITY, Camera

RED = (204, 0, 24)
MARGIN, WIDTH, LETTERS = 5, 3, 15
"""Pixels between words and frame, of the frame's line, and of the height of its number."""
SCROLLED = "() => Math.round(window.scrollX + window.scrollY)"


class Album:
    """The newest picture of each page of one canary: `album.take` is what `Robot.survey` tells of each page."""

    def __init__(self, profile: SiteProfile) -> None:
        self._masked = profile.privacy.masked_fields
        self._cameras: dict[Tab, Camera] = {}
        self.pictures: dict[PageName, bytes] = {}
        """JPEG."""

    def take(self, page: AdminPage, portrait: Portrait) -> None:
        """A picture of the page as it stands on the screen; a page that is gone meanwhile has none."""
        camera = self._cameras.setdefault(page.tab, Camera(self._masked))
        try:
            # places are told from the view's corner: on a page that was scrolled, only the view agrees with them
            whole = page.tab.page.evaluate(SCROLLED) == 0
            self.pictures[portrait.page] = camera.picture(page.tab, whole=whole)
        except (PlaywrightError, Obstacle):
            self.pictures.pop(portrait.page, None)


def marked(picture: bytes, places: Mapping[str, Place]) -> bytes:
    """The picture with a red frame round each place, and its number beside it; what lies outside is left out. JPEG."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for number, (left, top, width, height) in places.items():
        if left < image.width and top < image.height and left + width > 0 and top + height > 0:
            frame = (left - MARGIN, top - MARGIN, left + width + MARGIN, top + height + MARGIN)
            draw.rectangle(frame, outline=RED, width=WIDTH)
            _number(draw, number, frame)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=max(QUALITY, 75))
    return out.getvalue()


def _number(draw: ImageDraw.ImageDraw, number: str, frame: Place) -> None:
    """In a red box at the frame's left, where no value stands; at its right where there is no room."""
    font = ImageFont.load_default(LETTERS)
    wide = int(draw.textlength(number, font)) + 8
    left = frame[0] - wide if frame[0] >= wide else frame[2]
    draw.rectangle((left, frame[1], left + wide, frame[1] + LETTERS + 5), fill=RED)
    draw.text((left + 4, frame[1] + 1), number, fill="white", font=font)


def located(change: Change, surveys: Iterable[Survey]) -> Change:
    """The change with a place: of one that has none, where its words stand in the page's own document."""
    words = plain(change.seen or change.nearest)
    seen = [one.portrait(change.page) for one in surveys if one.role == change.account]
    if change.box is not None or not words or not seen or seen[0] is None:
        return change
    for screen in seen[0].screens:
        for run in (*screen.main.runs, *screen.main.paragraphs):
            if plain(run.text) == words:
                return change.model_copy(update={"box": tuple(run.box)})
    return change


def places_of(numbered: Mapping[int, Change]) -> dict[str, Place]:
    """Where to draw which number: of changes at one place, one frame with all their numbers."""
    found: dict[Place, list[str]] = {}
    for number, change in numbered.items():
        if change.box is not None and change.box[2] > 0 and change.box[3] > 0:
            found.setdefault(change.box, []).append(str(number))
    return {", ".join(numbers): place for place, numbers in found.items()}
