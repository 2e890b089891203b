"""The customer's record in the shapes that other sites gave it: tabs, twin toolbars, lists that are no select boxes."""

import datetime as dt

import pytest
from playwright.sync_api import Page

from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.cancellation_form import FormReady
from page_objects.link_menu import LinkMenu
from page_objects.obstacles import Ambiguous, DeadLink, Missing, SignedOut
from page_objects.organization_page import OrganizationPage
from page_objects.wording import reads_as, same_words
from tests.conftest import Show

DAY = dt.date(2026, 11, 30)
HEAD = "<table><tr><td>Account Number:<td>611974<tr><td>Account Name:<td>12-10 Test</table>"
UPDATE = "<input type=button value=Update onclick='document.title += 1'>"
LOCATION = "<table><tr><td>Server Location:<td><input name=loc></table>"
FACTS = "<table><tr><td>License Count:<td>5<tr><td>Account Status:<td>ACTIVE</table>"
REASONS = "<select name=reason><option><option>Too expensive<option>Other</select>"
FORM = (
    "<h3>Required for Cancellation</h3><table><tr><td>Date of Cancellation:<td><input name=when>"
    f"<tr><td>Reason:<td>{REASONS}</table>"
)
PANELS = (("general", "Details", FACTS), ("custom", "Custom Fields", LOCATION), ("cancel", "Cancellation", FORM))
SHOW = """<style>.on { font-weight: bold }</style><script>
  function showTab(place) { [...document.querySelectorAll('.panel')].forEach((panel, i) => {
    panel.style.display = i === place ? 'block' : 'none'; }); }
</script>"""


def tabbed(strip: str, panels: str = "", shown: int = 0) -> str:
    """A record whose tabs are all in the page; `strip` is what is pressed, `{0}` the place and `{1}` the words."""
    tabs = "".join(strip.format(place, words, key) for place, (key, words, _) in enumerate(PANELS))
    bodies = "".join(
        f"<div class=panel id=p_{key} {panels} style='display:{'block' if place == shown else 'none'}'>{body}</div>"
        for place, (key, _, body) in enumerate(PANELS)
    )
    return f"{SHOW}{HEAD}<form><div>{tabs}</div>{bodies}{UPDATE}</form>"


STRIPS = {
    "named by aria-controls": "<button type=button role=tab aria-controls=p_{2} onclick='showTab({0})'>{1}</button> ",
    "named by its address": "<a href='#p_{2}' onclick='showTab({0}); return false'>{1}</a> ",
    "named in its script": "<span onclick=\"showTab({0}, 'p_{2}')\">{1}</span> ",
    "only by its place": "<span onclick='showTab({0})' style='padding: 4px'>{1}</span>",
    "by its place, in a list": "<li style='display:inline-block'><a href='javascript:showTab({0})'>{1}</a></li>",
}


@pytest.mark.parametrize("how", STRIPS)
def test_what_a_tab_of_the_record_hides_is_found_as_a_person_finds_it(show: Show, how: str) -> None:
    record = OrganizationPage(show(tabbed(STRIPS[how])))
    assert record.here(), "the record opens with a tab that has neither Server Location nor the form"
    assert record.server_location(record.tab.glance()) == ""
    assert record.form.visible(record.show_form())
    facts = record.read_facts()
    assert (facts.license_count, facts.account_status) == ("5", "ACTIVE")


def test_facts_of_several_tabs_are_united(show: Show) -> None:
    body = tabbed(STRIPS["only by its place"], shown=2).replace(
        LOCATION, LOCATION + "<p>Organization / Contact Info: Current customer</p>"
    )
    facts = OrganizationPage(show(body)).read_facts()
    assert (facts.license_count, facts.contact_info) == ("5", "Current customer")


