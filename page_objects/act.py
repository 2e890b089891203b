"""Carrying out one effect: a press, and whatever stands between the press and its effect.

That may be nothing, a confirm() box, a question in the page, a form to be filled in and saved, or several of these.
Each press is announced beforehand (`Setting.before_press`), because the gate lets one request through for each.
"""

import contextlib
import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from page_objects.admin_page import asks_for_password
from page_objects.document import OPERABLE, Found
from page_objects.obstacles import Ambiguous, NotHere, NothingHappened, SignedOut, UnexpectedDialog
from page_objects.screen import Screen
from page_objects.setting import DialogSeen
from page_objects.tab import Tab, screens
from page_objects.traffic import Traffic
from page_objects.wording import contains_words, plain

STAGES = 4
DRAWN = 0.25
"""Seconds without change, and since the last answer, after which a script has drawn what the site answered."""
FIELDS = {"field", "select", "textbox", "combobox"}
Likeness = tuple[str, str, str, tuple[str, ...]]
Fill = Callable[[Tab, list[Found]], None]
"""Fills in what a form in between asks for, given the fields that are new on the screen."""


@dataclass
class Aftermath:
    """What could be seen after an effect was asked for. It proves nothing: proof comes from reading again."""

    presses: int = 0
    requests: int = 0
    dialogs: list[DialogSeen] = field(default_factory=list)
    news: tuple[str, ...] = ()
    """Lines that were not on the screen before."""


