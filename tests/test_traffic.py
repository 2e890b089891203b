"""What the browser is asking the site for: counted from its beginning to its end, be that an answer or a break."""

import pytest
from playwright.sync_api import Page, Route

from page_objects.traffic import ASKING, Traffic

START = "http://site.test/"
ENDS = {
    "answered": lambda route: route.fulfill(body="x"),
    "answered with an error": lambda route: route.fulfill(status=503, body="x"),
    "broken": lambda route: route.abort("connectionreset"),
    "given up": lambda route: route.abort("aborted"),
}
TROUBLES = {"answered": [], "answered with an error": ["503"], "broken": ["ERR_CONNECTION_RESET"], "given up": []}


def at_start(page: Page, held: list[Route]) -> None:
    def hold(route: Route) -> None:  # Playwright takes no built-in method
        held.append(route)

    page.context.route(START, lambda route: route.fulfill(body="<p>start", content_type="text/html"))
    page.context.route(f"{START}asked", hold)
    page.goto(START)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("troubles", [False, True])
def test_a_request_is_pending_until_it_has_ended(page: Page, end: str, troubles: bool) -> None:
    held: list[Route] = []
    at_start(page, held)
    with Traffic(page, ASKING, troubles=troubles) as traffic:
        page.evaluate("() => { window.over = fetch('/asked').then(one => one.text()).catch(() => 0); }")
        page.wait_for_timeout(50)
        assert (traffic.seen, traffic.pending) == (1, 1)
        ENDS[end](held[0])
        page.evaluate("() => window.over")
        page.wait_for_timeout(50)
        assert (traffic.seen, traffic.pending) == (1, 0)
    told = TROUBLES[end] if troubles else []
    assert len(traffic.trouble) == len(told)
    assert all(words in one for words, one in zip(told, traffic.trouble, strict=True))


def test_a_page_that_is_led_on_is_pending_until_the_last_one_is_there(page: Page) -> None:
    held: list[Route] = []
    at_start(page, held)
    with Traffic(page, ASKING) as traffic:
        page.evaluate("() => { location = '/asked'; }")
        page.wait_for_timeout(50)
        assert (traffic.seen, traffic.pending) == (1, 1)
        held[0].fulfill(status=200, body="<p>there", content_type="text/html")
        page.get_by_text("there").wait_for()
        page.wait_for_timeout(50)
        assert traffic.pending == 0


def test_what_is_asked_for_outside_is_not_counted(page: Page) -> None:
    held: list[Route] = []
    at_start(page, held)
    with Traffic(page, ASKING) as traffic:
        pass
    page.evaluate("() => { fetch('/asked').catch(() => 0); }")
    page.wait_for_timeout(50)
    assert held
    assert (traffic.seen, traffic.pending) == (0, 0)
