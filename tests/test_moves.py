"""Where a press leads, when other windows come up beside it."""

import pytest
from playwright.sync_api import Page

from page_objects.admin_page import AdminPage
from page_objects.moves import after, follow
from page_objects.obstacles import LeftTheSite, NothingHappened
from page_objects.screen import Screen
from page_objects.setting import Patience, Setting
from page_objects.tab import Tab

NOTICE = "<script>window.open('/notice')</script>"
ELSEWHERE = "<script>window.open('http://elsewhere.test/')</script>"
PAGES = {
    "/": "<a href=/there>Go</a> <a href=/there target=_blank>In a window</a> <a href='#'>Dead</a>"
    " <a href=/ >Back here</a> <a href=http://elsewhere.test/ target=_blank>Out</a>",
    "/there": "<h1>There</h1><a href=/>Home</a>",
    "/notice": "<p>Webinar on Thursday</p>",
}


class There(AdminPage):
    name = "page that is asked for"

    def recognised(self, screen: Screen) -> bool:
        return screen.shows(("There",))


class Home(AdminPage):
    name = "first page"

    def recognised(self, screen: Screen) -> bool:
        return bool(screen.operable(("Dead",)))


def at_home(page: Page, added: str = "") -> Tab:
    """A tab on the first page; `added` stands at the end of every page but the pop-up's."""
    context = page.context
    for path, body in PAGES.items():
        text = body if path == "/notice" else f"<title>{path}</title>{body}{added}"
        context.route(
            f"http://site.test{path}", lambda route, _, text=text: route.fulfill(body=text, content_type="text/html")
        )
    context.route("http://elsewhere.test/", lambda route: route.fulfill(body="elsewhere", content_type="text/html"))
    patience = Patience(page=5, quiet=0.2)
    tab = Tab(page, Setting(patience=patience, allowed=lambda url: url.startswith(("http://site.test", "about:"))))
    page.goto("http://site.test/", wait_until="commit")
    tab.loaded()
    return tab


@pytest.mark.parametrize("added", ["", NOTICE, ELSEWHERE], ids=["no pop-up", "a pop-up", "a foreign pop-up"])
@pytest.mark.parametrize("link", ["Go", "In a window"])
def test_a_link_leads_to_its_page_whatever_comes_up_beside_it(page: Page, added: str, link: str) -> None:
    tab = at_home(page, added)
    there = follow(tab, tab.look().one_operable((link,)), There)
    assert (there.tab is tab) == (link == "Go")
    assert there.tab.look().shows(("There",))


def test_pop_ups_are_closed_before_the_next_move(page: Page) -> None:
    tab = at_home(page, NOTICE)
    for _ in range(3):
        follow(tab, tab.look().one_operable(("Go",)), There)
        follow(tab, tab.look().one_operable(("Home",)), Home)
    assert len(page.context.pages) <= 3


def test_the_window_that_was_asked_for_stays_open(page: Page) -> None:
    tab = at_home(page, NOTICE)
    there = follow(tab, tab.look().one_operable(("In a window",)), There)
    follow(tab, tab.look().one_operable(("Go",)), There)
    assert not there.tab.page.is_closed()


def test_a_link_that_leads_out_of_the_site_says_so(page: Page) -> None:
    tab = at_home(page)
    with pytest.raises(LeftTheSite, match="elsewhere"):
        follow(tab, tab.look().one_operable(("Out",)), There)


def test_a_dead_link_and_one_that_leads_back(page: Page) -> None:
    tab = at_home(page)
    with pytest.raises(NothingHappened, match="nowhere"):
        follow(tab, tab.look().one_operable(("Dead",)), There)
    back = tab.look().one_operable(("Back here",))
    with pytest.raises(NothingHappened, match="back to the page"):
        after(tab, lambda: tab.press(back), There, left=Home(tab).recognised)
