"""The way in, on sites that stand in it: news of the day, late pages, odd sign-ins, look-ups of anything."""

import datetime as dt
import html
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route
from pydantic import SecretStr

from flows.errors import NeedsHuman
from flows.model import CancellationRequest
from flows.notes import Notes
from flows.profile import Site, SiteProfile, Timing
from flows.walk import Walk
from page_objects.backend_look_up import BackendLookUp
from page_objects.obstacles import Missing, NotHere, NothingHappened, SignedOut, SiteDown
from page_objects.organization_search import OrganizationSearch
from page_objects.sign_in_page import SignInPage
from rpa.browser_session import BrowserSession, SignIns
from rpa.credentials import Credentials
from tests.conftest import Show

CRM = "http://crm.test"
LOOK_UP = "<form action=/list>Account Name: <input name=q> <button>Search</button></form>"
RECORD = "<p>Account Number: 611974</p><p>Server Location: <input></p>"
SIGN_IN = "<form action=/in method=post>User Name: <input name=u> Password: <input type=password name=p> {}</form>"
NAME, NUMBER = "12-10 Test", "611974"
Pages = dict[str, str | Callable[[Route], None]]


class FakeSite:
    """Pages of a site without a server; a page that is a function answers the request itself."""

    def __init__(self, page: Page, pages: Pages) -> None:
        self.page, self.pages, self.asked = page, pages, []  # type: ignore[var-annotated]
        page.context.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(CRM).split("?")[0]
        self.asked.append(path)
        body = self.pages.get(path, "<p>There is nothing to show here.</p>")
        if callable(body):
            body(route)
        else:
            route.fulfill(content_type="text/html", body=f"<!doctype html><title>t</title><body>{body}</body>")

    def walk(self, sign_ins: SignIns | None = None, quiet: float = 0.3) -> Walk:
        profile = SiteProfile(site=Site(base_url=CRM), timing=Timing(page=4, quiet=quiet))
        egress = SimpleNamespace(allows=lambda _url: True)
        credentials = Credentials(username="robot", password=SecretStr("secret"))
        session = BrowserSession(
            self.page.context, profile, credentials, Notes(), egress, sign_ins or SignIns(),  # type: ignore[arg-type]
            threading.Event(), None, lambda: None,
        )  # fmt: skip
        request = CancellationRequest(
            id="t", account_name=NAME, account_number=NUMBER, date=dt.date(2026, 11, 30), reason="x"
        )
        return Walk(request, profile, session, session.journal)


# --- from the sign-in to the look-up ---


def test_news_of_the_day_are_passed_before_an_account_is_open(page: Page) -> None:
    news = "<h2>News of the day</h2><p>The fax is out of paper.</p><a href=/main>Continue to system</a>"
    site = FakeSite(page, {"/": news, "/main": "<a href=/find>ORGANIZATION</a>", "/find": LOOK_UP})
    assert site.walk().to_search().here()
    walk = site.walk()
    walk.start_was_reached, walk.billing = True, SimpleNamespace(tab=None)  # type: ignore[assignment]
    with pytest.raises(Missing):
        walk.to_search()


@pytest.mark.parametrize(
    "form", ["<form><input name=terms type=checkbox> I agree <button>Continue</button></form>", "<a>Continue</a>"]
)
def test_what_asks_for_something_or_leads_nowhere_is_not_passed(page: Page, form: str) -> None:
    site = FakeSite(page, {"/": form})
    with pytest.raises(NotHere):
        site.walk().to_search()
    assert set(site.asked) == {"/"}


def test_a_look_up_that_is_not_found_is_told_with_words_and_keys(page: Page) -> None:
    site = FakeSite(page, {"/": "<h2>Home</h2><a href=/c>Customers</a> <a href=/r>Reports</a>"})
    with pytest.raises(Missing, match=r'(?s)"Organization".*words\.look_up\.open.*go_on.*"Customers", "Reports"'):
        site.walk().to_search()


