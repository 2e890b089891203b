"""A script that takes its time holds up nothing that is there to be read."""

import pytest
from playwright.sync_api import Page, Route

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


def opened(page: Page, body: str) -> tuple[Tab, list[Route]]:
    """The page while its script is still on its way, and what that script waits for."""
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    page.route("http://site.test/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.route("**/slow.js", wait)
    tab = Tab(page)
    page.goto("http://site.test/", wait_until="commit")
    tab.until(lambda screen: screen.text or None, "the text", 5)
    page.wait_for_function("performance.getEntriesByType('navigation')[0].responseEnd > 0")
    return tab, waiting


def test_a_page_whose_rest_is_scripts_is_read_to_its_end(page: Page) -> None:
    tab, _ = opened(page, f"<title>t</title><p>Scheduled</p>{SCRIPT}<script>1</script></body>")
    screen = tab.look()
    assert screen.main.ready == "held"
    assert screen.quiet == 0, "what it does not show may still come"


def test_a_page_that_goes_on_after_the_script_is_still_loading(page: Page) -> None:
    tab, waiting = opened(page, f"<title>t</title><p>Cancelled</p>{SCRIPT}<p>Scheduled</p>")
    assert tab.look().main.ready == "loading"
    waiting[0].fulfill(body="1", content_type="text/javascript")
    assert "Scheduled" in tab.loaded().text


def test_a_button_is_pressed_once_the_scripts_that_answer_it_have_run(page: Page) -> None:
    body = f"<title>t</title><a href='#x'>Near</a> <button id=b>Cancel All</button>{SCRIPT}"
    tab, waiting = opened(page, body)
    script = "b.onclick = () => { document.title = 'answered'; }"
    page.on("console", lambda _: waiting[0].fulfill(body=script, content_type="text/javascript"))
    tab.press(tab.look().one_operable(("Near",)))  # a plain link needs none of them
    assert tab.look().main.ready == "held"
    page.evaluate("setTimeout(() => console.log('now'), 300)")
    tab.press(tab.look().one_operable(("Cancel All",)))
    assert page.title() == "answered"
