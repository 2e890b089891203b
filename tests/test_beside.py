"""Labels and values as legacy pages lay them out: beside, above, in running text. Small pages in a real browser."""

import pytest

from page_objects.admin_page import identity_of
from page_objects.organization_page import OrganizationPage, facts_of
from page_objects.words import Words
from tests.conftest import Show

ROW = "<tr>{}</tr>".format
LAID_OUT = {
    "labels above values, by their look": "<table>"
    + ROW("<td><b>ACCOUNT #</b><td><b>ACCOUNT NAME</b><td><b>STATUS</b><td><b>ORG / CONTACT INFO</b><td><b>LICENSES</b>")
    + ROW("<td>611974<td>12-10 Test<td>ACTIVE<td>Customer<td>5") + "</table>",
    "labels above values, above a field and above nothing": "<table>"
    + ROW("<td><b>ACT #</b><td><b>ACCOUNT NAME</b><td><b>ACCOUNT STATUS</b><td><b>OWNED BY</b><td><b>LICENSES</b>")
    + ROW("<td>611974<td><input value='12-10 Test'><td>ACTIVE<td>&nbsp;<td>5") + "</table>",
    "labels above values, all in one look": "<table>"
    + ROW("<td>Account #<td>Account Name<td>License Count<td>Account Status<td>Region")
    + ROW("<td>611974<td>12-10 Test<td>5<td>ACTIVE<td>West") + "</table>",
    "two such grids in one table": "<table>"
    + ROW("<td><b>Account #</b><td><b>Account Name</b>") + ROW("<td>611974<td>12-10 Test")
    + ROW("<td><b>Status</b><td><b>Licenses</b>") + ROW("<td>ACTIVE<td>5") + "</table>",
    "running text with bold values": "<p>Account #: <b>611974</b> Created: <b>1/2/2003</b> Account Name: <b>12-10 Test</b> "
    "License Count: <b>5</b> Account Status: <b>ACTIVE</b></p>",
    "running text with bold labels": "<p><b>Account #</b> 611974 <b>Created</b> 1/2/2003 <b>Account Name</b> 12-10 Test "
    "<b>Licenses</b> 5 <b>Status</b> ACTIVE</p>",
    "running text in one look": "<p>Account Number: 611974 Account Name: 12-10 Test License Count: 5 Account Status: ACTIVE</p>",
    "running text with bars": "<p>Account #: 611974 | Account Name: 12-10 Test | Licenses: 5 | Status: ACTIVE</p>",
    "spans in one line": "<div><span>Account #:</span> <span>611974</span> <span>Account Name:</span> <span>12-10 Test</span> "
    "<span>Created:</span> <span>1/2/2003</span> <span>Licenses:</span> <span>5</span> <span>Status:</span> <span>ACTIVE</span>"
    "</div>",
    "four cells in a row": "<table>" + ROW("<td><b>Account #</b><td>611974<td><b>Account Name</b><td>12-10 Test")
    + ROW("<td><b>Status</b><td>ACTIVE<td><b>Licenses</b><td>5") + "</table>",
}  # fmt: skip


@pytest.mark.parametrize("how", LAID_OUT)
def test_what_a_record_says_is_read_however_it_is_laid_out(show: Show, how: str) -> None:
    tab = show(LAID_OUT[how])
    screen = tab.look()
    identity = identity_of(screen.main, Words())
    facts = facts_of(screen, OrganizationPage(tab))
    assert (identity.numbers, identity.names) == (("611974",), ("12-10 Test",))
    assert (facts.account_status, facts.license_count) == ("ACTIVE", "5")


def test_the_heading_of_a_list_labels_none_of_its_rows(show: Show) -> None:
    """The Status of a table of contacts is not the account's."""
    rows = ROW("<td><b>Contact</b><td><b>Status</b>") + ROW("<td>Ann<td>DELETE") + ROW("<td>Bob<td>ACTIVE")
    screen = show(f"<table>{rows}</table>").look()
    assert screen.told(("Account Status", "Status")) == []


def test_a_label_within_another_label_is_not_meant(show: Show) -> None:
    screen = show("<p>Company: Acme Payment Status: ok Billing State: UT</p>").look()
    assert screen.told(("Status",)) == []
    assert screen.told(("State",)) == []


def test_the_next_label_is_no_value(show: Show) -> None:
    rows = ROW("<td>Account Status<td>License Count") + ROW("<td><td>")
    screen = show(f"<table border=1>{rows}</table>").look()
    assert screen.told(("Account Status",)) == []


def test_a_label_beside_its_value_heads_no_column_though_a_row_of_another_look_follows(show: Show) -> None:
    rows = ROW("<td>Account Status<td>ACTIVE") + ROW("<td><b>Owned by</b><td><input value=DELETE>")
    assert show(f"<table border=1>{rows}</table>").look().told(("Account Status",)) == ["ACTIVE"]


@pytest.mark.parametrize("between", ["", "</table><p></p><table>"], ids=["same table", "next table"])
def test_the_label_below_an_empty_value_is_not_the_value(show: Show, between: str) -> None:
    rows = ROW("<td>SERVER<br>LOCATION<td>&nbsp;") + between + ROW("<td>OPEN BILLS<td>2")
    screen = show(f"<table>{rows}</table>").look()
    assert [value for _, value in screen.values(("Server Location",))] == []


def test_a_number_with_its_label_alone_in_a_line_is_read_and_a_link_to_another_account_is_not(show: Show) -> None:
    links = "<p><a href=x>Acct # 611975</a></p><p>Acct # of contacts 7</p>"
    assert identity_of(show(f"<h1>Acct # 611974</h1>{links}").look().main, Words()).numbers == ("611974",)
    assert identity_of(show(links).look().main, Words()).numbers == ()


def test_number_and_name_that_only_a_line_break_parts_are_one_line(show: Show) -> None:
    lines = identity_of(
        show("<p><big>Acct # 611974</big><br>12-10 Test</p><p>12-10 Test 2</p>").look().main, Words()
    ).lines
    assert "Acct # 611974 12-10 Test" in lines
    assert not any(line.endswith("611974 12-10 Test 2") for line in lines)


def test_a_label_may_stand_behind_the_field_that_begins_its_line(show: Show) -> None:
    field = "<td><input value={}><td><img width=8 height=1><td>{}"
    rows = ROW(field.format("11/30/2026", "DATE OF CANCELLATION (MM/DD/YYYY)")) + ROW(field.format("moved", "REASON"))
    screen = show(f"<table>{rows}</table><p>Name <input value=Ann> Status</p>").look()
    assert screen.one_field(("Date of Cancellation",)).control.value == "11/30/2026"
    assert screen.one_field(("Reason",)).control.value == "moved"
    assert screen.fields(("Status",)) == [], "the field has a label of its own"


def test_three_labels_above_an_empty_cell_are_not_the_values_of_one_another(show: Show) -> None:
    rows = ROW("<td><b>ACCOUNT STATUS</b><td><b>OWNED BY</b><td><b>OPEN BILLS</b>") + ROW("<td>DELETE<td>&nbsp;<td>0")
    assert show(f"<table border=1>{rows}</table>").look().told(("Account Status",)) == ["DELETE"]