@pytest.mark.parametrize(
    "dangerous",
    {
        "a link that leads elsewhere": "<a href='/purge?tab={0}'>{1}</a> ",
        "a route": "<a href='#/tab/{0}'>{1}</a> ",
        "a post-back": "<a href=\"javascript:__doPostBack('tab','{0}')\">{1}</a> ",
        "a submission": "<button name=tab aria-controls=p_{2}>{1}</button> ",
        "a word that is never pressed": "<span onclick='showTab({0})'>Purge {1}</span> ",
    }.values(),
)
def test_a_tab_that_may_send_something_is_not_pressed(show: Show, page: Page, dangerous: str) -> None:
    record = OrganizationPage(show(tabbed(dangerous)))
    before = page.url
    assert not record.form.visible(record.show_form())
    (trouble,) = record.form.ready("Too expensive", opt_out=False).lacks
    assert "words.organization.tabs" in trouble
    assert page.url == before


def test_two_strips_that_could_both_be_meant_are_not_guessed_at(show: Show) -> None:
    strip = "<div>" + "".join(f"<span onclick='document.title += {n}'>Menu {n}</span>" for n in range(3)) + "</div>"
    record = OrganizationPage(show(strip + tabbed(STRIPS["only by its place"])))
    assert not record.form.visible(record.show_form())


def test_tabs_that_the_profile_names_are_pressed_until_the_words_are_there(show: Show) -> None:
    tabs = "".join(
        f"<a href='javascript:void get({n})'>{w}</a> " for n, w in enumerate(["Notes", "Custom", "Cancel it"])
    )
    body = f"{HEAD}{UPDATE}<p>{tabs}</p><div id=d></div>" + (
        "<script>const parts = ['nothing', 'more', `" + FORM + "`];"
        "function get(n) { setTimeout(() => { d.innerHTML = parts[n]; }, 100); }</script>"
    )
    tab = show(body)
    record = OrganizationPage(tab)
    assert not record.form.visible(record.show_form())
    organization = tab.words.organization.model_copy(update={"tabs": ("Notes", "Custom", "Cancel it")})
    tab.setting.words = tab.words.model_copy(update={"organization": organization})
    record = OrganizationPage(tab)
    assert record.form.visible(record.show_form())


FOLD = """<h3 style='cursor: pointer' {1}>&#9656; Required for Cancellation</h3><div id=d></div><script>
  const form = `{0}`; const open = () => setTimeout(() => {{ d.innerHTML = form; }}, 100);
  document.querySelector('h3').addEventListener('click', open);</script>"""


def test_a_fold_that_fetches_the_form_when_it_is_opened_is_opened(show: Show, page: Page) -> None:
    inside = FORM.replace("<h3>Required for Cancellation</h3>", "")
    record = OrganizationPage(show(HEAD + LOCATION + UPDATE + FOLD.format(inside, "")))
    assert record.form.visible(record.show_form())
    sends = "onclick=\"location = '/purge'\""
    record, before = OrganizationPage(show(HEAD + LOCATION + UPDATE + FOLD.format(inside, sends))), page.url
    assert not record.form.visible(record.show_form())
    assert page.url == before


def test_a_sign_in_that_comes_instead_of_the_form_is_no_missing_form(show: Show) -> None:
    record = OrganizationPage(show(HEAD + LOCATION + UPDATE + FOLD.format("<p><input type=password></p>", "")))
    with pytest.raises(SignedOut):
        record.form.ready("Too expensive", opt_out=False)


def test_whose_record_it_is_is_known_though_the_tab_with_the_form_hides_number_and_name(show: Show) -> None:
    body = tabbed(STRIPS["only by its place"]).replace(HEAD, "<h1>Record</h1>").replace(FACTS, HEAD + FACTS)
    record = OrganizationPage(show(body))
    record.show_form()
    record.form.fill("11/30/2026", DAY, "Too expensive", opt_out=False)
    identity = record.identity(record.body(record.tab.look()))
    assert (identity.numbers, identity.names) == (("611974",), ("12-10 Test",))
    reading = record.form.read(record.tab.look())
    assert (reading.date, reading.reason) == ("11/30/2026", "Too expensive"), "the form is on the screen again"