def test_a_look_up_that_is_on_the_screen_is_used_as_it_stands(page: Page) -> None:
    pressed = "<a href='#' onclick='document.title = 1'>Organization</a>"
    site = FakeSite(page, {"/": pressed + LOOK_UP})
    assert site.walk().to_search().here()
    assert page.context.pages[-1].title() == "t"


def test_a_link_that_only_draws_the_page_anew_has_led_there(page: Page) -> None:
    """The search box on every page is none of accounts for certain, so the link is pressed; the page stays the same."""
    box = "<form><input type=search placeholder=Search><button>Go</button></form>"
    site = FakeSite(page, {"/": f"<a href='#/organization'>Organization</a>{box}"})
    assert site.walk().to_search().here()


def test_a_search_of_anything_is_not_the_look_up_behind_the_link(page: Page) -> None:
    box = "<form><input type=search placeholder=Search><button>Go</button></form>"
    site = FakeSite(page, {"/": box + "<a href=/find>Organization</a>", "/find": box + LOOK_UP})
    search = site.walk().to_search()
    assert search.look_up.described(search.tab.look()) == 'field "Account Name", button "Search"'


def test_a_press_that_was_lost_is_made_once_more(page: Page) -> None:
    """As a press on a menu frame is while the main frame still loads."""
    link = "<a href='#' onclick=\"if (window.ready) location = '/find'; window.ready = true\">Organization</a>"
    assert FakeSite(page, {"/": link, "/find": LOOK_UP}).walk().to_search().here()


def test_a_menu_that_opens_under_the_mouse_leads_to_the_look_up(page: Page) -> None:
    menu = """<style>ul { display: none } li:hover ul { display: block }</style><li><a href='#'>Organization &#9662;</a>
      <ul><li><a href=/find>Find Organization</a><li><a href=/new>Create Organization</a></ul>"""
    assert FakeSite(page, {"/": menu, "/find": LOOK_UP}).walk().to_search().here()


DRAWER = """<button aria-label="Open menu" onclick="document.title += 1; %s">\u2630</button>
  <nav id=d style="position:fixed;left:-300px;width:200px"><a href=/find>Organization</a></nav>"""


def test_the_look_up_may_be_behind_the_button_that_opens_the_menu(page: Page) -> None:
    site = FakeSite(page, {"/": DRAWER % "d.style.left = 0", "/find": LOOK_UP})
    assert site.walk().to_search().here()


def test_a_button_that_may_send_something_is_no_menu(page: Page) -> None:
    site = FakeSite(page, {"/": DRAWER % "fetch('/api')", "/find": LOOK_UP})
    with pytest.raises(Missing, match=r"words\.look_up\.open"):
        site.walk().to_search()
    assert "/api" not in site.asked


def test_a_link_in_a_menu_frame_is_pressed_when_all_frames_are_there(page: Page) -> None:
    frames = "<iframe src=/menu></iframe><iframe name=main src=/desktop></iframe>"
    menu = "<a href=/find target=main onclick='top.document.title += top.document.readyState'>Organization</a>"
    menu += "<script>setTimeout(() => fetch('/release'), 1000)</script>"
    held: list[Route] = []
    site = FakeSite(page, {"/": frames, "/menu": menu, "/desktop": "<img src=/late.gif>", "/find": LOOK_UP})
    site.pages |= {"/late.gif": held.append}
    site.pages["/release"] = lambda route: (held[0].fulfill(body=""), route.fulfill(body=""))[1]
    walk = site.walk(quiet=3.0)
    assert walk.to_search().here()
    assert walk.crm is not None
    assert walk.crm.page.title() == "tcomplete"


# --- sessions that end ---


def test_a_sign_in_in_mid_run_makes_no_record_the_home(page: Page) -> None:
    crm: Pages = {"/": "<a href=/find>Organization</a>", "/find": LOOK_UP, "/in": RECORD}
    site = FakeSite(page, crm)
    sign_ins = SignIns()
    walk = site.walk(sign_ins)
    walk.to_search()
    assert sign_ins.home == f"{CRM}/"
    walk.start_url = f"{CRM}/start?token=old"
    site.pages["/list"] = SIGN_IN.format("<button>Sign In</button>")
    assert walk.crm is not None
    walk.crm.open(f"{CRM}/list")
    assert walk.to_search().here()
    assert walk.start_url == "", "an address from before the sign-in may carry the old session"
    assert site.walk(sign_ins).to_search().here()


