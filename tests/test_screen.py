"""What stands on a screen, read from small pages in a real browser, with pytest-playwright's `page`."""

from decimal import Decimal
from unittest.mock import MagicMock

import pytest
from playwright.sync_api import Page, Route

from flows.errors import CancellationError
from flows.identity import line_that_states_both
from flows.runner import Runner
from page_objects.admin_page import obstacle_on
from page_objects.ar_billing_page import ArBillingPage
from page_objects.billing_table import BillingTable
from page_objects.cancel_page import CancelPage
from page_objects.grid import visual_rows
from page_objects.link_menu import LinkMenu
from page_objects.obstacles import Ambiguous, DeadLink, Missing, NotHere, SiteDown, UnexpectedDialog
from page_objects.organization_page import OrganizationPage
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.words import Words
from tests.conftest import Show

LABELLED = {
    "a cell to the left": "<table><tr><td>Account&nbsp;Name :<td><input value=X></table>",
    "a heading cell": "<table><tr><th>Account Name<td><input value=X></table>",
    "a cell above": "<table><tr><td>Account Name<tr><td><input value=X></table>",
    "a label element": "<label for=a>Account Name</label><p>and far below</p><input id=a value=X>",
    "a label around": "<label>Account Name <input value=X></label>",
    "a label with a line break": "<label for=a>Account<br>Name:</label> <input id=a value=X>",
    "text before it": "Account name: <input value=X>",
    "text above it": "<div>ACCOUNT NAME</div><div><input value=X></div>",
    "a definition list": "<dl><dt>Account Name</dt><dd><input value=X></dd></dl>",
    "aria-label": "<input aria-label='Account Name' value=X>",
    "aria-labelledby": "<b id=n>Account Name</b><hr><p>more</p><input aria-labelledby=n value=X>",
    "a placeholder": "<input placeholder='Account Name' value=X>",
    "a select box": "<table><tr><td>Account Name<td><select><option>W<option selected>X</select></table>",
    "a text area": "<table><tr><td>Account Name<td><textarea>X</textarea></table>",
    "a read-only field": "<table><tr><td>Account Name<td><input readonly value=X></table>",
    "next to another": "<table><tr><td>Name<td><input value=A><td>Account Name<td><input value=X></table>",
}
TOLD = {
    "the next cell": "<table><tr><td>Status:<td>DELETE</table>",
    "the cell below its heading": "<table><tr><th>No<th>Status<tr><td>7<td>DELETE</table>",
    "a definition": "<dl><dt>Status</dt><dd>DELETE</dd></dl>",
    "the same line": "<p>Status: DELETE</p>",
    "bold and plain": "<p><b>Status:</b> DELETE</p>",
    "two columns": "<div style='display:flex'><div style='width:200px'>Status</div><div>DELETE</div></div>",
    "a line below": "<div><div>Status</div><div>DELETE</div></div>",
}
BILLS = [("7", "11/23/2026", "$1,234.50", "Paid"), ("8", "12/23/2026", "$5.00", "Scheduled")]
HEADINGS = ("Invoice", "Due Date", "Amount", "Status")