def test_the_links_of_a_menu_are_no_labels_of_one_another(show: Show) -> None:
    menu = "<p><b>Admin</b> <a href=x>Organization</a> <a href=y style='margin-left: 14px'>Contacts</a></p>"
    assert OrganizationPage(show(menu + HEAD.replace("Account Name", "Name"))).identity().names == ("12-10 Test",)


# --- twins ---

BAR = "<p><input type=submit value=Update name=act> <input type=submit value=Delete name=act></p>"
POST_BACKS = "<p><a id=c_btn{0}_1f href=\"javascript:post('c$btn{0}_1f','')\">Update</a> <a href='#'>Close</a></p>"
TWINS = {
    "one submit button above and below": f"<form>{BAR}{LOCATION}{FORM}{BAR}</form>",
    "of other names": f"<form>{BAR}{LOCATION}{FORM}{BAR.replace('name=act', 'name=act2')}</form>",
    "post-backs with their own names": f"<form>{POST_BACKS.format('T')}{LOCATION}{FORM}{POST_BACKS.format('B')}</form>",
    "one script": f"{UPDATE}{LOCATION}{FORM}{UPDATE}",
}


@pytest.mark.parametrize("how", TWINS)
def test_the_same_toolbar_above_and_below_is_one_to_a_person(show: Show, how: str) -> None:
    record = OrganizationPage(show(TWINS[how]))
    screen = record.tab.look()
    (date,) = screen.fields(("Date of Cancellation",))
    assert record.form.save_button(screen).control.box.top > date.control.box.top, "the one below"
    assert record.update_button().control.name == "Update"


@pytest.mark.parametrize(
    "body",
    [
        f"{LOCATION}{FORM}<button onclick='a()'>Update</button><button onclick='b()'>Update</button>",
        f"<form>{LOCATION}{FORM}<p>Phone <input> <button name=a>Update</button></p><p>Fax <input> <button name=b>Update</button></p></form>",
        f"<form>{LOCATION}{FORM}<p>Invoice 7 <button name=a>Update</button></p><p>Invoice 8 <button name=b>Update</button></p></form>",
        f"<form>{LOCATION}{FORM}</form><form><button>Update</button></form><form><button>Update</button></form>",
    ],
)
def test_two_buttons_that_may_do_different_things_stay_ambiguous(show: Show, body: str) -> None:
    with pytest.raises(Ambiguous):
        OrganizationPage(show(body)).update_button()


def test_the_same_link_twice_is_one_and_two_addresses_are_two(show: Show) -> None:
    twice = "<p><a href='x?1'>Cancelled</a></p>"
    assert show(twice + twice).look().one_operable(("Cancelled",)).control.href == "x?1"
    with pytest.raises(Ambiguous):
        show(twice + twice.replace("1", "2")).look().one_operable(("Cancelled",))


# --- lists that are no select boxes ---

LIST = """<script>
  function list(button, words, opened) {
    const old = document.getElementById('pop');
    if (old) { old.remove(); return; }
    const pop = document.createElement('ul'); pop.id = 'pop'; if (opened.role) pop.setAttribute('role', 'listbox');
    for (const one of words) { const item = document.createElement('li'); item.textContent = one;
      if (opened.role) item.setAttribute('role', 'option'); else item.style.cursor = 'pointer';
      item.onclick = () => { button.textContent = one; pop.remove(); if (opened.then) opened.then(one); };
      pop.append(item); }
    button.after(pop);
  }
</script>"""
OPTIONS = "['Too expensive', 'Closed', 'Other (explain)']"
LISTS = {
    "a button with a list box": "<b id=l>{0}</b> <button type=button id=b aria-haspopup=listbox aria-labelledby='l b' "
    "onclick='list(this, {1}, {{role: 1, then: window.then}})'>{2}</button>",
    "a combo box of its own": "<table><tr><td>{0}:<td><div role=combobox tabindex=0 "
    "onclick='list(this, {1}, {{role: 1, then: window.then}})'>{2}</div></table>",
    "a button beside the label": "<table><tr><td>{0}:<td><button type=button aria-expanded=false "
    "onclick='list(this, {1}, {{then: window.then}})'>{2}</button></table>",
}  # fmt: skip
DATED = "<p>Date of Cancellation: <input></p>"