def test_a_home_that_no_longer_offers_the_look_up_is_left_for_the_base_url(page: Page) -> None:
    site = FakeSite(page, {"/": "<a href=/find>Organization</a>", "/find": LOOK_UP, "/old": RECORD})
    assert site.walk(SignIns(home=f"{CRM}/old")).to_search().here()


def test_a_sign_in_that_could_not_be_carried_out_leaves_no_cookies_behind(page: Page) -> None:
    sign_ins = SignIns(state={"cookies": ["old"]}, home=f"{CRM}/")
    page_alone = "<form>Password: <input type=password> <a href=x>One</a> <a href=x>Two</a></form>"
    site = FakeSite(page, {"/": page_alone})
    with pytest.raises(NeedsHuman, match=r'words\.sign_in\.button.*"One", "Two"') as caught:
        site.walk(sign_ins).at_crm()
    assert caught.value.code == "sign_in"
    sign_ins.keep(page.context, ())
    assert (sign_ins.state, sign_ins.home, sign_ins.failed) == (None, "", "")


def test_the_backend_is_waited_for_after_its_sign_in(page: Page) -> None:
    """It leads on by itself, with the session in the URL: its bare address would ask for the password again."""
    late = "<p>One moment</p><script>setTimeout(() => location = '/look?token=1', 100)</script>"
    asks = SIGN_IN.format("<button>Sign In</button>")
    site = FakeSite(page, {"/look": asks, "/in": late})
    site.pages["/look"] = lambda route: route.fulfill(
        content_type="text/html", body="ACT #: <input> <button>Find</button>" if "token" in route.request.url else asks
    )
    walk = site.walk()
    assert walk._backend_look_up(walk.session.tab(), f"{CRM}/look").here()
    assert site.asked.count("/in") == 1


# --- the sign-in page ---


def test_fields_that_are_drawn_anew_are_filled_in_again(page: Page) -> None:
    redraw = "<script>onload = () => { const f = document.forms[0]; f.elements[1].addEventListener('input', () => {"
    redraw += "f.elements[0].outerHTML = '<input name=u>'; }, {once: true}); }</script>"
    sent: list[str] = []
    site = FakeSite(page, {"/": SIGN_IN.format("<button>Sign In</button>") + redraw})
    site.pages["/in"] = lambda route: (sent.append(route.request.post_data or ""), route.fulfill(body="in"))[1]
    _at(site).sign_in("robot", "secret")
    assert sent == ["u=robot&p=secret"]


def _at(site: FakeSite) -> SignInPage:
    walk = site.walk()
    tab = walk.session.tab()
    tab.open(CRM)
    return SignInPage(tab)


def test_a_press_that_sends_nothing_is_no_refusal_of_the_password(page: Page) -> None:
    early = SIGN_IN.replace("<form", "<form onsubmit='return window.ready || !(window.ready = true)'")
    site = FakeSite(page, {"/": early.format("<button>Sign In</button>"), "/in": "Welcome"})
    _at(site).sign_in("robot", "secret")
    site.pages["/"] = SIGN_IN.format("<button type=button>Sign In</button>")
    with pytest.raises(NothingHappened, match=r"words\.sign_in\.button"):
        _at(site).sign_in("robot", "secret")


def test_a_refusal_that_comes_late_is_a_refusal_and_no_second_password_is_sent(page: Page) -> None:
    again = SIGN_IN.format("<button>Sign In</button>")
    late = f"<p>Welcome</p><div id=d></div><script>setTimeout(() => d.innerHTML = `Wrong!{again}`, 150)</script>"
    site = FakeSite(page, {"/": again, "/in": late})
    with pytest.raises(SignedOut, match="Wrong!"):
        _at(site).sign_in("robot", "secret")
    assert site.asked.count("/in") == 1