def row(cells: tuple[str, ...], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def divs(cells: tuple[str, ...], outer: str = "", inner: str = "") -> str:
    style = "display:inline-block;width:150px"
    return f"<div {outer}>" + "".join(f"<div {inner} style='{style}'>{cell}</div>" for cell in cells) + "</div>"


ROWS = row(HEADINGS) + "".join(map(row, BILLS))
TABLES = {
    "a table": f"<table>{row(HEADINGS, 'th')}{''.join(map(row, BILLS))}</table>",
    "a table without th": f"<table>{ROWS}</table>",
    "a table in a table for layout": f"<table><tr><td>Menu<td><table>{ROWS}</table></table>",
    "a remark across": f"<table><tr><td colspan=4>Your bills</tr>{ROWS}</table>",
    "an ARIA grid": "<div role=grid>" + divs(HEADINGS, "role=row", "role=columnheader")
    + "".join(divs(bill, "role=row", "role=gridcell") for bill in BILLS) + "</div>",
    "only by sight": divs(HEADINGS) + "".join(map(divs, BILLS)),
}  # fmt: skip


@pytest.mark.parametrize("how", LABELLED)
def test_a_field_is_found_by_the_label_beside_it(show: Show, how: str) -> None:
    found = show(LABELLED[how]).look().one_field(("Account Name",))
    assert found.control.value == "X"


@pytest.mark.parametrize("how", TOLD)
def test_a_value_is_read_beside_its_label(show: Show, how: str) -> None:
    assert [value for _, value in show(TOLD[how]).look().values(("Status",))] == ["DELETE"]


def test_an_empty_value_is_not_the_next_labels(show: Show) -> None:
    body = "<table><tr><td>Server Location:<td><tr><td>Server:<td>05</table>"
    assert [value for _, value in show(body).look().values(("Server Location",)) if value] == []


def test_the_same_label_twice_is_an_error_never_the_first_one(show: Show) -> None:
    screen = show("<label>Date <input></label><label>Date <input></label>").look()
    with pytest.raises(Ambiguous):
        screen.one_field(("Date",))
    with pytest.raises(Missing):
        screen.one_field(("Time",))


@pytest.mark.parametrize(
    "mark_up",
    [
        "<a href=x>Set Account\n Status&nbsp;= <br> 'DELETE'</a>",
        "<button>SET ACCOUNT STATUS = 'DELETE'</button>",
        "<input type=submit value=\"Set Account Status = 'DELETE'\">",
        "<input type=image alt=\"Set Account Status = 'DELETE'\" width=50 height=20>",
        "<span role=link style=cursor:pointer>Set Account Status = \u2018DELETE\u2019</span>",
        "<div onclick='1'>Set Account <b>Status</b> = 'DELETE'</div>",
    ],
)
def test_a_link_is_found_by_its_words_whatever_it_is_made_of(show: Show, mark_up: str) -> None:
    body = mark_up + "<a href=y>Set Account Status = 'ACTIVE'</a> <p>Set Account Status = 'DELETE'</p>"
    found = show(body).look().operable(("Set Account Status = 'DELETE'",))
    assert len(found) == 1
    assert not found[0].control.plainly_dead


@pytest.mark.parametrize(
    "hidden",
    ["style=display:none", "hidden", "style=visibility:hidden", "style=position:absolute;left:-999px"],
)
def test_what_a_person_does_not_see_is_not_there(show: Show, hidden: str) -> None:
    screen = show(f"<div {hidden}><a href=x>Update</a> Secret</div><p>Seen</p>").look()
    assert screen.operable(("Update",)) == []
    assert screen.text == "Seen"


@pytest.mark.parametrize(
    "dead", ["<a>Update</a>", "<button disabled>Update</button>", "<a href=x aria-disabled=true>Update</a>"]
)
def test_a_dead_link_is_known_as_dead(show: Show, dead: str) -> None:
    assert show(dead).look().one_operable(("Update",)).control.plainly_dead


def test_frames_are_read_but_for_those_that_take_no_room(show: Show) -> None:
    tab = show(
        "<p>out</p><iframe srcdoc='<p>in</p>'></iframe>"
        "<iframe width=1 height=1 frameborder=0 srcdoc='<p>no</p>'></iframe>"
    )
    screen = tab.until(lambda now: now if len(now.documents) > 1 else None, "the frame")
    assert screen.text.splitlines() == ["out", "in"]


# --- tables ---


@pytest.mark.parametrize("how", TABLES)
def test_a_table_is_read_under_its_headings_whatever_it_is_made_of(show: Show, how: str) -> None:
    tab = show(TABLES[how])
    (grid,) = BillingTable(tab).grids_on(tab.look())
    assert [tuple(one.under((heading,)) for heading in HEADINGS) for one in grid.rows] == BILLS
    rows = BillingTable(tab).read_all()
    assert [(one.number, one.amount, one.status) for one in rows] == [
        ("7", Decimal("1234.50"), "Paid"),
        ("8", Decimal("5.00"), "Scheduled"),
    ]


def test_an_empty_cell_moves_no_other_under_its_heading(show: Show) -> None:
    bills = [("7", "", "$5.00", "Paid"), ("", "12/23/2026", "", "Scheduled")]
    tab = show(f"<table>{row(HEADINGS)}{''.join(map(row, bills))}</table>")
    (grid,) = BillingTable(tab).grids_on(tab.look())
    assert [tuple(one.under((heading,)) for heading in HEADINGS) for one in grid.rows] == bills


def test_a_list_of_results_is_read_row_by_row(show: Show) -> None:
    names = ("12-10 Test", "12-10 Test 2")
    body = "".join(row((f"<a href=?{place}>{name}</a>", f"61197{place}")) for place, name in enumerate(names))
    found = visual_rows(show(f"<table>{body}</table>").look().main)
    assert [one.texts for one in found] == [("12-10 Test", "611970"), ("12-10 Test 2", "611971")]


def paged(pager: str) -> str:
    """Three pages of one row; `pager` calls turn(n), and may ask for `now`."""
    return f"""<table>{row(HEADINGS)}<tbody id=rows></tbody></table><div id=pager></div><script>
      function turn(n) {{ now = n; const cells = [n, "12/0" + n + "/2026", "$" + n + ".00", "Scheduled"];
        rows.innerHTML = "<tr>" + cells.map(c => "<td>" + c + "</td>").join("") + "</tr>";
        pager.innerHTML = {pager}; }}
      turn(1);</script>"""


PAGERS = {
    "numbers": "[1, 2, 3].map(n => n == now ? n : `<a href='javascript:turn(${n})'>${n}</a>`).join(' ')",
    "Next, gone at the end": "now < 3 ? `<a href='javascript:turn(${now + 1})'>Next</a>` : ''",
    "Next, disabled at the end": "`<button ${now > 2 ? 'disabled' : ''} onclick='turn(${now + 1})'>Next</button>`",
    "a select box": "`<select onchange='turn(+this.value)'>` + [1, 2, 3].map(n => `<option value=${n} "
    "${n == now ? 'selected' : ''}>Page ${n} of 3</option>`).join('') + '</select>'",
}


@pytest.mark.parametrize("pager", PAGERS)
def test_every_page_of_a_table_is_read(show: Show, pager: str) -> None:
    rows = BillingTable(show(paged(PAGERS[pager]))).read_all()
    assert [one.number for one in rows] == ["1", "2", "3"]


def test_a_table_that_says_it_has_more_pages_than_can_be_reached_is_no_proof(show: Show) -> None:
    with pytest.raises(NotHere, match="Page 1 of 3"):
        BillingTable(show(TABLES["a table"] + "<p>Page 1 of 3</p>")).read_all()


def test_empty_and_did_not_load_are_told_apart(show: Show) -> None:
    assert BillingTable(show("<h2>Billing</h2><p>No billings found.</p>")).read_all() == ()
    with pytest.raises(NotHere):
        BillingTable(show("<h2>Billing</h2>")).read_all()


def test_rows_that_come_late_are_waited_for(show: Show) -> None:
    late = f"<div id=t></div><script>setTimeout(() => t.innerHTML = `{TABLES['a table']}`, 250)</script>"
    assert len(BillingTable(show(late)).read_all()) == 2


# --- page objects on pytest-playwright's page ---


def test_a_page_object_takes_the_page_as_it_is(page: Page) -> None:
    page.set_content(f"<a href=#c>Cancelled</a>{TABLES['a table']}")
    billing = ArBillingPage(Tab(page))
    assert billing.here()
    assert [one.status for one in billing.rows()] == ["Paid", "Scheduled"]
    page.set_content("<table><tr><td>Account Number<td>611974<tr><td>Account Name<td>12-10 Test</table>")
    identity = OrganizationPage(page).identity()  # type: ignore[arg-type]
    assert (identity.numbers, identity.names) == (("611974",), ("12-10 Test",))


SIDEBAR = "<aside>Recently viewed <a href=/a>611974 - 12-10 Test</a><br><a href=/b>12-10 Test 2 (611975)</a></aside>"


@pytest.mark.parametrize(
    ("body", "stated"),
    [
        (f"<h1>611975 - 12-10 Test 2</h1>{SIDEBAR}", ""),
        (SIDEBAR.replace("<br>", " | "), ""),
        (f"<h1>611974 - 12-10 Test</h1>{SIDEBAR}", "611974 - 12-10 Test"),
        (f"<a href=/ar>Link to AR: 611974 - 12-10 Test</a>{SIDEBAR}", "Link to AR: 611974 - 12-10 Test"),
        ("<a href=/a>611974 - 12-10 Test</a> &gt; <a href=/t>Ticket 1234567</a> &gt; Cancel", "611974 - 12-10 Test"),
    ],
)
def test_a_list_of_links_to_accounts_says_nothing_of_whose_page_it_is(show: Show, body: str, stated: str) -> None:
    lines = CancelPage(show(body)).identity().lines
    assert line_that_states_both(lines, "611974", "12-10 Test", Words().organization.identity) == stated


FOUR_LINKS = "".join(
    f"<p><a href='javascript:void({act})'>{words}</a></p>"
    for words, act in {
        "Remove License Count, change to 0": 'confirm("Remove License Count?") && (document.title = "done")',
        "Cancel All Scheduled and Submitted Billings.": 'confirm("Purge it all?") && (document.title = "no")',
        "Set Account Status = &#39;DELETE&#39;": "0",
        "Set Organization / Contact Info": "0",
    }.items()
)


def test_a_question_about_the_link_is_accepted_and_one_about_anything_else_is_not(show: Show, page: Page) -> None:
    links = CancelPage(show(FOUR_LINKS))
    assert [dialog.accepted for dialog in links.remove_license_count().dialogs] == [True]
    assert page.title() == "done"
    with pytest.raises(UnexpectedDialog, match="Purge"):
        links.cancel_billings()
    assert page.title() == "done"


@pytest.mark.parametrize("carries_on", ["Yes, do it", "Save changes", "Apply Changes"])
def test_a_form_in_between_is_filled_in_and_its_button_pressed(show: Show, page: Page, carries_on: str) -> None:
    form = f"<div id=m hidden>License Count <input id=n value=5><button>Close</button><button onclick='document.title = n.value'>{carries_on}</button></div>"
    opens = FOUR_LINKS.replace("javascript:void(confirm", "javascript:void(m.hidden = false, 0 && confirm")
    CancelPage(show(opens + form)).remove_license_count()
    assert page.title() == "0"


def test_a_question_that_is_drawn_after_a_late_answer_is_answered(show: Show, page: Page) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(1200)
        route.fulfill(content_type="text/html", body="x", headers={"Access-Control-Allow-Origin": "*"})

    page.route("http://site.test/**", late)
    asks = "fetch(`http://site.test/`).then(() => setTimeout(() => { m.hidden = false; }, 150))"
    question = "<div id=m hidden><button>No</button><button onclick='document.title = 1'>Yes</button></div>"
    links = CancelPage(show(FOUR_LINKS.replace('confirm("Purge it all?") && (document.title = "no")', asks) + question))
    links.cancel_billings()
    assert page.title() == "1"


IN_BETWEEN = """<script>function ask() { const box = document.createElement('div'); box.innerHTML = `
    <p><span id=l>Account Status</span> <button type=button id=v aria-haspopup=listbox aria-labelledby="l v"
      onclick="o.hidden = false">ACTIVE</button></p>
    <div id=o role=listbox hidden>${['ACTIVE', 'HOLD', %s].map(one => '<div role=option onclick="v.textContent'
      + ' = this.textContent; o.hidden = true">' + one + '</div>').join('')}</div>
    <button type=button onclick="document.title = v.textContent">Apply</button>`; document.body.append(box); }</script>
  <p><a href="javascript:ask()">Set Account Status = 'DELETE'</a></p>"""


def test_a_status_that_is_chosen_from_a_list_is_chosen_before_it_is_applied(show: Show, page: Page) -> None:
    CancelPage(show(IN_BETWEEN % "'DELETE'")).set_status()
    assert page.title() == "DELETE"


def test_a_status_that_a_list_does_not_offer_is_not_applied(show: Show, page: Page) -> None:
    with pytest.raises(Missing, match="not offered"):
        CancelPage(show(IN_BETWEEN % "'CLOSED'")).set_status()
    assert page.title() == "t"


def test_a_list_beside_the_only_field_does_not_hide_it(show: Show, page: Page) -> None:
    form = "<input id=n value=5> <div role=combobox tabindex=0 aria-label=Note>none</div> <button onclick='document.title = n.value'>Save</button>"
    ask = f"document.getElementById('d').innerHTML = `{form}`; return false"
    CancelPage(
        show(f'<a href="#" onclick="{ask}">Remove License Count, change to 0</a><div id=d></div>')
    ).remove_license_count()
    assert page.title() == "0"


LABEL = "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"
LIVE = "<a href='javascript:document.title=1'>(NewManageAcctsLink)</a>"
MENUS = {
    "details": f"<details><summary>{LABEL}</summary>{LIVE}</details>",
    "a click menu": f"<button onclick='m.hidden = !m.hidden'>{LABEL}</button><div id=m hidden>{LIVE}</div>",
    "a hover menu": f"<style>#h div {{display: none}} #h:hover div {{display: block}}</style>"
    f"<div id=h><span>{LABEL}</span><div>{LIVE}</div></div>",
    "a select box that jumps": f"<label>{LABEL} <select onchange='document.title = this.selectedIndex'>"
    "<option>choose<option>(NewManageAcctsLink)</select></label>",
    "an arrow before it": f"<a href=\"javascript:void(m.hidden = false)\"><img src='data:,' width=20 height=20 alt='Show details for "
    f"{LABEL.replace('&', '&amp;')}'></a> {LABEL}<div id=m hidden>{LIVE}</div>",
    "a select box with Go": f"<table><tr><td>{LABEL}<td><select id=s><option>choose"
    "<option>(NewManageAcctsLink)</select><td><button onclick='document.title = s.selectedIndex'>Go</button>"
    "</table>",
}  # fmt: skip


@pytest.mark.parametrize("how", MENUS)
def test_the_purple_drop_down_opens_as_it_wants_to_be_opened(show: Show, page: Page, how: str) -> None:
    LinkMenu(show(MENUS[how]), LABEL).press(("(NewManageAcctsLink)",))
    page.wait_for_function("document.title == '1'")


@pytest.mark.parametrize(
    "dead",
    [
        f"<details open><summary>{LABEL}</summary>(NewManageAcctsLink)</details>",
        f"<details open><summary>{LABEL}</summary><a>(NewManageAcctsLink)</a></details>",
        f"<label>{LABEL} <select><option>choose<option disabled>(NewManageAcctsLink)</select></label>",
        f"<details open><summary>Old Links for 01 Server</summary>{LIVE}</details><p>{LABEL}</p>",
        "<p>nothing</p>",
    ],
)
def test_a_link_that_is_dead_missing_or_anothers_is_never_pressed(show: Show, page: Page, dead: str) -> None:
    with pytest.raises(DeadLink):
        LinkMenu(show(dead), LABEL).press(("(NewManageAcctsLink)",))
    assert page.title() == "t"


def test_a_menu_of_dead_links_is_shut_again(show: Show, page: Page) -> None:
    menu = f"<button onclick='m.hidden = !m.hidden'>{LABEL}</button><div id=m hidden><a>(NewManageAcctsLink)</a><a href=x>Other</a></div>"
    with pytest.raises(DeadLink):
        LinkMenu(show(menu), LABEL).press(("(NewManageAcctsLink)",))
    assert page.evaluate("m.hidden")


def test_a_screen_says_whether_it_has_changed(show: Show, page: Page) -> None:
    tab = show("<p id=p>one</p>")
    before: Screen = tab.look()
    assert tab.look().state == before.state
    page.evaluate("p.textContent = 'two'")
    assert tab.look().state != before.state


def test_maintenance_is_told_from_a_site_that_is_down(show: Show) -> None:
    tab = show("<h1>Scheduled maintenance</h1><p>The CRM is back at noon.")
    met = obstacle_on(tab.look(), tab.words, tab)
    assert isinstance(met, SiteDown)  # so it is waited for in the same way
    for obstacle, code in ((met, "maintenance"), (SiteDown("no answer"), "site_down")):
        with pytest.raises(CancellationError) as end:
            Runner(MagicMock(), recoveries=()).carefully(MagicMock(side_effect=obstacle))
        assert end.value.code == code