def listed(how: str, label: str = "Reason", options: str = OPTIONS, value: str = "Choose\u2026") -> str:
    return LIST + LISTS[how].format(label, options.replace("'", "&#39;"), value)


@pytest.mark.parametrize("how", LISTS)
def test_a_reason_is_chosen_from_a_list_of_any_make_and_read_back(show: Show, how: str) -> None:
    form = OrganizationPage(show(DATED + listed(how) + "<p><button>Save</button></p>")).form
    assert form.read(form.tab.look()).reason == ""
    assert form.ready("closed", opt_out=False).lacks == ()
    assert form.read(form.tab.look()).reason == "", "nothing was chosen, and the list is shut"
    assert not form.tab.look().shows(("Too expensive",))
    assert form.fill("11/30/2026", DAY, "closed", opt_out=False).reason == "Closed"
    assert form.read(form.tab.look()).reason == "Closed"


def test_a_styled_list_is_used_and_not_the_select_box_of_a_pixel_behind_it(show: Show, page: Page) -> None:
    pixel = "<select title=Reason aria-label=Reason style='position: absolute; clip: rect(0,0,0,0); width: 1px; height: 1px; padding: 0; border: 0'><option><option>Closed</select>"
    styled = listed("a combo box of its own", value="Closed &#9662;").replace(
        "<td><div", f"<td>{pixel}<div aria-label=Reason"
    )
    form = OrganizationPage(show(DATED + styled + "<p><button>Save</button></p>")).form
    assert form.read(form.tab.look()).reason == "Closed", "what is seen, without its arrow"
    assert form.fill("11/30/2026", DAY, "too expensive", opt_out=False).reason == "Too expensive"
    assert page.evaluate("document.querySelector('select').value") == ""


def test_a_reason_that_a_list_does_not_offer_becomes_its_other(show: Show) -> None:
    more = (
        "<p id=m hidden>Please specify <input id=t></p><script>then = (one) => { m.hidden = one[0] !== 'O'; };</script>"
    )
    form = OrganizationPage(show(DATED + listed("a button with a list box") + more)).form
    assert form.fill("11/30/2026", DAY, "Moving to Mars", opt_out=False).warnings == ()
    read = form.read(form.tab.look())
    assert (read.reason, read.reason_text) == ("Other (explain)", "Moving to Mars")


@pytest.mark.parametrize(
    "how",
    {
        **LISTS,
        "a plain button": LISTS["a button beside the label"].replace("aria-expanded=false", ""),
    },
)
def test_the_app_module_is_found_again_though_its_button_reads_another_module(show: Show, how: str) -> None:
    mark_up = LISTS.get(how) or LISTS["a button beside the label"].replace("aria-expanded=false", "")
    modules = "['Standard Edition', 'Premium Edition']".replace("'", "&#39;")
    modules_list = AppModuleSwitcher(show(LIST + mark_up.format("App Module", modules, "Standard Edition")))
    for module in ("Premium Edition", "Standard Edition"):
        assert modules_list.current(modules_list.tab.look()) != module
        modules_list.choose(module)
        assert modules_list.current(modules_list.tab.look()) == module


def test_a_missing_app_module_says_which_key_to_set(show: Show) -> None:
    with pytest.raises(Missing, match=r"words\.obstacles\.app_module"):
        AppModuleSwitcher(show("<p>nothing</p>")).choose("Premium Edition")
    switcher = AppModuleSwitcher(show("App Module: <select><option>Standard Edition</select>"))
    with pytest.raises(Missing, match=r'"Standard Edition".*words\.obstacles\.app_module'):
        switcher.choose("Premium Edition")