ON_THE_WAY = (
    "<meta http-equiv=refresh content='1;url=/find'><p>One moment, you are being redirected</p>",
    "<script>setTimeout(() => { location.href = '/find' }, 400); document.currentScript.remove()</script><p>Welcome</p>",
)


@pytest.mark.parametrize("passage", ON_THE_WAY)
def test_a_page_that_leads_on_by_itself_is_no_absence_of_the_look_up(page: Page, passage: str) -> None:
    site = FakeSite(page, {"/": "<a href=/go>Organization</a>", "/go": passage, "/find": LOOK_UP})
    assert site.walk(quiet=1.0).to_search().here()


def test_storage_is_asked_for_after_a_sign_in_on_a_new_origin_and_where_there_is_any() -> None:
    kept: list[str] = []

    def whole() -> dict[str, object]:
        kept.append("whole")
        return {"cookies": [], "origins": stored}

    stored: list[object] = []
    context = SimpleNamespace(storage_state=whole, cookies=lambda: [kept.append("cookies")])
    sign_ins = SignIns(count=1)
    for origins in ({"crm"}, {"crm"}, {"crm", "backend"}, {"crm"}):
        sign_ins.keep(context, origins)  # type: ignore[arg-type]
    assert kept == ["whole", "cookies", "whole", "cookies"]
    sign_ins.count, stored = 2, [{"origin": "crm"}]
    sign_ins.keep(context, ())  # type: ignore[arg-type]
    sign_ins.keep(context, ())  # type: ignore[arg-type]
    assert kept[4:] == ["whole", "whole"]


def test_a_page_that_knows_the_user_gets_the_password_alone(page: Page) -> None:
    form = "<form action=/in>User Name: <b>robot</b> Password: <input type=password name=p> <button>Continue</button></form>"
    site = FakeSite(page, {"/": form, "/in": "Welcome"})
    _at(site).sign_in("robot", "secret")
    assert site.asked[-1] == "/in"


def test_a_third_field_without_a_value_is_named_before_anything_is_sent(page: Page) -> None:
    company = "<table><tr><td>Company<tr><td><input name=c></table>"
    site = FakeSite(
        page, {"/": SIGN_IN.replace("User", company + "User").format("<button>Sign On</button>"), "/in": "in"}
    )
    with pytest.raises(Missing, match=r'"Company".*RPA_ACCOUNT'):
        _at(site).sign_in("robot", "secret")
    assert "/in" not in site.asked
    _at(site).sign_in("robot", "secret", "PLANPLUS")
    assert site.asked[-1] == "/in"


def test_a_picture_button_is_there_before_its_picture(page: Page) -> None:
    held: list[Route] = []
    button = (
        "<input type=image src=/b.gif alt='Sign In'><input type=image src=/b.gif alt=Hidden style='width:0;height:0'>"
    )
    site = FakeSite(page, {"/": SIGN_IN.format(button), "/b.gif": held.append})
    tab = site.walk().session.tab()
    tab.open(CRM)
    screen = tab.until(lambda now: now if any(d.controls for d in now.documents) and held else None, "the form")
    assert screen.one_operable(("Sign In",))
    assert not screen.operable(("Hidden",))


# --- the look-up ---

RADIOS = "<label><input type=radio name=k {}> Contact</label> <input type=radio name=k {}> Organization<br>"
TABS = "<button role=tab aria-selected=true>Contact</button><button role=tab onclick='document.title = 1'>Organization</button>"


@pytest.mark.parametrize("checked", [("checked", ""), ("", "checked")])
def test_the_radio_button_beside_the_field_is_set_to_organization(
    show: Show, page: Page, checked: tuple[str, str]
) -> None:
    tab = show(f"<form onsubmit='return false'>{RADIOS.format(*checked)}Find <input> <button>Search</button></form>")
    OrganizationSearch(tab).look_up.enter(NAME)
    assert page.locator("input[type=radio]").nth(1).is_checked()
    assert page.locator("input").nth(2).input_value() == NAME


def test_the_tab_above_the_field_is_set_to_organization(show: Show, page: Page) -> None:
    tab = show(f"{TABS}<form onsubmit='return false'>Find <input> <button>Search</button></form>")
    OrganizationSearch(tab).look_up.enter(NAME)
    assert page.title() == "1"


