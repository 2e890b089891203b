"""The billing page where its table is no plain one: small pages in a real browser."""

import datetime as dt

import pytest
from playwright.sync_api import Page, Route

from flows.model import BillingRow
from flows.profile import Site, SiteProfile
from flows.reading import unknown_statuses, unreadable_dates
from page_objects.ar_billing_page import ArBillingPage
from page_objects.billing_table import BillingRowSeen, BillingTable
from page_objects.obstacles import Ambiguous, Missing, NotHere, RoleDenied, SignedOut
from page_objects.tab import Tab
from tests.conftest import Show
from tests.test_screen import BILLS, HEADINGS, divs, row

BODY = "".join(map(row, BILLS))


def table(*rows: str) -> str:
    return f"<table border=1>{''.join(rows)}</table>"


def inner(*cells: str) -> str:
    return f"<table>{row(cells)}</table>"


def statuses(tab: Tab) -> list[str]:
    return [one.status for one in BillingTable(tab).read_all()]


def seen(tab: Tab) -> list[tuple[str, str, str, str]]:
    return [(one.number, one.due, one.amount_text, one.status) for one in BillingTable(tab).read_all()]


def test_the_billing_page_is_the_frame_with_the_billings_though_the_tabs_have_one_of_their_own(show: Show) -> None:
    tabs = "<iframe srcdoc='<a href=x>Billing</a><br><a href=y>Cancelled</a>'></iframe>"
    rows = "".join(map(row, (HEADINGS, *BILLS)))
    tab = show(f'{tabs}<iframe width=900 height=300 srcdoc="<p>611974 - 12-10 Test</p><table>{rows}</table>"></iframe>')
    tab.until(lambda now: len(now.documents) == 3 or None, "the frames")
    tab.until(lambda now: "12-10" in now.text or None, "the billings")
    billing = ArBillingPage(tab)
    assert "611974 - 12-10 Test" in billing.identity().lines


# --- tables within tables ---

NESTED = {
    "the status": table(row(HEADINGS), *(row((*bill[:3], inner(bill[3]))) for bill in BILLS)),
    "the first cells, headings too": table(
        row((inner(*HEADINGS[:2]), *HEADINGS[2:])), *(row((inner(*bill[:2]), *bill[2:])) for bill in BILLS)
    ),
    "every cell": table(row(tuple(map(inner, HEADINGS))), *(row(tuple(map(inner, bill))) for bill in BILLS)),
    "every row": table(*(row((inner(*cells),)) for cells in (HEADINGS, *BILLS))),
    "the whole table, for layout": table(row(("Menu", table(row(HEADINGS), *(row((*b[:3], inner(b[3]))) for b in BILLS))))),
    "three deep": table(row(HEADINGS), *(row((*bill[:3], inner(inner(inner(bill[3]))))) for bill in BILLS)),
}  # fmt: skip


@pytest.mark.parametrize("what", NESTED)
def test_what_stands_in_a_table_within_a_cell_belongs_to_the_row(show: Show, what: str) -> None:
    assert seen(show(f"<style>td {{min-width: 90px}}</style>{NESTED[what]}")) == BILLS


# --- empty, or not read ---

HEADED = table(row(HEADINGS))
EMPTY = {
    "a sentence": "<p>There are no billings for this account.</p>",
    "a remark": "<p>No cancelled bills</p>",
    "a count": "<p>0 records</p>",
    "a count after its label": "<p>Records: 0</p>",
    "none": f"{HEADED}<p>-- none --</p>",
    "a row": table(row(HEADINGS), "<tr><td colspan=4>(none)"),
    "a caption": f"<table><caption>0 invoices</caption><thead>{row(HEADINGS)}</thead><tbody></tbody></table>",
    "a total": table(row(HEADINGS), row(("Total", "", "$0.00", ""))),
    "nothing of nothing": f"{HEADED}<p>Showing 0 to 0 of 0 entries</p>",
}
UNREAD = {
    "headings alone": HEADED,
    "a total of something": table(row(HEADINGS), row(("Total", "", "$49.95", ""))) + "<p>No records</p>",
    "nothing of another kind": f"{HEADED}<table><tr><td>Discount<td>None</table>",
    "a title": "<h2>Billing</h2>",
}