def test_a_button_beside_the_reason_that_may_send_something_opens_no_list(show: Show, page: Page) -> None:
    body = f"<form>{DATED}<p>Reason: <button aria-haspopup=listbox formaction=/x>Pick one</button></p></form>"
    form = OrganizationPage(show(body)).form
    assert form.ready("Closed", opt_out=False).lacks
    assert "/x" not in page.url


def test_the_purple_drop_down_may_be_a_list_box(show: Show, page: Page) -> None:
    label = "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"
    body = listed("a combo box of its own", label, "['(NewPurgeLink)', '(NewManageAcctsLink)']", "-- choose --")
    tab = show(body + "<script>then = (one) => { document.title = one; };</script>")
    LinkMenu(tab, label).press(("(NewManageAcctsLink)",))
    assert page.title() == "(NewManageAcctsLink)"


OVERLAY = """<script>
  customElements.define('x-label', class extends HTMLElement { connectedCallback() {
    this.attachShadow({mode: 'open'}).innerHTML = `<p>${this.dataset.text}: <input></p>`; } });
  function drop(button, dead) { const over = document.createElement('div');
    over.style.cssText = 'position:fixed;inset:0;z-index:9'; over.tabIndex = -1;
    over.innerHTML = `<div role=menuitem aria-disabled=${dead}
      style="position:fixed;top:300px">(NewManageAcctsLink)</div>`;
    over.onkeydown = (e) => { if (e.key === 'Escape') over.remove(); };
    over.firstChild.onclick = () => { document.title = 'open'; }; document.body.append(over); over.focus(); }</script>"""
PURPLE = "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"


def over(dead: str) -> str:
    menu = f"<p><button aria-haspopup=menu onclick='drop(this, {dead})'>{PURPLE} \u25be</button></p>"
    return f"{OVERLAY}{menu}<p><button>Old Links for 02 Servers</button></p>{UPDATE}"


def test_the_links_of_a_drop_down_may_be_drawn_over_the_page(show: Show, page: Page) -> None:
    LinkMenu(show(over("false")), PURPLE).press(("(NewManageAcctsLink)",))
    assert page.title() == "open"


def test_a_drop_down_with_a_dead_link_is_shut_again(show: Show, page: Page) -> None:
    record = OrganizationPage(show(over("true")))
    with pytest.raises(DeadLink):
        LinkMenu(record.tab, PURPLE).press(("(NewManageAcctsLink)",))
    record.tab.press(record.update_button())
    assert page.title() == "t1"


def test_a_fold_is_opened_by_what_stands_above_it_though_its_words_are_in_web_components(show: Show) -> None:
    fold = """<button type=button aria-expanded=false onclick="this.nextElementSibling.hidden = false;
      this.setAttribute('aria-expanded', true)">Required for Cancellation</button><div hidden>
      <x-label data-text="Date of Cancellation"></x-label></div>"""
    record = OrganizationPage(show(f"{OVERLAY}{HEAD}{LOCATION}{fold}"))
    assert record.form.visible(record.show_form())


def test_a_tick_box_may_hold_its_own_words(show: Show) -> None:
    box = "<div role=checkbox aria-checked=%s tabindex=0><i>x</i> <span style='margin-left:9px'>Opt Out</span></div>"
    for checked in (True, False):
        form = OrganizationPage(show(DATED + box % str(checked).lower())).form
        assert form.read(form.tab.look()).opt_out is checked


FLOATING = """<div role=combobox tabindex=0 aria-haspopup=listbox aria-labelledby="a b" onclick="if (!window.u) {
    u = document.createElement('ul'); u.setAttribute('role', 'listbox'); u.innerHTML = '<li role=option>Too expensive';
    u.onclick = () => { b.textContent = 'Too expensive'; u.remove(); }; document.body.append(u); }">
  <span id=a>Reason</span> <span id=b></span> <i>\u25be</i></div>"""


