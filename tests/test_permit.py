"""The one-shot permit: one press, one request, whatever the connection does (promise 2)."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from flows.session import SentRequests
from rpa.browsers import find_browser, launch_args
from rpa.permit import Permit
from rpa.settings import Settings
from tests.faults_wire import CLOSE, HANG, RESET, Received, Wire, page

FORM = "<form method=post action=/effect><input name=a value=1><button>Go</button></form>"
LINK = "<a href=/effect?do=1>Go</a>"
SCRIPT = "<button onclick=\"fetch('/effect', {method: 'POST', body: 'a=1'}).catch(() => 0)\">Go</button>"
WAYS = {"a form": FORM, "a GET link": LINK, "a script": SCRIPT}


@dataclass
class Desk:
    """A page with something to press, the server behind it, and the permit before it."""

    wire: Wire
    context: BrowserContext
    tab: Page
    permit: Permit
    answers: dict[str, Callable[[Received], bytes]] = field(default_factory=dict)

    def show(self, body: str) -> None:
        self.answers["/start"] = lambda _one: page(body)
        self.tab.goto(f"{self.wire.url}/start")

    def press(self, words: str = "Go") -> None:
        self.permit.press()
        self.tab.get_by_text(words, exact=True).first.click(no_wait_after=True)

    def carry_out(self, *, presses: int = 1, announce: bool = True, wait: float = 0.3) -> SentRequests:
        with self.permit.open() as sent:
            for _ in range(presses):
                if announce:
                    self.permit.press()
                self.tab.get_by_text("Go", exact=True).first.click(no_wait_after=True)
                self.until(lambda: bool(sent.requests) and all(_over(one) for one in sent.requests))
            self.tab.wait_for_timeout(wait * 1000)  # time enough for what must not come
        return sent

    def until(self, true: Callable[[], bool], seconds: float = 6.0) -> None:
        deadline = time.monotonic() + seconds
        while not true() and time.monotonic() < deadline:
            self.tab.wait_for_timeout(20)

    @property
    def effects(self) -> list[Received]:
        return [one for one in self.wire.received if one.path.startswith("/effect")]


def _over(note: dict[str, Any]) -> bool:
    return bool(note["blocked"] or note["status"] or note.get("trouble"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    choice = find_browser(Settings())
    executable = {"executable_path": choice.executable} if choice.executable else {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=launch_args(), **executable)
        yield browser
        browser.close()


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Desk]:
    """No proxy: the permit has to hold by itself."""
    answers: dict[str, Callable[[Received], bytes]] = {}

    def answer(one: Received) -> bytes:
        return answers.get(one.path.split("?")[0], lambda _one: page("<h1>Done</h1>"))(one)

    with Wire(answer) as wire, contextlib.closing(chromium.new_context()) as context:
        permit = Permit(context, lambda url: url.startswith(wire.url), 2)
        yield Desk(wire, context, context.new_page(), permit, answers)


def dies_when_reused(one: Received) -> bytes:
    return RESET if one.ordinal > 1 else page("<h1>Done</h1>")


# --- what Chromium does without it, so that the tests below mean something ---


def test_without_a_permit_chromium_sends_a_post_again_on_a_dead_connection(desk: Desk) -> None:
    desk.show(FORM)
    desk.answers["/effect"] = dies_when_reused
    desk.tab.click("button", no_wait_after=True)
    desk.until(lambda: len(desk.effects) > 1)
    assert len(desk.effects) > 1


# --- what the permit makes of it ---


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("break_off", [RESET, CLOSE], ids=["reset", "closed"])
def test_one_press_is_one_request_even_on_a_dead_connection(desk: Desk, way: str, break_off: bytes) -> None:
    desk.show(WAYS[way])
    desk.answers["/effect"] = lambda _one: break_off
    sent = desk.carry_out(wait=1.3 if way == "a GET link" else 0.4)  # Chromium would reload a failed page after 1 s
    assert len(desk.effects) == 1
    assert (sent.sent, sent.answered, sent.reached) == (1, False, True)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_answered_is_noted_and_shown(desk: Desk, way: str) -> None:
    desk.show(WAYS[way])
    sent = desk.carry_out()
    assert len(desk.effects) == 1
    assert [(one["method"], one["path"], one["status"], one["blocked"]) for one in sent.requests] == [
        ("GET" if way == "a GET link" else "POST", "/effect", 200, False)
    ]
    assert sent.answered
    if way != "a script":
        assert desk.tab.inner_text("h1") == "Done"


def test_a_form_arrives_as_the_browser_would_have_sent_it(desk: Desk) -> None:
    desk.show(FORM.replace("value=1", "value='Zo&euml; &amp; Co'"))
    desk.carry_out()
    assert desk.effects[0].body == b"a=Zo%C3%AB+%26+Co"
    assert "application/x-www-form-urlencoded" in desk.effects[0].headers


@pytest.mark.parametrize("way", WAYS)
def test_a_request_that_nobody_pressed_for_is_held_back(desk: Desk, way: str) -> None:
    desk.show(WAYS[way])
    sent = desk.carry_out(announce=False)
    assert not desk.effects
    assert sent.sent == 0
    assert not sent.reached
    assert [one["blocked"] for one in sent.requests] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "<button onclick=\"for (let i = 0; i < 3; i++) fetch('/effect', {method: 'POST', body: 'a=1'}).catch(() => 0)\">Go</button>",
        "<button onclick=\"for (let i = 0; i < 3; i++) fetch('/effect', {method: 'POST', body: 'a=' + i}).catch(() => 0)\">Go</button>",
        "<button onclick=\"fetch('/effect?x').catch(() => fetch('/effect?x').catch(() => 0))\">Go</button>",
        "<button onclick=\"fetch('/effect', {method: 'POST'}).catch(() => 0); navigator.sendBeacon('/effect', 'b')\">Go</button>",
    ],
    ids=["the same thrice", "others after it", "again on failure", "a beacon beside it"],
)
def test_a_script_that_sends_more_than_once_gets_one_through(desk: Desk, body: str) -> None:
    desk.show(body)
    desk.answers["/effect"] = lambda _one: RESET
    sent = desk.carry_out()
    assert len(desk.effects) == 1
    assert sent.sent == 1


def test_each_press_lets_one_more_through(desk: Desk) -> None:
    desk.show(
        "<button onclick=\"window.n = (window.n || 0) + 1; fetch('/effect', {method: 'POST', body: '' + n})\">Go</button>"
    )
    sent = desk.carry_out(presses=2)
    assert [one.body for one in desk.effects] == [b"1", b"2"]
    assert sent.sent == 2


def test_a_second_press_can_not_send_the_very_same_again(desk: Desk) -> None:
    desk.show(SCRIPT)
    desk.answers["/effect"] = lambda _one: CLOSE
    sent = desk.carry_out(presses=2)
    assert len(desk.effects) == 1
    assert [one["blocked"] for one in sent.requests] == [False, True]


@pytest.mark.parametrize("status", ["302 Found", "303 See Other"])
def test_the_redirect_after_a_post_is_followed_by_reading(desk: Desk, status: str) -> None:
    desk.show(FORM)
    desk.answers["/effect"] = lambda _one: page("", "Location: /done", status=status)
    sent = desk.carry_out()
    assert desk.tab.inner_text("h1") == "Done"
    assert len(desk.effects) == 1
    assert [(one["method"], one["path"], one["status"]) for one in sent.requests] == [
        ("POST", "/effect", int(status[:3]))
    ]
    assert sent.answered


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_that_would_post_again_is_held_back(desk: Desk, status: str) -> None:
    """A change for each press: the site that asks for a second POST does not get one."""
    desk.show(FORM)
    desk.answers["/effect"] = lambda _one: page("", "Location: /effect2", status=status)
    sent = desk.carry_out()
    assert [one.path for one in desk.effects] == ["/effect"]
    assert (sent.sent, sent.reached) == (1, True)


def test_a_redirect_from_the_effect_to_itself_is_not_a_second_effect(desk: Desk) -> None:
    desk.show(LINK)
    desk.answers["/effect"] = lambda _one: page("", "Location: /effect?do=1", status="302 Found")
    desk.carry_out(wait=0.6)
    assert len(desk.effects) == 1


def test_silence_ends_by_the_permits_own_time_and_is_unknown(desk: Desk) -> None:
    desk.show(FORM)
    desk.answers["/effect"] = lambda _one: HANG
    started = time.monotonic()
    sent = desk.carry_out()
    assert time.monotonic() - started < 6
    assert (sent.sent, sent.answered, sent.reached) == (1, False, True)


def test_a_refused_connection_has_certainly_not_reached_the_site(desk: Desk) -> None:
    desk.show(FORM)
    desk.wire.shut()
    sent = desk.carry_out()
    assert not desk.effects
    assert sent.sent == 1
    assert not sent.reached


def test_without_a_lease_nothing_is_sent(desk: Desk) -> None:
    desk.show(FORM)
    desk.permit._may_send = lambda: False
    sent = desk.carry_out()
    assert not desk.effects
    assert [one["blocked"] for one in sent.requests] == [True]
    assert not sent.reached


def test_a_get_with_an_effect_is_remembered_and_never_opened_again(desk: Desk) -> None:
    desk.show(LINK)
    desk.carry_out()
    assert desk.permit.spent == {f"{desk.wire.url}/effect?do=1"}


def test_a_pop_up_is_let_through_once_and_noted(desk: Desk) -> None:
    desk.show("<button onclick=\"window.open('/effect?1')\">Go</button>")
    sent = desk.carry_out(wait=0.5)
    assert len(desk.effects) == 1
    assert [(one["method"], one["status"]) for one in sent.requests] == [("GET", 200)]


def test_a_pop_up_that_nobody_pressed_for_is_held_back(desk: Desk) -> None:
    desk.show("<button onclick=\"window.open('/effect?1')\">Go</button>")
    desk.carry_out(announce=False, wait=0.5)
    assert not desk.effects


def test_after_the_permit_pages_are_read_as_before(desk: Desk) -> None:
    desk.show(FORM)
    desk.carry_out()
    desk.show("<h1>Again</h1>")
    assert desk.tab.inner_text("h1") == "Again"


# --- presses that are meant to stay in the page ---

IN_PAGE = {
    "sends a form": "<form method=post action=/effect id=f></form><b onclick='f.submit()'>Details</b>",
    "sends by script": "<b onclick=\"fetch('/effect', {method: 'POST'})\">Details</b>",
    "leads away": "<b onclick=\"location = '/effect'\">Details</b>",
}


@pytest.mark.parametrize("how", IN_PAGE)
def test_a_tab_that_sends_something_after_all_is_held_back(desk: Desk, how: str) -> None:
    desk.show(IN_PAGE[how])
    with desk.permit.reading_only():
        desk.tab.click("b", no_wait_after=True)
        desk.tab.evaluate("new Promise((over) => setTimeout(over, 200))")
    assert not desk.effects


def test_a_tab_may_read_what_it_shows(desk: Desk) -> None:
    desk.show("<b onclick=\"fetch('/panel').then(() => { document.title = 'shown'; })\">Details</b>")
    with desk.permit.reading_only():
        desk.tab.click("b")
        desk.tab.wait_for_function("document.title == 'shown'")


def test_without_the_guard_it_would_have_been_sent(desk: Desk) -> None:
    desk.show(IN_PAGE["sends by script"])
    desk.tab.click("b")
    desk.until(lambda: bool(desk.effects))
    assert desk.effects
