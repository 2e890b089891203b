"""A script that takes its time holds up nothing that is there to be read."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from page_objects.rest import nothing_follows
from page_objects.tab import Tab

SCRIPT = "<script src='/slow.js'></script>"


@pytest.mark.parametrize(
    ("rest", "nothing"),
    [
        ("</body></html>", True),
        ("\n<script>ga('send');</script><noscript><img src=x></noscript><!-- end --></body>", True),
        ("<script src='/slow.js'></script>", True),
        ("<style>p { color: red }</style><link rel=stylesheet href=x><meta name=x>", True),
        ("<p></p>", False),
        ("<table><tr><td>Scheduled</td></tr></table>", False),
        ("and some words", False),
        ("<iframe src=billing></iframe>", False),
        ("<script>document.write('<p>')</script><input>", False),
    ],
)
def test_what_follows_a_script(rest: str, nothing: bool) -> None:
    assert nothing_follows(f"<p>{SCRIPT[:-9]}</script>text</p>{SCRIPT}{rest}", "/slow.js", 1) is nothing


def test_a_script_that_is_not_in_the_text_says_nothing_of_what_follows() -> None:
    assert not nothing_follows(f"<p>text</p>{SCRIPT}", "/other.js", 0)
    assert not nothing_follows(f"<p>text</p>{SCRIPT}", "/slow.js", 1)


class Slow(ThreadingHTTPServer):
    """One page and its script, which is held until `script` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.body, self.script, self.go_on = "", "1", threading.Event()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Slow)
        is_script = self.path == "/slow.js"
        if is_script:
            self.server.go_on.wait(20)
        body = (self.server.script if is_script else self.server.body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Slow]:
    with Slow() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.go_on.set()
        server.shutdown()


def opened(page: Page, server: Slow, body: str) -> Tab:
    """The page while its script is still on its way."""
    server.body = body
    tab = Tab(page)
    page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="commit")
    tab.until(lambda screen: screen.text or None, "the text", 5)
    page.wait_for_function("performance.getEntriesByType('navigation')[0].responseEnd > 0")
    return tab


def test_a_page_whose_rest_is_scripts_is_read_to_its_end(page: Page, server: Slow) -> None:
    tab = opened(page, server, f"<title>t</title><p>Scheduled</p>{SCRIPT}<script>1</script></body>")
    screen = tab.look()
    assert screen.main.ready == "held"
    assert screen.quiet == 0, "what it does not show may still come"


def test_a_page_that_goes_on_after_the_script_is_still_loading(page: Page, server: Slow) -> None:
    tab = opened(page, server, f"<title>t</title><p>Cancelled</p>{SCRIPT}<p>Scheduled</p>")
    assert tab.look().main.ready == "loading"
    server.go_on.set()
    assert "Scheduled" in tab.loaded().text


def test_a_button_is_pressed_once_the_scripts_that_answer_it_have_run(page: Page, server: Slow) -> None:
    body = f"<title>t</title><a href='#x'>Near</a> <button id=b>Cancel All</button>{SCRIPT}"
    server.script = "b.onclick = () => { document.title = 'answered'; }"
    tab = opened(page, server, body)
    tab.press(tab.look().one_operable(("Near",)))  # a plain link needs none of them
    assert tab.look().main.ready == "held"
    threading.Timer(0.3, server.go_on.set).start()
    tab.press(tab.look().one_operable(("Cancel All",)))
    assert page.title() == "answered"