def test_a_list_that_holds_its_label_is_known_by_it_whatever_is_chosen(show: Show) -> None:
    form = OrganizationPage(show(DATED + FLOATING)).form
    assert form.read(form.tab.look()).reason == ""
    form.reason.give("Too expensive")
    assert form.read(form.tab.look()).reason == "Too expensive"


def test_a_term_with_its_definition_is_no_label_of_the_field_below(show: Show) -> None:
    told = (
        "<dl style='margin:0'><dt>Status<dd style='margin:0'>ACTIVE</dl><label><input value=S> Server Location</label>"
    )
    grid = told.replace("margin:0'><dt", "margin:0;display:grid;grid-template-columns:200px 1fr'><dt", 1)
    assert OrganizationPage(show(grid)).read_facts().account_status == "ACTIVE"


# --- values that are edited in place, and marks for nothing ---

PENCIL = """<script>function pen(button, name) {
  const field = document.createElement('input'); field.setAttribute('aria-label', name);
  button.parentElement.replaceChildren(field); }</script>"""
IN_PLACE = {
    "a definition with a pencil": "<dl><dt>Fax</dt><dd>\u2014</dd><dt>Server Location</dt><dd><span>{0}</span>"
    "<button type=button aria-label='Edit Server Location' onclick=\"pen(this, 'Server Location')\">\u270e</button></dd></dl>",
    "a row with Edit": "<table><tr><td>Phone:<td>1 <a href='#' onclick='document.title = 2'>Edit</a><td>Server Location:"
    "<td><span>{0} <a href='#' onclick=\"pen(this, 'Server Location'); return false\">Edit</a></span></table>",
}


@pytest.mark.parametrize("how", IN_PLACE)
@pytest.mark.parametrize("nothing", ["-", "\u2014", "(none)", "Not set", "n/a", "(empty)"])
def test_a_mark_for_nothing_is_an_empty_server_location_that_can_be_entered(show: Show, how: str, nothing: str) -> None:
    record = OrganizationPage(show(PENCIL + IN_PLACE[how].format(nothing) + FORM))
    assert record.server_location(record.tab.look()) == ""
    record.enter_server_location("https://s05.example/")
    assert record.server_location(record.tab.look()) == "https://s05.example/"
    assert record.tab.page.title() == "t", "the pencil of another field was not touched"


UNDER_THE_MOUSE = """<style>i { visibility: hidden } p:hover i { visibility: visible }</style><p style='margin-top: 2000px'>
  <span>Fax</span> <span>1</span> <i onclick='document.title = 2' title='Edit Fax'>&#9998;</i></p><p>
  <span>Server Location</span> <span>&mdash;</span> <i style='cursor: pointer' title='Edit Server Location'
  onclick="this.nextElementSibling.type = 'text'">&#9998;</i><input type=hidden aria-label='Server Location' oninput='bar.hidden = false'></p>
  <button onclick='a()'>Update</button><div id=bar hidden>Unsaved changes. <a href='#' onclick='b()'>Update</a> <a>Discard</a></div>"""


def test_a_pencil_that_is_there_only_under_the_mouse_and_the_update_that_comes_up_with_the_change(
    show: Show, page: Page
) -> None:
    record = OrganizationPage(show(UNDER_THE_MOUSE))
    assert record.update_button().control.kind == "button"
    record.enter_server_location("https://s05.example/")
    assert record.server_location(record.tab.look()) == "https://s05.example/"
    assert record.update_button().control.kind == "link"
    assert page.title() == "t"


@pytest.mark.parametrize("how", IN_PLACE)
def test_a_server_location_that_is_shown_as_text_is_read_without_its_pencil_and_never_overwritten(
    show: Show, how: str
) -> None:
    record = OrganizationPage(show(PENCIL + IN_PLACE[how].format("https://s05.example/") + FORM))
    assert record.server_location(record.tab.look()) == "https://s05.example/"
    with pytest.raises(Missing, match="not empty"):
        record.enter_server_location("https://s06.example/")


# --- the reason's text ---


