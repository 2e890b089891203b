"""One fresh browser context for one request: `flows.session.Session`, as the flow asks for it."""

import contextlib
import datetime as dt
import re
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from flows.addresses import origin
from flows.errors import Interrupted, NeedsHuman
from flows.journal import Journal
from flows.model import Plan
from flows.profile import SiteProfile
from flows.session import SentRequests
from page_objects.obstacles import Ambiguous, NotHere, NothingHappened, Obstacle, SignedOut
from page_objects.setting import Patience, Setting
from page_objects.sign_in_page import SignInPage
from page_objects.tab import Tab
from rpa.credentials import Credentials
from rpa.egress import Egress
from rpa.evidence import Camera
from rpa.fence import Fence
from rpa.permit import Permit

Turn = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""A context manager within which a sign-in may be tried; it is given what is to be called while it waits."""


@dataclass
class SignIns:
    """What the robot's sessions share: the cookies of the last one, and whether a sign-in failed.

    After one failed sign-in there is no second try (no lock-out).
    """

    state: Any = field(default=None, repr=False)  # cookies: no test's report may show them
    home: str = ""
    failed: str = ""
    count: int = 0
    turn: Turn | None = None
    """Where several robots sign in as the same user: one at a time, and none after a failure that was not settled."""
    stuck: bool = False
    """A sign-in could not be carried out: with the cookies of that session it would be met again."""
    _kept: tuple[int, frozenset[str]] = (0, frozenset())
    """`count` and the origins that had been seen when `state` was last taken whole."""

    def keep(self, context: BrowserContext, origins: Iterable[str]) -> None:
        """Keep the session for the next request, which starts afresh where the sign-in was stuck.

        What origins keep in their storage takes long to ask: only after a sign-in, on new ones, or where there was any.
        """
        now = (self.count, self._kept[1] | frozenset(origins))
        if self.stuck:
            self.state, self.home, self.stuck = None, "", False
        elif self.state is None or self.state["origins"] or now != self._kept:
            self.state, self._kept = context.storage_state(), now
        else:
            self.state = {**self.state, "cookies": context.cookies()}


@dataclass
class BrowserSession:
    """See `flows.session.Session`. `heard` is told of every look, so that a hanging browser is noticed."""

    context: BrowserContext
    profile: SiteProfile
    credentials: Credentials
    journal: Journal
    egress: Egress
    sign_ins: SignIns
    stop: threading.Event
    camera: Camera | None
    heard: Callable[[], None]
    untraced: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    fence: Fence = field(default_factory=lambda: Fence(lambda: True))
    approval: Callable[[Plan], bool] | None = None
    """Raises NotYetApproved while a plan waits for its approval; False: policy asks for none."""
    setting: Setting = field(init=False)
    origins: set[str] = field(default_factory=set)
    """Where its pages came from."""
    _tabs: list[Tab] = field(default_factory=list)
    _pictures: int = 0
    _last: tuple[Any, tuple[bytes, str]] | None = None

    def __post_init__(self) -> None:
        timing = self.profile.timing
        self.guard = Permit(self.context, self.egress.allows, timing.page, self.fence.open)
        self.setting = Setting(
            words=self.profile.words,
            patience=Patience(timing.page, timing.quiet),
            allowed=self._allowed,
            before_press=self.guard.press,
            reading_only=self.guard.reading_only,
        )

    def _allowed(self, url: str) -> bool:
        self.heard()
        if not url.startswith(("http:", "https:")):
            return True
        allowed = self.egress.allows(url)
        if allowed:
            self.origins.add(origin(url))
        return allowed

    def tab(self) -> Tab:
        tab = Tab(self.context.new_page(), self.setting)
        self._tabs.append(tab)
        return tab

    def home(self) -> str:
        return self.sign_ins.home

    def note_home(self, url: str) -> None:
        self.sign_ins.home = url

    def sign_in(self, tab: Tab) -> None:
        """Sign in where `tab` asks for the password: the backend's own credentials on the backend's origin."""
        if self.sign_ins.turn is not None:
            with self.sign_ins.turn(self.check_stop):
                self._sign_in(tab)
        elif self.sign_ins.failed:
            raise NeedsHuman("sign_in", f"signing in has failed before ({self.sign_ins.failed}); not tried again")
        else:
            self._sign_in(tab)

    def _sign_in(self, tab: Tab) -> None:
        backend = self.profile.site.backend_url
        at_backend = backend is not None and origin(tab.page.url) == origin(backend) != origin(
            self.profile.site.base_url
        )
        known = (self.credentials.backend if at_backend else None) or self.credentials
        words = self.profile.words.backend_sign_in if at_backend else self.profile.words.sign_in
        try:
            with self.untraced():
                SignInPage(tab, words).sign_in(known.username, known.password.get_secret_value(), known.account)
        except SignedOut as refused:
            self.fence.check()  # then it was the proxy that refused, and the password may be right
            self.sign_ins.stuck = True
            self.sign_ins.failed = refused.what.rstrip(".")
            raise NeedsHuman(
                "sign_in", f"{self.sign_ins.failed}. Check RPA_USERNAME and RPA_PASSWORD, then run `rpa doctor`"
            ) from refused
        except (NotHere, Ambiguous, NothingHappened) as met:  # nothing was sent: it may be tried again
            self.sign_ins.stuck = True
            raise NeedsHuman("sign_in", str(met)) from met
        self.sign_ins.count += 1
        self.journal.redact(list(self.secrets()))
        if not at_backend:
            self.sign_ins.home = ""  # its address may carry the session that has ended

    def permit(self) -> AbstractContextManager[SentRequests]:
        return self.guard.open()

    def spent(self, url: str) -> bool:
        return url.split("#", 1)[0] in self.guard.spent

    def approve(self, plan: Plan) -> bool:
        if self.approval is None:
            return False
        given = self.approval(plan)
        self.heard()
        return given

    def evidence(self, tab: Tab, page: str, moment: str, clause: str) -> str:
        """A JPEG (whole page around effects) and the DOM as text. A page that is gone after an effect has no picture."""
        if self.camera is None or tab.page.is_closed():
            return ""
        whole = moment in {"before", "after"}
        try:
            screen = tab.glance()
            # what counts as no change of the document shows all the same: a value that a script has set
            values = tuple(control.value for document in screen.documents for control in document.controls)
            seen = (screen.state, screen.text, values, whole and self.camera.taller(tab, screen))
            if self._last is not None and self._last[0] == seen:  # the very same document, unchanged since
                return self._keep(tab, page, moment, clause, *self._last[1])
            picture, text = self.camera.picture(tab, whole=whole), self.camera.text(tab)
            self._last = (seen, (picture, text))
        except (PlaywrightError, Obstacle):
            if moment == "before":
                raise
            return ""
        return self._keep(tab, page, moment, clause, picture, text)

    def _keep(self, tab: Tab, page: str, moment: str, clause: str, picture: bytes, text: str) -> str:
        self._pictures += 1
        slug = re.sub(r"\W+", "-", f"{clause}-{moment}-{page}".lower()).strip("-")
        name = f"{int(time.time() * 1000):x}-{self._pictures:03d}-{slug}"
        about: dict[str, str] = {"clause": clause, "moment": moment, "page": page, "url": tab.page.url}
        self.journal.keep(f"{name}.html", text.encode(), media_type="text/html", **about)
        return self.journal.keep(f"{name}.jpg", picture, media_type="image/jpeg", **about)

    def failure_evidence(self) -> None:
        """What the open tabs show when a run fails."""
        for tab in self._tabs:
            with contextlib.suppress(PlaywrightError, Obstacle):
                self.evidence(tab, "page at the end", "failure", "")

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.heard()
            self.fence.check()
            if self.stop.wait(min(left, 0.5)):
                raise Interrupted("stopped while waiting")

    def check_stop(self) -> None:
        self.heard()
        self.fence.check()
        if self.stop.is_set():
            raise Interrupted("stopped before the next step")

    def now(self) -> dt.datetime:
        return dt.datetime.now(ZoneInfo(self.profile.site.time_zone))

    def clock(self) -> float:
        return time.monotonic()

    def secrets(self) -> Iterable[str]:
        """Passwords, and the values of the cookies as they are now."""
        yield from self.credentials.secrets
        with contextlib.suppress(PlaywrightError):
            for cookie in self.context.cookies():
                yield str(cookie.get("value", ""))