@pytest.mark.parametrize(
    "buttons",
    {
        "the form's only one": "<button>Find Now</button> <input type=reset value=Clear>",
        "beside one that changes something": "<button>Retrieve</button> <button>Add New Organization</button>",
        "the only one in the line": "<button>List</button><br><br><button>Print</button>",
    }.values(),
)
def test_the_button_is_found_though_it_is_called_otherwise(show: Show, page: Page, buttons: str) -> None:
    form = f"<form onsubmit='document.title = event.submitter.innerText; return false'>Account Name <input> {buttons}</form>"
    OrganizationSearch(show(form)).look_up.enter(NAME)
    assert page.title() in {"Find Now", "Retrieve", "List"}


@pytest.mark.parametrize("buttons", ["<button>Add New</button>", "<button>One</button> <button>Two</button>"])
def test_a_button_that_may_be_another_is_named_and_not_pressed(show: Show, page: Page, buttons: str) -> None:
    tab = show(f"<form onsubmit='document.title = 1; return false'>Account Name <input> {buttons}</form>")
    name = html.unescape("One|Add New")
    with pytest.raises(Missing, match=rf'words\.look_up\.button.*"({name})"'):
        OrganizationSearch(tab).look_up.enter(NAME)
    assert page.title() == "t"


@pytest.mark.parametrize("label", ["ACT #", "Account No.", "AR Nr", "Acct", "Customer Number"])
def test_a_field_for_numbers_gets_the_number(show: Show, page: Page, label: str) -> None:
    tab = show(f"<form onsubmit='return false'><b>{label}</b><br><input> <button>Look up</button></form>")
    BackendLookUp(tab).look_up.enter(NAME, NUMBER, by_number=True)
    assert page.locator("input").input_value() == NUMBER


def test_a_backend_that_does_not_list_the_account_is_told_with_what_was_asked(show: Show) -> None:
    answer = "document.getElementById('r').textContent = 'Nothing found.'; return false"
    tab = show(f'<form onsubmit="{answer}">Account Name: <input> <button>Find</button></form><p id=r></p>')
    with pytest.raises(Missing, match=rf'"{NAME}" was typed into the field "Account Name".*number_field'):
        BackendLookUp(tab).open_start_page(NAME, NUMBER)


ANSWERS = """<form onsubmit="ask(); return false">Account Name <input> <button>Search</button></form><p id=r></p><script>
  const ask = async () => { r.textContent = "%s"; setTimeout(() => fetch("/release"), 2500);
    r.innerHTML = await (await fetch("/api")).text(); };</script>"""


@pytest.mark.parametrize("meanwhile", ["Looking", "10 results", "No results"])
def test_a_list_that_comes_late_is_no_absence(page: Page, meanwhile: str) -> None:
    held: list[Route] = []
    site = FakeSite(page, {"/": ANSWERS % meanwhile, "/api": held.append})
    row = f"<table><tr><td><a href=/r>{NAME}</a><td>{NUMBER}</table>"
    site.pages["/release"] = lambda route: (held[0].fulfill(body=row), route.fulfill(body=""))[1]
    search = site.walk().to_search()
    search.tab.setting.patience = type(search.tab.setting.patience)(page=8, quiet=0.2)
    found = search.search(NAME, NUMBER)
    assert isinstance(found, list)
    assert [one.texts for one in found] == [(NAME, NUMBER)]


@pytest.mark.parametrize("how", ["error", "reset"])
def test_a_look_up_whose_request_fails_found_nothing_out(page: Page, how: str) -> None:
    """A page that shows an empty list then has not said that there is no such account."""

    def fail(route: Route) -> None:
        if how == "reset":
            route.abort("connectionreset")
        else:
            route.fulfill(status=502, body="No results")

    body = ANSWERS.replace('setTimeout(() => fetch("/release"), 2500);', "")
    site = FakeSite(page, {"/": body % "No results", "/api": fail})
    search = site.walk().to_search()
    search.tab.setting.patience = type(search.tab.setting.patience)(page=6, quiet=0.2)
    with pytest.raises(SiteDown, match="/api"):
        search.search(NAME, NUMBER)