@pytest.mark.parametrize("label", ["Reason Comments", "Explain", "", "More about the reason"])
def test_the_text_of_an_other_reason_goes_into_the_field_below(show: Show, label: str) -> None:
    rows = f"<tr><td>{label}<td><textarea></textarea><tr><td>Phone<td><input value=801>"
    form = OrganizationPage(show(FORM.replace("</table>", rows + "</table>"))).form
    filled = form.fill("11/30/2026", DAY, "Moving to Mars", opt_out=False)
    read = form.read(form.tab.look())
    assert (filled.reason, filled.warnings, read.reason_text) == ("Other", (), "Moving to Mars")


@pytest.mark.parametrize(
    "rest",
    ["<tr><td>Phone<td><input value=801>", "<td>Phone<td><input value=801>", "</table><p>Comments <input value=801>"],
)
def test_a_text_that_could_be_given_nowhere_is_told_and_written_into_no_other_field(show: Show, rest: str) -> None:
    far = rest.replace("<p>", "<p style='margin-top: 900px'>")
    form = OrganizationPage(show(FORM.replace("</table>", far + "</table>"))).form
    (warning,) = form.fill("11/30/2026", DAY, "Moving to Mars", opt_out=False).warnings
    assert '"Other"' in warning
    assert form.tab.page.locator("[value='801']").input_value() == "801"


# --- before the first effect ---

READY = {
    "no date field": ("<h3>Required for Cancellation</h3>", "words.form.date"),
    "no reason field": (DATED + "<button>Save</button>", "words.form.reason"),
    "a reason that is not offered": (
        FORM.replace("Other", "Closed") + "<button>Save</button>", 'offered: "Too expensive", "Closed"',
    ),
    "no box": (FORM + "<button>Save</button>", "words.form.opt_out"),
    "no button": (f"<form>{FORM} Opt Out <input type=checkbox><button>Keep it</button></form>", '"Keep it"'),
}  # fmt: skip


@pytest.mark.parametrize("what", READY)
def test_what_would_keep_the_form_from_being_filled_in_is_known_beforehand(show: Show, page: Page, what: str) -> None:
    body, told = READY[what]
    before = show(body).look().text
    form = OrganizationPage(show(body)).form
    troubles = form.ready("Moving to Mars", opt_out=True).lacks
    assert any(told in trouble for trouble in troubles), troubles
    assert form.tab.look().text == before
    assert page.title() == "t"


def test_a_form_in_order_is_ready_and_its_own_button_is_known_by_many_names(show: Show) -> None:
    for words in ("Save Changes", "Submit Form", "Record Cancellation", "Send"):
        form = OrganizationPage(show(f"<form>{FORM}<button>{words}</button></form><button>Save</button>")).form
        assert form.ready("Moving to Mars", opt_out=False) == FormReady((), "Other")
        assert form.save_button(form.tab.look()).control.name == words


# --- decoration ---


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [("[Cancelled]", "Cancelled"), ("[ ORGANIZATION ]", "Organization"), ("\u2039 All", "All"), ("\u2190 Back", "Back"),
     ("<< Back", "Back"), ("\u00ab Back", "Back")],
)  # fmt: skip
def test_decoration_is_no_word(seen: str, wanted: str) -> None:
    assert same_words(seen, wanted)


def test_round_brackets_and_other_words_count() -> None:
    assert not same_words("(NewManageAcctsLink)", "NewManageAcctsLink")
    assert all(
        reads_as(seen, ("Other",)) for seen in ("Other (explain)", "Other - please specify", "OTHER:", "99 - OTHER")
    )
    assert not any(reads_as(seen, ("Other",)) for seen in ("Other (competitor)", "Another", "Other product"))


# --- a record that is read first and edited afterwards, with its form in a window ---

