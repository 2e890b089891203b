"""The hand presses the very element that was read, or nothing. Small pages in a real browser."""

import html

import pytest
from playwright.sync_api import Page, Route

from page_objects.obstacles import NotHere
from page_objects.tab import Tab
from tests.conftest import Show

LINK = "<a id=a href='#' onclick='document.title += 1'>Cancel All</a>"
OVERLAY = """
  const over = document.createElement("div");
  over.style.cssText = "position: fixed; inset: 0";
  over.onclick = () => { document.title = "the overlay was clicked"; };
  document.body.append(over);
"""


def press(tab: Tab, words: str = "Cancel All") -> None:
    tab.press(tab.look().one_operable((words,)))


@pytest.mark.parametrize(
    "body",
    {
        "in plain sight": LINK,
        "far below": f"<div style='height: 5000px'></div>{LINK}<div style='height: 5000px'></div>",
        "far to the right": f"<div style='width: 5000px; text-align: right'>{LINK}</div>",
        "in a box that scrolls": f"<div style='height: 90px; overflow: auto'><div style='height: 900px'></div>{LINK}</div>",
        "over two lines": f"<div style='width: 4em'>{LINK}</div>",
        "with a picture in it": "<a href='#' onclick='document.title += 1'><b>Cancel</b> <i>All</i></a>",
    }.values(),
)  # fmt: skip
def test_what_is_read_is_pressed_wherever_it_stands(show: Show, page: Page, body: str) -> None:
    press(show(body))
    assert page.title() == "t1"


@pytest.mark.parametrize(
    "shape", ["rect coords='120,0,220,30'", "circle coords='170,15,14'", "poly coords='120,0,220,0,170,30'"]
)
@pytest.mark.parametrize("above", [0, 4000])
def test_an_area_of_a_picture_is_pressed_where_the_picture_shows_it(
    show: Show, page: Page, shape: str, above: int
) -> None:
    picture = (
        "<img usemap='#m' width=300 height=30 src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>'>"
    )
    area = f"<area shape={shape} alt='Cancel All' href='#' onclick='document.title += 1'>"
    other = "<area shape=rect coords='0,0,110,30' alt=Home href='#' onclick='document.title = 0'>"
    body = f"<map name=m>{other}{area}</map><div style='height: {above}px'></div>{picture}<div style='height: 4000px'></div>"
    press(show(body))
    assert page.title() == "t1"


def test_what_stands_in_a_window_is_pressed_there_and_not_at_the_same_place_of_the_page_below(
    show: Show, page: Page
) -> None:
    small = html.escape("Count <input value=5><br><button onclick='document.title = 1'>Save</button>", quote=True)
    pop = "open('', 'w', 'width=300,height=200').document.write(this.dataset.body)"
    tab = show(
        f'<a href=\'#\' data-body="{small}" onclick="{pop}">Open</a>'
        "<div onclick='document.title += 1' style='position: fixed; inset: 0; z-index: -1'></div>"
    )
    press(tab, "Open")
    window = tab.opened[0]
    tab.fill(window.look().one_field(("Count",)), "0")
    tab.press(window.look().one_operable(("Save",)))
    assert (page.title(), window.page.title()) == ("t", "1")
    assert window.page.input_value("input") == "0"


@pytest.mark.parametrize("depth", [1, 2])
def test_what_stands_in_a_frame_is_pressed(show: Show, page: Page, depth: int) -> None:
    body = "<p>a line</p><a href='#' onclick='top.document.title += 1'>Cancel All</a>"
    for _ in range(depth):
        body = f"<p>above</p><iframe style='margin: 30px; border: 7px solid' srcdoc=\"{html.escape(body)}\"></iframe>"
    press(show(body))
    assert page.title() == "t1"


@pytest.mark.parametrize(
    "trick",
    {
        "put over it": OVERLAY,
        "drawn anew": "a.outerHTML = a.outerHTML.replace('title += 1', 'title = 2')",
        "taken away": "a.remove()",
    }.values(),
)
def test_what_takes_the_place_of_the_link_at_the_last_moment_is_not_pressed(show: Show, page: Page, trick: str) -> None:
    """The trick happens between the robot's aim and the press: as the pointer arrives."""
    tab = show(f"{LINK}<script>addEventListener('mousemove', () => {{ {trick} }}, {{once: true}})</script>")
    link = tab.look().one_operable(("Cancel All",))
    tab.setting.patience = type(tab.setting.patience)(page=1, quiet=0.2)
    if "outerHTML" in trick:
        tab.press(link)  # the same link in the same document: it is looked for again, and pressed once
        assert page.title() == "2"
        return
    with pytest.raises(NotHere):
        tab.press(link)
    assert page.title() == "t"


