"""The sign-in page. The article does not describe it; a person knows one when they see a password field."""

import contextlib
import time
from typing import ClassVar

from page_objects.admin_page import AdminPage, asks_for_password
from page_objects.beside import label_of
from page_objects.document import Control, Found
from page_objects.filling import filled_in
from page_objects.obstacles import Ambiguous, Missing, NotHere, NothingHappened, Obstacle, SignedOut
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.traffic import Traffic
from page_objects.wording import plain, quoted
from page_objects.words import BackendSignInWords

BUTTONS = {"button", "link", "clickable"}
PRESSES = 2
"""A press that sends nothing was too early for the page's scripts, and may come again."""


class SignInPage(AdminPage):
    name: ClassVar[str] = "sign-in page"

    def __init__(self, tab: Tab, wording: BackendSignInWords | None = None) -> None:
        super().__init__(tab)
        self.wording = wording or self.tab.words.sign_in
        self.key = "words.backend_sign_in" if wording is self.tab.words.backend_sign_in else "words.sign_in"

    def recognised(self, screen: Screen) -> bool:
        return asks_for_password(screen)

    def sign_in(self, user_name: str, password: str, account: str = "") -> None:
        """Sign in once. Returns when the password is no longer asked for; raises SignedOut if it still is.

        Never sends a password twice: a second try with a wrong one may lock the robot's account out. Raises NotHere,
        Ambiguous or NothingHappened where nothing was sent.
        """
        self._settle()

        def entries(screen: Screen) -> list[tuple[Found, str]]:
            return self._entries(screen, user_name, password, account)

        with Traffic(self.tab.page) as traffic:
            for _ in range(PRESSES):
                filled_in(self.tab, entries)
                before = self._enabled()
                button = self._button(before, self._password(before))
                sent = traffic.seen
                self.tab.press(button)
                if self._answered(before, traffic, sent):
                    return
        raise NothingHappened(
            f'"{button.control.name}" was pressed and nothing was sent: set {self.key}.button in the profile',
            self.whereabouts(),
        )

    def _settle(self) -> None:
        """Wait for the whole form, and until it is no longer being drawn. What is missing then is named later."""
        patience = self.tab.setting.patience
        with contextlib.suppress(NotHere):
            self.tab.until(lambda screen: self._whole(screen) or None, "the sign-in form")
            self.tab.until(
                lambda screen: (self._whole(screen) and screen.quiet >= 1000 * patience.quiet) or None,
                "a sign-in form that has finished loading",
                3 * patience.quiet,
            )

    def _whole(self, screen: Screen) -> bool:
        try:
            self._button(screen, self._password(screen))
        except Obstacle:
            return False
        return True

    def _enabled(self) -> Screen:
        """The screen, its button ready to be pressed: some are only once the fields are filled in."""
        with contextlib.suppress(NotHere):
            return self.tab.until(
                lambda now: now if not self._button(now, self._password(now)).control.disabled else None,
                "a button that can be pressed",
                3 * self.tab.setting.patience.quiet,
            )
        return self.tab.glance()

    def _entries(self, screen: Screen, user_name: str, password: str, account: str) -> list[tuple[Found, str]]:
        secret = self._password(screen)
        name = self._user_name(screen, secret)
        third = self._account(screen, secret, name)
        entries = [(name, user_name)] if name else []
        if third is not None and account:
            entries.append((third, account))
        elif third is not None and not third.control.value.strip():
            raise Missing(
                f'the page asks for "{label_of(third)}" beside user name and password: set RPA_ACCOUNT',
                self.whereabouts(),
            )
        return [*entries, (secret, password)]

    def _answered(self, before: Screen, traffic: Traffic, sent: int) -> bool:
        """Whether the site took the password; False if nothing was sent at all. Raises SignedOut if it did not.

        What no longer asks for the password may be on its way to a page that asks again, so the answer has to settle;
        but some pages never do.
        """
        patience = self.tab.setting.patience
        started = gone = time.monotonic()
        while True:
            screen = self.tab.look()
            now = time.monotonic()
            asks = asks_for_password(screen) or screen.leaving
            gone = now if asks else gone
            late = now - started > patience.page
            settled = screen.quiet >= 1000 * patience.quiet and traffic.pending == 0
            if not asks and (settled or now - gone > 5 * patience.quiet):
                return True
            if (late or settled) and traffic.seen == sent:
                return False
            if late or (settled and screen.state != before.state):
                raise SignedOut(f"the sign-in was not accepted: {self._said(screen, before)}", self.whereabouts())
            self.tab.await_change(screen, 0.1)

    def _said(self, screen: Screen, before: Screen) -> str:
        old = set(before.text.splitlines())
        news = [line for line in screen.text.splitlines() if line not in old]
        return "; ".join(news)[:200] or "the page asks for the password again"

    def _password(self, screen: Screen) -> Found:
        found = [Found(d, c) for d in screen.documents for c in d.controls if c.type == "password"]
        if len(found) > 1:
            found = [one for one in found if one in screen.fields(self.wording.password)]
        if len(found) != 1:
            raise Ambiguous(
                f"there are {len(found)} password fields: set {self.key}.password in the profile", self.whereabouts()
            )
        return found[0]

    def _texts(self, secret: Found) -> list[Control]:
        """The text fields of the same form, in reading order."""
        return [
            c
            for c in secret.document.controls
            if c.kind == "field"
            and c.type != "password"
            and c.form == secret.control.form
            and not (c.readonly or c.disabled)
        ]

    def _user_name(self, screen: Screen, secret: Found) -> Found | None:
        """The field labelled so, else the last text field above the password.

        None where the page asks for the password alone: it knows the user, and has his name as fixed text.
        """
        texts = self._texts(secret)
        labelled = screen.fields(self.wording.user_name, {"field"})
        inside = [one for one in labelled if one.control in texts]
        if len(inside) == 1:
            return inside[0]
        above = [control for control in texts if control.index < secret.control.index]
        if above:
            return Found(secret.document, above[-1])
        if len(labelled) == 1 and not (labelled[0].control.readonly or labelled[0].control.disabled):
            return labelled[0]
        return None

    def _account(self, screen: Screen, secret: Found, name: Found | None) -> Found | None:
        """The field for account or company: labelled so, else the one more text field above the password."""
        others = [one for one in self._texts(secret) if name is None or one != name.control]
        labelled = [one for one in screen.fields(self.wording.account, {"field"}) if one.control in others]
        if len(labelled) == 1:
            return labelled[0]
        above = [
            control
            for control in others
            if name and control.index < secret.control.index and control.box.in_column_with(name.control.box)
        ]
        return Found(secret.document, above[0]) if len(above) == 1 else None

    def _button(self, screen: Screen, secret: Found) -> Found:
        """The button called so, in the password's form; else the form's only button."""
        buttons = [c for c in secret.document.controls if c.kind in BUTTONS and c.form == secret.control.form]
        for words in self.wording.button:
            called = [c for c in buttons if plain(c.name) == plain(words)]
            if len(called) == 1:
                return Found(secret.document, called[0])
        real = [c for c in buttons if c.kind == "button" and c.type != "reset"]
        if len(real) == 1:
            return Found(secret.document, real[0])
        elsewhere = screen.operable(self.wording.button, BUTTONS)
        if len(elsewhere) == 1:
            return elsewhere[0]
        raise Missing(
            f"it is not clear which button signs in: set {self.key}.button in the profile; "
            f"the page has {quoted(c.name for c in buttons)}",
            self.whereabouts(),
        )
