"""What every page of the admin UI has in common: a landmark, the obstacles that may stand in its place, an identity."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from playwright.sync_api import Page

from page_objects.document import OPERABLE, Document
from page_objects.obstacles import (
    NO_ANSWER,
    Maintenance,
    NotHere,
    Obstacle,
    RecordLocked,
    RoleDenied,
    SignedOut,
    SiteDown,
    Whereabouts,
)
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import contains_words, identity_text, plain, squeeze
from page_objects.words import Words

ACCOUNT = re.compile(r"^\W*(\d{5,})(?:\s*[-:,]\s*|\s+)\w|\w\s*(?:[-,(]\s*#?|#\s*)(\d{5,})\)?\W*$")
"""Number and name of some account in one text, in either order."""
DRAWN, DRAWING = 300, 3.0
"""A screen without change for so many milliseconds is drawn; it is waited for so many seconds."""


@dataclass(frozen=True)
class Identity:
    """Whose page it is, as one document tells it. The caller judges.

    `numbers` and `names` stand beside their labels; `lines` are all lines of the document, for sites that write
    number and name in one ("611974 - 12-10 Test"), and what only a line break parts as one line.
    """

    numbers: tuple[str, ...]
    names: tuple[str, ...]
    lines: tuple[str, ...]
    token: str
    """Which document."""


class AdminPage:
    """A page of the admin UI: a map, then verbs. The constructor does no I/O."""

    name: ClassVar[str] = "page"

    def __init__(self, tab: Tab | Page) -> None:
        self.tab = tab if isinstance(tab, Tab) else Tab(tab)

    @property
    def words(self) -> Words:
        return self.tab.words

    def recognised(self, screen: Screen) -> bool:
        """Whether `screen` shows this page."""
        raise NotImplementedError(type(self).__name__)

    def arrival(self, screen: Screen, before: Screen | None = None) -> Self | None:
        """This page if `screen` shows it, None while nothing is decided; raises the obstacle that stands there.

        What stood on the screen `before` as well is no news.
        """
        denied = role_denied(screen, self.words)
        if denied and is_news(screen, before, denied):
            raise RoleDenied(denied, self.whereabouts())
        if self.recognised(screen):
            return self
        if before is not None and screen.state == before.state:
            return None
        obstacle = obstacle_on(screen, self.words, self.tab)
        if obstacle and is_news(screen, before, obstacle.what):
            raise obstacle
        return None

    def arrived(self) -> Self:
        """This page once its landmark is on the screen; raises the obstacle that is there instead, or NotHere."""
        return self.tab.until(self.arrival, self.name)

    def here(self) -> bool:
        """Whether this page is on the screen, now or as soon as what is being drawn has been drawn."""
        screen = self.tab.glance()
        if self.recognised(screen) or screen.quiet >= DRAWN:
            return self.recognised(screen)
        try:
            screen = self.tab.until(
                lambda now: now if self.recognised(now) or now.quiet >= DRAWN else None, self.name, DRAWING
            )
        except NotHere:
            return False
        return self.recognised(screen)

    def whereabouts(self) -> Whereabouts:
        return self.tab.whereabouts(self.name)

    def identity(self, document: Document | None = None) -> Identity:
        """Whose page it is, read now (or from `document`, read before)."""
        read = document or self.body(self.tab.look())
        return identity_of(read, self.words)

    def body(self, screen: Screen) -> Document:
        """The document that is this page: the one that carries its landmark, where the page is made of frames."""
        for document in screen.documents:
            if self.recognised(Screen((document,))):
                return document
        return screen.main


def identity_of(document: Document, words: Words) -> Identity:
    screen = Screen((document,))
    numbers = tuple(squeeze(value) for _, value in screen.values(words.organization.account_number) if value)
    names = tuple(identity_text(value) for _, value in screen.values(words.organization.account_name) if value)
    listed = _listed(document, words)
    runs = [run for run in (*document.runs, *document.paragraphs) if run.line not in listed]
    whole = [text for line, text in document.line_texts.items() if line not in listed]
    lines = {identity_text(text) for text in (*(run.text for run in runs), *whole)}
    return Identity(numbers, names, tuple(line for line in lines if line), document.token)


def _listed(document: Document, words: Words) -> set[int]:
    """The lines of links to several accounts ("Recently viewed"): they stand on any account's page, and say nothing of whose
    it is. "Link to AR" does.
    """
    to_ar = [plain(one.split("{number}")[0]) for one in words.start_page.link_to_ar]
    links: dict[str, set[int]] = {}
    for run in document.runs:
        operable = run.control >= 0 and document.controls[run.control].kind in OPERABLE
        account = ACCOUNT.search(run.text) if operable else None
        if account and not any(plain(run.text).startswith(one) for one in to_ar):
            links.setdefault(account[1] or account[2], set()).add(run.line)
    return set().union(*links.values()) if len(links) > 1 else set()


def role_denied(screen: Screen, words: Words) -> str | None:
    return screen.says(words.obstacles.role_denied)


def asks_for_password(screen: Screen) -> bool:
    return any(control.type == "password" for document in screen.documents for control in document.controls)


def signed_out(tab: Tab) -> SignedOut:
    return SignedOut("the site asks for the password", tab.whereabouts("sign-in page"))


def refuse_sign_in(screen: Screen, tab: Tab) -> None:
    """Raise SignedOut where the password is asked for, be it over a page that is still to be seen."""
    if asks_for_password(screen):
        raise signed_out(tab)


def is_news(screen: Screen, before: Screen | None, text: str) -> bool:
    """Whether `text` was not on the screen before, or stands in another document than then."""
    return before is None or text not in before.text or bool(screen.tokens - before.tokens)


def obstacle_on(screen: Screen, words: Words, tab: Tab) -> Obstacle | None:
    """What stands on the screen instead of the page that was asked for, if it is something known."""
    if asks_for_password(screen):
        return signed_out(tab)
    lines = screen.text.splitlines()
    status = screen.main.status
    maintenance = next((line for line in lines if contains_words(line, words.obstacles.maintenance)), None)
    if maintenance:
        return Maintenance(maintenance, tab.whereabouts("maintenance page"), status)
    if status == 429 or status >= 500:
        told = squeeze(screen.main.text) if screen.main.title == NO_ANSWER else f"the site answered {status}"
        return SiteDown(told, tab.whereabouts("error page"), status)
    locked = next((line for line in lines if contains_words(line, words.obstacles.locked)), None)
    if locked:
        return RecordLocked(locked, tab.whereabouts("locked record"))
    expired = next((line for line in lines if contains_words(line, words.obstacles.expired)), None)
    if expired and len(plain(screen.text)) < 400:  # a short page; elsewhere the words may belong to anything
        return SignedOut(expired, tab.whereabouts("expired page"))
    return None
