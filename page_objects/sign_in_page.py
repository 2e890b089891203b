"""The sign-in page. The article does not describe it; a person knows one when they see a password field."""

import time
from typing import ClassVar

from page_objects.admin_page import AdminPage, asks_for_password
from page_objects.document import Control, Found
from page_objects.obstacles import Ambiguous, NotHere, SignedOut
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import plain
from page_objects.words import SignInWords

BUTTONS = {"button", "link", "clickable"}


class SignInPage(AdminPage):
    name: ClassVar[str] = "sign-in page"

    def __init__(self, tab: Tab, wording: SignInWords | None = None) -> None:
        super().__init__(tab)
        self.wording = wording or self.tab.words.sign_in

    def recognised(self, screen: Screen) -> bool:
        return asks_for_password(screen)

    def sign_in(self, user_name: str, password: str, account: str = "") -> None:
        """Sign in once. Returns when the password is no longer asked for; raises SignedOut if it still is.

        Never tries twice: a second try with a wrong password may lock the robot's account out.
        """
        screen = self.tab.glance()
        secret = self._password(screen)
        self.tab.fill(self._user_name(screen, secret), user_name)
        third = self._account(screen, secret)
        if third is not None and account:
            self.tab.fill(third, account)
        self.tab.fill(secret, password)
        before = self.tab.glance()
        self.tab.press(self._button(before, secret))
        self._answered(before)

    def _answered(self, before: Screen) -> None:
        patience = self.tab.setting.patience
        deadline = time.monotonic() + patience.page
        while True:
            screen = self.tab.look()
            if not asks_for_password(screen) and screen.state != before.state:
                return
            again = screen.state != before.state and screen.quiet >= 1000 * patience.quiet
            if again or time.monotonic() > deadline:
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
            raise Ambiguous(f"there are {len(found)} password fields", self.whereabouts())
        return found[0]

    def _texts(self, secret: Found) -> list[Control]:
        """The text fields of the same form, in reading order."""
        return [
            c
            for c in secret.document.controls
            if c.kind == "field" and c.type != "password" and c.form == secret.control.form and not c.readonly
        ]

    def _user_name(self, screen: Screen, secret: Found) -> Found:
        """The field labelled so, else the last text field above the password."""
        texts = self._texts(secret)
        labelled = [one for one in screen.fields(self.wording.user_name, {"field"}) if one.control in texts]
        if len(labelled) == 1:
            return labelled[0]
        above = [control for control in texts if control.index < secret.control.index]
        if not above:
            raise NotHere("there is no field for the user name", self.whereabouts())
        return Found(secret.document, above[-1])

    def _account(self, screen: Screen, secret: Found) -> Found | None:
        """The field for account or company: labelled so, else the text field that is neither user name nor password."""
        name = self._user_name(screen, secret).control
        others = [control for control in self._texts(secret) if control != name]
        labelled = [one for one in screen.fields(self.wording.account, {"field"}) if one.control in others]
        if len(labelled) == 1:
            return labelled[0]
        return Found(secret.document, others[0]) if len(others) == 1 else None

    def _button(self, screen: Screen, secret: Found) -> Found:
        """The button called so, in the password's form; else the form's only button."""
        buttons = [
            c
            for c in secret.document.controls
            if c.kind in BUTTONS and c.form == secret.control.form and not c.disabled
        ]
        for words in self.wording.button:
            called = [c for c in buttons if plain(c.name) == plain(words)]
            if len(called) == 1:
                return Found(secret.document, called[0])
        real = [c for c in buttons if c.kind == "button" and c.type != "reset"]
        if len(real) == 1:
            return Found(secret.document, real[0])
        return screen.one_operable(self.wording.button, BUTTONS)