READ_ONLY = (
    "<h1>Acct # 611974</h1><table><tr><td>Account Name<td>12-10 Test</table>"
    "<table><tr><td>SERVER<br>LOCATION<td>&nbsp;</table>"
    '<table><tr><td>{told}<td><a href="javascript:pop()">Required for&nbsp;Cancellation</a>'
    "<tr><td>Y<td>Opt Out of any future emails</table>"
)
EDITED = "<h1>Acct # {number}</h1><p>Account Name: 12-10 Test</p>" + LOCATION + UPDATE
WINDOW = (
    "<p>Acct # 611974 12-10 Test</p><table><tr><td>Date of Cancellation<td><input><tr><td>Reason"
    "<td><select><option><option>Too expensive<option>99 - OTHER</select></table>"
)


def read_only(told: str = "(not filed)", number: str = "611974") -> str:
    edit = "document.body.innerHTML = document.getElementById('edited').innerHTML"
    return (
        READ_ONLY.format(told=told) + f'<input type=button value=Modify onclick="{edit}">'
        f"<template id=edited>{EDITED.format(number=number)}</template><template id=form>{WINDOW}</template>"
        "<script>function pop() { const form = document.getElementById('form').innerHTML;"
        " open('', 'RFC', 'width=500,height=400').document.write(form); }</script>"
    )


def test_a_form_that_a_link_opens_in_a_window_is_filled_in_there(show: Show) -> None:
    record = OrganizationPage(show(read_only()))
    reading = record.read_form(record.show_form())
    assert (reading.date, reading.reason) == ("", "")
    record.form.fill("11/30/2026", DAY, "Too expensive", opt_out=False)
    assert record.form_page is not None
    assert record.form_page.identity().lines
    reading = record.form.read(record.show_form())
    assert (reading.date, reading.reason) == ("11/30/2026", "Too expensive")
    assert record.here(), "the record is still on its own page"


def test_what_the_record_tells_of_such_a_form_comes_first(show: Show) -> None:
    record = OrganizationPage(show(read_only("30-NOV-2026 / 99 - OTHER Too expensive")))
    told = record.read_form(record.show_form())
    assert (told.date, told.reason, told.reason_text, told.opt_out) == (
        "30-NOV-2026",
        "99 - OTHER",
        "Too expensive",
        True,
    )


@pytest.mark.parametrize("text", ["11/01/2026 jsmith", "Last changed 11/01/2026", "99 - OTHER", "Too expensive"])
def test_a_date_or_a_reason_alone_does_not_say_that_the_form_was_filed(show: Show, text: str) -> None:
    record = OrganizationPage(show(read_only(text)))
    assert record.read_form(record.show_form()).date == ""


def test_a_change_of_something_else_is_not_taken_for_the_edit_of_the_record(show: Show, page: Page) -> None:
    change = "<p>App Module <select><option>A</select> <button onclick='document.title += 1'>Change</button></p>"
    record = OrganizationPage(show(READ_ONLY.format(told="") + change))
    with pytest.raises(Missing):
        record.press_update()
    assert page.title() == "t"


def test_the_record_is_still_looked_at_after_the_forms_window_was(show: Show) -> None:
    record = OrganizationPage(show(read_only() + UPDATE))
    record.show_form()
    assert record.update_button().control.name == "Update"


def test_update_that_is_there_only_while_the_record_is_edited_is_reached_by_modify(show: Show, page: Page) -> None:
    record = OrganizationPage(show(read_only()))
    record.enter_server_location("https://aws05.test/")
    record.press_update()
    assert page.title() == "t1"
    assert page.input_value("input[name=loc]") == "https://aws05.test/"


def test_a_record_that_becomes_anothers_when_it_is_edited_is_not_updated(show: Show, page: Page) -> None:
    record = OrganizationPage(show(read_only(number="611975")))
    with pytest.raises(Ambiguous):
        record.press_update()
    assert page.title() == "t"


@pytest.mark.parametrize("label", ["Reason for Cancelling", "Reason for Canceling:", "Reason why they cancelled"])
def test_a_reason_by_another_name_is_the_reason(show: Show, label: str) -> None:
    record = OrganizationPage(show(FORM.replace("Reason:", label) + UPDATE))
    assert record.form.ready("Too expensive", opt_out=False).lacks == ()