class Act:
    """One effect on one tab. `link` is what starts it; `fill` knows what a form in between needs."""

    def __init__(self, tab: Tab, fill: Fill | None = None, ends_on: Callable[[Screen], bool] | None = None) -> None:
        """`ends_on` recognises the page on which nothing more is to be answered, so that it need not be watched."""
        self.tab = tab
        self.ends_on = ends_on or (lambda _screen: False)
        self.fill = fill or (lambda _tab, _fields: None)
        self.seen = Aftermath()
        self._known: set[Likeness] = set()
        """All that was on any screen of this act: what comes up again is not pressed a second time (promise 2)."""

    def carry_out(self, link: Found) -> Aftermath:
        """Press `link`, answer what stands in between, return what was seen at the end.

        Raises NothingHappened (no request left, nothing changed), UnexpectedDialog (dismissed), Ambiguous, or any
        obstacle that the page shows instead.
        """
        first = self._glance()
        self._known = {_likeness(one) for one in _controls(first)}
        pressed: Found | None = link
        lines: dict[str, None] = {}
        with self._dialogs(link.control.name), Traffic(self.tab.page) as traffic:
            for _ in range(STAGES):
                if pressed is None:
                    break
                before = self._glance()
                self.tab.setting.before_press()
                sent = traffic.seen
                self.tab.press(pressed)
                self.seen.presses += 1
                pressed = self._outcome(traffic, sent, before, link)
                lines |= dict.fromkeys(self._glance().text.splitlines())
            self.seen.requests = traffic.seen
        old = set(first.text.splitlines())
        self.seen.news = tuple(line for line in lines if line not in old)[:60]
        return self.seen

    def _look(self) -> Screen:
        """The screen, with that of a tab that the press has opened."""
        return _together(screens(self.tab).values())

    def _glance(self) -> Screen:
        return _together(screens(self.tab, Tab.glance).values())

    @contextlib.contextmanager
    def _dialogs(self, words: str) -> Iterator[None]:
        setting = self.tab.setting
        outer, start = setting.accepts, len(setting.dialogs)
        setting.accepts = lambda text: outer(text) or acceptable(text, words, self.tab)
        try:
            yield
        finally:
            setting.accepts = outer
            self.seen.dialogs = setting.dialogs[start:]
        for dialog in self.seen.dialogs:
            if not dialog.accepted:
                raise UnexpectedDialog(
                    f'the dialog "{dialog.text[:300]}" was dismissed', self.tab.whereabouts("dialog")
                )

    def _outcome(self, traffic: Traffic, sent: int, before: Screen, link: Found) -> Found | None:
        """Wait until the press has had its outcome; the control to press next, or None if there is none."""
        patience = self.tab.setting.patience
        started = time.monotonic()
        refused = len([d for d in self.tab.setting.dialogs if not d.accepted])
        answered_at: float | None = None
        while True:
            answered = traffic.seen > sent and traffic.pending == 0
            answered_at = (answered_at or time.monotonic()) if answered else None
            screen = self._look()
            passed = time.monotonic() - started
            moved = traffic.seen > sent
            drawn = answered_at is not None and time.monotonic() - answered_at >= DRAWN
            if asks_for_password(screen) and not asks_for_password(before):
                raise SignedOut("the site asked for the password instead", self.tab.whereabouts("sign-in page"))
            if screen.state != before.state and traffic.pending == 0 and not screen.loading:
                following = self._in_between(screen, link)
                if following is not None:
                    return following
                ended = bool(screen.tokens - before.tokens) and self.ends_on(screen)
                if (moved and ended) or (drawn and screen.quiet >= 1000 * DRAWN):
                    return None
            if drawn and passed > patience.quiet:
                return None
            if refused or (not moved and passed > 3 * patience.quiet):
                self._nothing_more(screen, before, traffic)
                return None
            if passed > patience.page:
                raise NotHere(f"there was no answer within {patience.page:g} s", self.tab.whereabouts("answer"))
            self.tab.await_change(screen, 0.05)

    def _nothing_more(self, screen: Screen, before: Screen, traffic: Traffic) -> None:
        if traffic.seen == 0 and screen.state == before.state and not self.tab.setting.dialogs:
            raise NothingHappened("nothing happened after the click", self.tab.whereabouts("page"))

    def _in_between(self, screen: Screen, link: Found) -> Found | None:
        """The button of a form or question that has not been on the screen before, with its fields filled in."""
        new = [one for one in _controls(screen) if _likeness(one) not in self._known]
        buttons = [one for one in new if self._confirms(one, link)]
        buttons = [one for one in buttons if not any(_inside(one, other) for other in buttons)]
        if not buttons:
            return None
        fields = [one for one in new if one.control.kind in FIELDS and not one.control.readonly]
        if len(buttons) > 1:
            buttons = self._narrowed(buttons, fields)
        if len(buttons) > 1:
            names = ", ".join(f'"{one.control.name}"' for one in buttons)
            raise Ambiguous(f"it is not clear which button carries on: {names}", self.tab.whereabouts("question"))
        self.fill(self.tab, [one for one in fields if one.document is buttons[0].document])
        again = self._again(buttons[0])
        self._known |= {_likeness(one) for one in _controls(screen)}
        return again

    def _again(self, button: Found) -> Found:
        """The same button on the screen as it is after filling in."""
        now = [one for one in _controls(self._glance()) if _likeness(one) == _likeness(button)]
        if len(now) != 1:
            raise NotHere(f'the button "{button.control.name}" changed while the form was filled in')
        return now[0]

    def _narrowed(self, buttons: list[Found], fields: list[Found]) -> list[Found]:
        """Of several candidates, the one in the form that holds the new fields, else the best-worded."""
        forms = {(id(one.document), one.control.form) for one in fields if one.control.form >= 0}
        inside = [one for one in buttons if (id(one.document), one.control.form) in forms]
        if len(inside) == 1:
            return inside
        for words in self.tab.words.cancel_page.confirm:
            called = [one for one in buttons if plain(one.control.name) == plain(words)]
            if called:
                return called
        return buttons

    def _confirms(self, one: Found, link: Found) -> bool:
        words = self.tab.words.cancel_page
        name = plain(one.control.name)
        if one.control.kind not in OPERABLE or one.control.disabled or not name or len(name) > 80:
            return False
        if contains_words(name, words.never):
            return False
        confirming = {plain(alternative) for alternative in words.confirm} | {plain(link.control.name)}
        is_button = one.control.kind in {"button", "clickable"} or one.control.href in {
            None,
            "#",
            "",
            "javascript:void(0)",
        }
        return name in confirming or (is_button and name.startswith(("yes", "ok ", "confirm")))


def acceptable(text: str, link: str, tab: Tab) -> bool:
    """Whether a confirm() asks about the link that was just clicked, and about nothing dangerous.

    A text that names a word of `never` is not accepted, nor one that has no word in common with the link and asks
    no plain "are you sure".
    """
    words = tab.words.cancel_page
    if contains_words(text, words.never):
        return False
    if words.dialog:
        return any(re.search(pattern, text, re.IGNORECASE) for pattern in words.dialog)
    seen = set(re.findall(r"\w{3,}", plain(text)))
    told = set(re.findall(r"\w{4,}", plain(link)))
    short = re.fullmatch(r"(please )?(proceed|continue|ok|confirm)\W*(with this action)?\W*", plain(text))
    return bool(seen & told) or "sure" in seen or bool(short)


def _together(seen: Collection[Screen]) -> Screen:
    documents = tuple(document for screen in seen for document in screen.documents)
    return Screen(documents, all(screen.whole for screen in seen))


def _controls(screen: Screen) -> list[Found]:
    return [Found(document, control) for document in screen.documents for control in document.controls]


def _likeness(one: Found) -> Likeness:
    """What stays the same when a page is shown again, though its ids and addresses change."""
    return (one.control.kind, plain(one.control.name), one.control.type, one.control.labels)


def _inside(one: Found, other: Found) -> bool:
    return one.document is other.document and one.control.index in one.document.ancestors(other.control)