@pytest.mark.parametrize("how", EMPTY)
def test_a_table_is_empty_if_the_page_says_so(show: Show, how: str) -> None:
    assert seen(show(f"<h2>Billing</h2>{EMPTY[how]}")) == []


@pytest.mark.parametrize("how", UNREAD)
def test_a_table_without_rows_is_not_read_unless_the_page_says_that_it_is_empty(show: Show, how: str) -> None:
    with pytest.raises(NotHere, match=r"words\.billing\.nothing"):
        seen(show(UNREAD[how]))


def test_rows_that_take_the_place_of_no_records_are_waited_for(show: Show) -> None:
    late = f"<div id=t><p>No records</p></div><script>setTimeout(() => t.innerHTML = `{table(row(HEADINGS), BODY)}`, 200)</script>"
    assert len(seen(show(late))) == 2


def test_rows_that_are_drawn_one_by_one_are_all_read(show: Show) -> None:
    tab = show(f"{table(row(HEADINGS))}<script>const t = document.querySelector('tbody'), rows = `{BODY}`.split('</tr>');"
               "for (const at of [0, 1]) setTimeout(() => t.insertAdjacentHTML('beforeend', rows[at]), 150 * (at + 1))</script>")  # fmt: skip
    tab.look()
    assert len(seen(tab)) == 2


# --- a word outside of the rows ---

PAID = table(row(HEADINGS), row(BILLS[0]))
STRAY = {
    "a line": f"{PAID}<p>Scheduled</p>",
    "with more words": f"{PAID}<p>SCHEDULED (retry 2)</p>",
    "a card": f"{PAID}<div>Invoice 9</div><div>Due 12/23/2026</div><div>Status: Scheduled</div>",
    "a card in pieces": f"{PAID}<div><div>Status</div><div>Scheduled</div></div><div><p>Key</p><p>Submitted</p></div>",
    "a cell of another table": f"{PAID}<hr><br><br><br>{table(row(('9', 'Annual plan', '12/23/2026', 'Submitted')))}",
    "a link in a row that was not read": f"{PAID}<br><br><br><br>{table(row(('9', '12/23/2026', '<a href=x>Scheduled</a>')))}",
    "under no heading, beside a status": table(row((*HEADINGS, "")), row((*BILLS[0], "Scheduled"))),
    "with a date": f"{PAID}<p>Scheduled for 12/23/2026</p>",
    "behind a sign": f"{PAID}<p>\U0001f553 Scheduled</p>",
}
"""A person would not say that nothing is scheduled."""


@pytest.mark.parametrize("how", STRAY)
def test_a_scheduled_billing_that_was_not_read_as_a_row_is_an_error(show: Show, how: str) -> None:
    with pytest.raises(Ambiguous, match=r"(?i)scheduled|submitted"):
        seen(show(STRAY[how]))