PAGED = """<form onsubmit="draw(1); return false">Account Name <input> <button>Search</button></form><p id=r></p><script>
  const row = ([name, number]) => `<tr><td><a href=/r>${name}</a><td>${number}`;
  const rows = [["AAA 12-10 Test", "500201"], ["12-10 Test", "611974"]];
  const draw = (page) => { r.innerHTML = `<table>${row(rows[page - 1])}</table>`
    + (page === 1 ? '<a href="#" onclick="draw(2); return false">Next</a>' : ""); };</script>"""


def test_an_account_on_a_later_page_of_the_list_is_not_waited_for_on_the_first(show: Show) -> None:
    tab = show(PAGED)
    tab.setting.patience = type(tab.setting.patience)(page=4, quiet=1.2)  # four times quiet would be too late
    found = OrganizationSearch(tab).search(NAME, NUMBER)
    assert isinstance(found, list)
    assert [one.texts for one in found] == [(NAME, NUMBER)]


def test_a_pager_that_is_dead_until_the_rows_are_there_has_not_turned_the_page(page: Page) -> None:
    more = """<p>Showing 1 of 2</p><button id=m onclick="m.disabled = true; fetch('/more').then(() => draw(2))">Load more
      </button>`"""
    body = PAGED.replace(
        "<table>${row(rows[page - 1])}</table>`", "<table>${rows.slice(0, page).map(row).join('')}</table>`"
    )
    body = body.replace("""'<a href="#" onclick="draw(2); return false">Next</a>'""", f"`{more}")
    site = FakeSite(page, {"/": body, "/more": lambda route: (page.wait_for_timeout(700), route.fulfill(body=""))[1]})
    found = site.walk().to_search().search(NAME, NUMBER)
    assert isinstance(found, list)
    assert [one.texts for one in found] == [(NAME, NUMBER)]


VIRTUAL = """<form onsubmit="draw(); return false">Account Name <input> <button>Search</button></form>
  <div id=s style="height:120px;overflow-y:auto" onscroll="setTimeout(draw, 50)"><div id=p style="position:relative;height:1200px">
  </div></div><script>const draw = () => { const first = Math.max(0, Math.floor(s.scrollTop / 30) - 1);
    p.innerHTML = '<div role=grid>' + Array.from({length: Math.min(7, 40 - first)}, (_, k) => first + k).map(n =>
      `<div role=row style="position:absolute;top:${n * 30}px"><span role=gridcell><a href=/r>12-10 Test${n == 30 ? '' : ' ' + n}</a>
      </span> <span role=gridcell>${611944 + n}</span></div>`).join('') + '</div>'; };</script>"""


def test_an_account_far_down_in_a_list_that_draws_only_what_is_in_sight_is_found(show: Show) -> None:
    tab = show(VIRTUAL)
    tab.setting.patience = type(tab.setting.patience)(page=6, quiet=0.3)
    found = OrganizationSearch(tab).search(NAME, NUMBER)
    assert isinstance(found, list)
    assert [one.texts for one in found] == [(NAME, NUMBER)]


@pytest.mark.parametrize("said", ["No organizations were found.", "0 record(s) found", "Nothing found"])
def test_a_site_that_says_that_there_is_none_is_believed(show: Show, said: str) -> None:
    tab = show(
        f"<form onsubmit=\"document.body.innerHTML = '{said}'; return false\">Account Name <input> <button>Go</button></form>"
    )
    assert OrganizationSearch(tab).search(NAME, NUMBER) == []


def test_a_wrong_page_is_no_absence(show: Show) -> None:
    tab = show(
        "<form onsubmit=\"document.body.innerHTML = '<h2>Welcome</h2>'; return false\">Account Name <input> <button>Go</button></form>"
    )
    with pytest.raises(Missing, match=r"words\.look_up\.nothing_found"):
        OrganizationSearch(tab).search(NAME, NUMBER)