def test_a_covered_link_is_pressed_as_soon_as_it_is_free(show: Show, page: Page) -> None:
    tab = show(f"{LINK}<script>{OVERLAY} setTimeout(() => over.remove(), 300)</script>")
    press(tab)
    assert page.title() == "t1"


def test_a_guard_is_lifted_when_the_press_is_over(show: Show, page: Page) -> None:
    tab = show(f"{LINK}<button onclick='document.title += 2'>Other</button>")
    press(tab)
    page.get_by_role("button").click()
    assert page.title() == "t12"


def test_old_script_libraries_do_not_blind_the_eye(show: Show) -> None:
    """Prototype 1.6 and its like, as they stand in sites of 2005."""
    tab = show(
        """<script>
          Array.prototype.toJSON = String.prototype.toJSON = function () { return "[" + this.join() + "]"; };
          Array.from = (what) => [].slice.call(what);
          Array.prototype.each = Array.prototype.inspect = function () {};
        </script><label for=s>State</label><select id=s><option>Utah<option selected>Ohio</select> <a href=x>Go</a>"""
    )
    screen = tab.look()
    assert screen.told(("State",)) == ["Ohio"]
    assert screen.one_operable(("Go",)).control.href == "x"


def test_waiting_ends_with_the_change(show: Show, page: Page) -> None:
    tab = show("<p id=p>one</p>")
    seen = tab.look()
    assert not tab.await_change(seen, 0.05)
    page.evaluate("setTimeout(() => { p.textContent = 'two'; }, 50)")
    assert tab.await_change(seen, 30)
    assert tab.await_change(seen, 30), "a change that came before the waiting began"
    seen = tab.look()
    page.evaluate("setTimeout(() => { location = 'about:blank'; }, 50)")
    assert tab.await_change(seen, 30), "the document was replaced"


def test_a_page_whose_style_sheet_is_still_on_its_way_is_not_taken_as_drawn(page: Page) -> None:
    """Label and value stand in one line until the style sheet parts them."""
    answers = {"http://site.test/": "<link rel=stylesheet href=/late.css><p>Licenses</p><script>1</script>"}
    waiting: list[Route] = []
    page.route(
        "http://site.test/", lambda route: route.fulfill(body=answers[route.request.url], content_type="text/html")
    )

    def wait(route: Route) -> None:
        waiting.append(route)

    page.route("**/late.css", wait)
    page.goto("http://site.test/", wait_until="commit")
    tab = Tab(page)
    tab.until(lambda screen: screen.text or None, "the text", 5)
    assert tab.look().main.ready == "loading"
    assert tab.look().quiet == 0
    page.wait_for_function("true")  # the request has come by now
    waiting[0].fulfill(body="p { color: red }", content_type="text/css")
    assert tab.loaded().main.ready != "loading"


def test_what_is_drawn_anew_whenever_the_mouse_is_over_it_is_pressed_by_key(show: Show, page: Page) -> None:
    tab = show(
        f"""{LINK}<script>
          const again = (one) => one && one.parentNode && one.replaceWith(one.cloneNode(true));
          addEventListener("pointerover", (event) => again(event.target.closest("a")), true);
          setInterval(() => again(document.querySelector("a")), 100);
        </script>"""
    )
    press(tab)
    assert page.title() == "t1"


def test_of_two_that_read_the_same_none_takes_the_place_of_the_other(show: Show, page: Page) -> None:
    """What was read is gone; its twin in the same parent is no replacement if there are two."""
    one = "<a href='#' onclick='document.title += 1'>Cancel All</a>"
    tab = show(f"<p>{one}</p>")
    link = tab.look().one_operable(("Cancel All",))
    page.evaluate("html => { document.querySelector('p').innerHTML = html + html; }", one)
    with pytest.raises(NotHere):
        tab.press(link)
    assert page.title() == "t"