HARMLESS = {
    "tabs": "<a href=a>Billing</a> <a href=b>Scheduled</a> <a href=c>Cancelled</a>",
    "the tab that is open": "<span>Scheduled</span> <a href=c>Cancelled</a>",
    "a heading": table(row(("Invoice", "Scheduled Date", "Amount", "Status"), "th"), row(BILLS[0])),
    "a count": "<p>Scheduled: 0</p><p>Submitted (0)</p><p>Scheduled: $0.00</p>",
    "counts in a table": table(row(("Scheduled", "0")), row(("Submitted", "0"))),
    "the link of 6.2": "<a href=x>Cancel All Scheduled and Submitted Billings.</a>",
    "a legend": "<p>Legend: <b>Scheduled</b> <i>Paid</i> <u>Cancelled</u></p>",
    "a legend, one below the other": "<ul><li>Scheduled<li>Submitted<li>Paid</ul>",
    "filters": "<label><input type=checkbox>Scheduled</label> <select><option>Scheduled</select>",
    "a sentence": "<p>Billings that are Scheduled will be charged to the card on file.</p>",
    "a message": "<p>All scheduled and submitted billings have been cancelled.</p>",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_the_word_scheduled_that_is_no_billing_does_no_harm(show: Show, what: str) -> None:
    assert statuses(show(f"<div>{HARMLESS[what]}</div><hr>{PAID}"))[0] == "Paid"


def test_a_page_that_counts_scheduled_billings_which_were_not_read_is_no_proof(show: Show) -> None:
    with pytest.raises(Ambiguous, match="Scheduled: 2"):
        seen(show(f"<p>Scheduled: 2</p>{PAID}"))
    assert len(seen(show(f"<p>Scheduled: 1</p>{table(row(HEADINGS), BODY)}"))) == 2


# --- which column is the status ---

BLANK = (*HEADINGS[:3], "")
UNHEADED = {
    "an empty heading": table(row(BLANK, "th"), BODY),
    "a heading that is not known": table(row((*HEADINGS[:3], "St.")), BODY),
    "no heading above it": table(row(HEADINGS[:3]), BODY),
    "by sight": divs(HEADINGS[:3]) + "".join(map(divs, BILLS)),
}


@pytest.mark.parametrize("how", UNHEADED)
def test_a_column_of_statuses_is_known_by_what_stands_in_it(show: Show, how: str) -> None:
    assert seen(show(UNHEADED[how])) == BILLS


def test_a_table_without_any_headings_is_read_by_what_stands_in_it(show: Show) -> None:
    assert [one[1:] for one in seen(show(table(BODY)))] == [bill[1:] for bill in BILLS]


def test_a_status_never_seen_before_is_a_row_all_the_same(show: Show) -> None:
    bills = [*BILLS, ("9", "01/23/2027", "$5.00", "On hold"), ("10", "02/23/2027", "$5.00", "PAID - thank you")]
    for heading in ("Status", ""):
        assert seen(show(table(row((*HEADINGS[:3], heading)), *map(row, bills)))) == bills


def test_where_no_column_tells_a_status_the_profile_is_asked_for_it(show: Show) -> None:
    bills = [("9", "01/23/2027", "$5.00", "On hold"), ("10", "02/23/2027", "$5.00", "In queue")]
    with pytest.raises(Missing, match=r"words\.billing\.status"):
        seen(show(table(row(BLANK), *map(row, bills))))


def test_two_columns_that_could_be_the_status_are_an_error(show: Show) -> None:
    bills = [(*bill, "Paid") for bill in BILLS]
    with pytest.raises(Ambiguous, match=r"words\.billing\.status"):
        seen(show(table(row((*BLANK, "")), *map(row, bills))))


def test_another_table_with_a_status_is_no_billing(show: Show) -> None:
    account = table(row(("Account", "Status")), row(("12-10 Test", "ACTIVE")))
    assert statuses(show(account + table(row(HEADINGS), BODY))) == ["Paid", "Scheduled"]


def test_totals_repeated_headings_and_lines_between_rows_are_no_billings(show: Show) -> None:
    between = "<tr><td colspan=4>2026</tr>", "<tr><td colspan=4>Scheduled</tr>"
    rows = (row(HEADINGS), between[0], row(BILLS[0]), row(HEADINGS), between[1], row(BILLS[1]))
    totals = (row(("Total", "", "$1,239.50", "")), "<tr><td colspan=2>Grand total<td>$9.00<td>2 bills</tr>")
    assert seen(show(table(*rows, *totals))) == BILLS


def test_a_row_with_cells_that_span_columns_is_a_billing(show: Show) -> None:
    wide = "<tr><td colspan=3>Annual plan from 12/23/2026, $5.00<td>Scheduled</tr>"
    assert statuses(show(table(row(HEADINGS), row(BILLS[0]), wide))) == ["Paid", "Scheduled"]


# --- pages ---


def pages(pager: str, rows: str = "[n]", body: str = "") -> str:
    """Pages of the rows that `rows` gives for page n; `pager` calls turn(n), and may ask for `now`."""
    return f"""{body}<table>{row(HEADINGS)}<tbody id=rows></tbody></table><div id=pager></div><script>
      const one = n => "<tr>" + [n, "12/01/2026", "$5.00", "Scheduled"].map(c => "<td>" + c + "</td>").join("") + "</tr>";
      function turn(n) {{ window.now = n; rows.innerHTML = {rows}.map(one).join(""); pager.innerHTML = {pager}; }}
      turn(1);</script>"""


def link(target: str, words: str) -> str:
    return f"`<a href='javascript:turn({target})'>{words}</a>`"


PAGERS = {
    "Load more": pages(f"now < 3 ? {link('${now + 1}', 'Load more')} : ''", "[1, 2, 3].slice(0, n)"),
    "Load more, which stays": pages(link("${Math.min(now + 1, 3)}", "Load more"), "[1, 2, 3].slice(0, n)"),
    "Show all": pages(f"now == 1 ? {link('2', 'Show all')} : ''", "(n == 1 ? [1] : [1, 2, 3])"),
    "a picture": pages(f"now < 3 ? {link('${now + 1}', '<img alt=[Next] width=9 height=9>')} : ''"),
    "brackets": pages(f"`Page ${{now}} of 3` + (now < 3 ? {link('${now + 1}', '[Next &gt;&gt;]')} : '')"),
    "Next, which stays": pages(link("${Math.min(now + 1, 3)}", "Next")),
    "dots after the numbers": pages("[1, 2, 3].slice(0, now < 3 ? 2 : 3).map(n => n == now ? n : "
                                    f"{link('${n}', '${n}')}).join(' ') + (now < 3 ? ' ' + {link('3', '...')} : '')"),
}  # fmt: skip


@pytest.mark.parametrize("pager", PAGERS)
def test_every_page_is_read_once(show: Show, pager: str) -> None:
    assert [one[0] for one in seen(show(PAGERS[pager]))] == ["1", "2", "3"]


def test_a_page_that_equals_the_one_before_is_read_too(show: Show) -> None:
    numbers = "[1, 2].map(n => n == now ? n : `<a href='javascript:turn(${n})'>${n}</a>`).join(' ')"
    assert len(seen(show(pages(numbers, "[7]")))) == 2


def test_a_table_that_shows_a_part_and_nothing_to_turn_is_not_read(show: Show) -> None:
    with pytest.raises(NotHere, match="Showing 1 of 3"):
        seen(show(f"{PAID}<p>Showing 1 of 3</p>"))


def test_a_role_error_that_comes_after_the_tabs_is_a_role_error(show: Show) -> None:
    late = "Sorry your current role does not have access to this page. Please contact your company administrator."
    body = f"<div id=b><a href='#'>Billing</a> <a href='#'>Cancelled</a></div><script>setTimeout(() => {{ b.textContent = '{late}'; }}, 700)"
    billing = ArBillingPage(show(f"{body}</script>"))
    assert billing.here()
    with pytest.raises(RoleDenied):
        billing.rows()


def virtual(count: int, how: str, state: str = "") -> str:
    """A list in a box of its own that draws (or `adds`) only the rows in sight; the last one is Scheduled."""
    adds = how == "adds"
    cells = f"['#' + i, '12/01/2026', '$5.00', i === {count - 1} ? 'Scheduled' : 'Paid']"
    first = "0" if adds else "Math.max(0, Math.floor(s.scrollTop / 30) - 1)"
    last = "Math.max(r.children.length, s.scrollTop / 30 + 7)" if adds else "s.scrollTop / 30 + 7"
    longer = f"p.style.height = Math.min({count}, last + 2) * 30 + 'px';" if adds else ""
    return f"""<div role=grid {state}>{divs(HEADINGS, "role=row", "role=columnheader")}
      <div id=s style="height:150px;overflow-y:auto;width:700px"><div id=p style="position:relative;height:{count * 30}px">
      <div id=r></div></div></div></div><script>const draw = () => {{
        const first = {first}, last = Math.min({count}, {last});
        {longer}
        r.innerHTML = Array.from({{length: Math.ceil(last - first)}}, (_, k) => first + k).map(i =>
          `<div role=row style="position:absolute;height:30px;top:${{i * 30}}px">` + {cells}.map(c =>
          `<div role=gridcell style="display:inline-block;width:150px">${{c}}</div>`).join('') + '</div>').join(''); }};
      s.onscroll = () => setTimeout(draw, 60); draw();</script>"""


@pytest.mark.parametrize("how", ["draws", "adds"])
def test_rows_that_come_only_when_the_list_is_scrolled_are_read(show: Show, page: Page, how: str) -> None:
    tab = show(virtual(40, how))
    read = BillingTable(tab).read_all()
    assert [one.number for one in read] == [f"#{place}" for place in range(40)]
    assert read[-1].status == "Scheduled"
    assert page.evaluate("s.scrollTop") == 0, "the list is left as it was found"


def test_a_list_that_says_that_it_has_more_rows_than_were_read_is_no_proof(show: Show, page: Page) -> None:
    table = BillingTable(show(virtual(9, "draws", "aria-rowcount=10 id=g")))
    assert len(table.read_all()) == 9
    page.evaluate("g.setAttribute('aria-rowcount', 12)")
    with pytest.raises(NotHere, match="says that it has 11 rows, and 9 were read"):
        table.read_all()


# --- the Cancelled tab ---

GONE = table(row(HEADINGS), row((*BILLS[1][:3], "Cancelled")))
SIGNED = GONE.replace("Cancelled", "\u2717 Cancelled")
NONE = "<p>There are no billings.</p>"


def tabbed(first: str, then: str, act: str, *, extra: str = "") -> str:
    return f"""<form action=http://site.test/c method=post><input type=hidden id=h></form><a href='javascript:void go()' id=c {extra}>Cancelled</a><div id=t>{first}</div><script>
      const then = `{then}`; function go() {{ {act} }}</script>"""


def cancelled(tab: Tab) -> list[BillingRowSeen]:
    return list(ArBillingPage(tab).cancelled_rows())


TABS = {
    "another document": (NONE, "h.setAttribute('value', 'c'); setTimeout(() => location = 'http://site.test/c', 50)"),
    "a form that is sent": (NONE, "h.setAttribute('value', 'c'); h.form.submit()"),
    "drawn late": (NONE, "setTimeout(() => t.innerHTML = then, 700); fetch('http://site.test/slow')"),
    "a filter over all rows": (table(row(HEADINGS), BODY, row((*BILLS[1][:3], "Cancelled"))), "t.innerHTML = then"),
    "a tab that is marked": (GONE, "c.setAttribute('aria-selected', 'true')"),
    "only cancelled rows all along": (GONE, "h.value = 'c'"),
    "a sign before each status": (SIGNED, "h.value = 'c'"),
}


@pytest.mark.parametrize("how", TABS)
def test_the_cancelled_tab_is_what_comes_after_the_press(show: Show, page: Page, how: str) -> None:
    def slowly(route: Route) -> None:
        page.wait_for_timeout(900)
        route.fulfill(content_type="text/html", body=f"<a>Cancelled</a>{GONE}")

    page.route("http://site.test/**", slowly)
    first, act = TABS[how]
    assert [one.status.removeprefix("\u2717 ") for one in cancelled(show(tabbed(first, GONE, act)))] == ["Cancelled"]


def test_a_tab_that_changes_nothing_is_not_taken_for_the_cancelled_one(show: Show) -> None:
    with pytest.raises(NotHere, match="Cancelled"):
        cancelled(show(tabbed(table(row(HEADINGS), BODY), "", "h.setAttribute('value', 'c')")))


def test_a_sign_in_over_the_page_is_what_the_tab_leads_to(show: Show) -> None:
    with pytest.raises(SignedOut):
        cancelled(show(tabbed(NONE, "<dialog open><input type=password></dialog>", "t.innerHTML = then")))


def test_the_cancelled_tab_needs_no_column_of_statuses(show: Show) -> None:
    plain = table(row(HEADINGS[:3]), row(BILLS[1][:3]))
    assert [one.number for one in cancelled(show(tabbed(NONE, plain, "t.innerHTML = then")))] == ["8"]


def test_a_page_without_a_cancelled_tab_says_which_key_to_set(show: Show) -> None:
    with pytest.raises(Missing, match=r'1 cancelled rows.*words\.billing\.cancelled_tab.*"History"'):
        cancelled(show(f"<a href=h>History</a>{GONE}"))


@pytest.mark.parametrize("name", ["[Cancelled]", "Cancelled (1)", "CANCELLED &gt;"])
def test_the_cancelled_tab_is_known_in_brackets_and_with_a_count(show: Show, name: str) -> None:
    body = tabbed(NONE, GONE, "t.innerHTML = then").replace(">Cancelled</a>", f">{name}</a>")
    assert len(cancelled(show(body))) == 1


def test_what_stands_on_a_tab_of_its_own_called_scheduled_is_read_too(show: Show) -> None:
    body = f"""<a href='javascript:void 0'>Paid</a> <a href='javascript:void (t.innerHTML = then)'>Scheduled</a>
      <a href=c>Cancelled</a><div id=t>{PAID}</div><script>const then = `{table(row(HEADINGS), row(BILLS[1]))}`</script>"""
    assert [one.status for one in ArBillingPage(show(body)).rows()] == ["Paid", "Scheduled"]


# --- what is made of it ---


def profile() -> SiteProfile:
    return SiteProfile(site=Site(base_url="http://site.test"))


@pytest.mark.parametrize(
    "text",
    ["2026-11-30", "Nov 30, 2026", "November 30, 2026", "30-Nov-2026", "30 Nov 2026", "Mon, Nov 30, 2026", "Monday 30 November 2026",
     "Nov. 30th, 2026", "11/30/2026"],
)  # fmt: skip
def test_a_date_that_cannot_be_misread_is_read_whatever_the_profile_says(text: str) -> None:
    assert profile().read_date(text) == dt.date(2026, 11, 30)


@pytest.mark.parametrize("text", ["30.11.2026", "30/11/2026", "Nov 31, 2026", "2026-11", "Nov 2026", "in 30 Nov 2026"])
def test_a_date_that_can_be_misread_is_none(text: str) -> None:
    assert profile().read_date(text) is None


def test_due_dates_that_cannot_be_read_are_said_with_their_text() -> None:
    rows = [
        BillingRow(status="Scheduled", cells=(("Due", "30.11.2026"), ("Status", "Scheduled"))),
        BillingRow(status="Paid", due=dt.date(2026, 1, 1), cells=(("Due", "01/01/2026"),)),
        BillingRow(status="Paid", cells=(("Due", ""),)),
    ]
    (said,) = unreadable_dates(rows, profile())
    assert '"30.11.2026"' in said
    assert "site.date_format" in said
    assert unreadable_dates(rows[1:], profile()) == ()


def test_a_known_status_with_more_words_is_known() -> None:
    rows = [BillingRow(status=status) for status in ("PAID - thank you", "\u2713 Paid", "On hold")]
    assert unknown_statuses(rows, profile(), dt.date(2026, 11, 25)) == (rows[2],)
