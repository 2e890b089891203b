"""Promise 1 on paper: a document is the account's only if it says so exactly; and dates, for the form."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.errors import NeedsHuman, Refusal
from flows.identity import confirm_identity, digits, line_that_states_both
from flows.model import CancellationRequest
from flows.profile import SiteProfile
from page_objects.admin_page import Identity
from page_objects.words import Words

unhurried = settings(deadline=None, max_examples=60)

PATTERNS = Words().organization.identity
NAME, NUMBER = "12-10 Test", "611974"
DATE_FORMATS = (
    "MM/DD/YYYY", "M/D/YYYY", "DD.MM.YYYY", "DD-MMM-YYYY", "MMM D, YYYY", "YYYY-MM-DD", "D/M/YY",
    "YYYY/M/D", "DD MMM YYYY",
)  # fmt: skip


def confirm(numbers: list[str], names: list[str], lines: list[str] | None = None, name: str = NAME) -> None:
    identity = Identity(tuple(numbers), tuple(names), tuple(lines or ()), "token")
    request = CancellationRequest(
        id="r", account_name=name, account_number=NUMBER, date=dt.date(2026, 11, 30), reason="x"
    )
    confirm_identity(identity, request, PATTERNS, "page")


@pytest.mark.parametrize(
    ("numbers", "names", "lines"),
    [
        ([NUMBER], [NAME], []),
        (["#611974"], [NAME], []),
        ([NUMBER, NUMBER], [NAME, NAME], []),
        ([NUMBER], ["12-10 Test (611974)"], []),
        ([NUMBER], ["611974 - 12-10 Test"], []),
        ([], [], ["611974 - 12-10 Test"]),
        ([], [], ["Link to AR: 611974 - 12-10 Test"]),
        ([], [], ["Account: 12-10 Test (611974)"]),
        ([], ["something in a header"], ["Account 611974 - 12-10 Test"]),
    ],
)
def test_the_accounts_own_page_is_confirmed(numbers: list[str], names: list[str], lines: list[str]) -> None:
    confirm(numbers, names, lines)


@pytest.mark.parametrize(
    "number", ["611975", "0611974", "6119740", "1611974", "611974-2", "61197", "6l1974", "611 974"]
)
def test_another_number_is_refused_however_near(number: str) -> None:
    with pytest.raises(Refusal) as refused:
        confirm([number], [NAME])
    assert refused.value.code == "number_mismatch"
    with pytest.raises(Refusal):
        confirm([NUMBER, number], [NAME], ["611974 - 12-10 Test"])


@pytest.mark.parametrize(
    "name",
    [
        "12-10 TEST",
        "12-10 Test 2",
        "12-10 Test.",
        "Old 12-10 Test",
        "12-10 Test (611975)",
        "12-10 Test x 611974",
    ],
)
def test_another_name_is_refused_however_near(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        confirm([NUMBER], [name])
    assert refused.value.code == "name_mismatch"


@pytest.mark.parametrize(
    "line",
    [
        "1611974 - 12-10 Test",
        "0611974 - 12-10 Test",
        "61-611974 - 12-10 Test",
        "x611974 - 12-10 Test",
        "611974 - 12-10 Test 2",
        "611974 - 12-10 Test and others",
        "6119744 - 12-10 Test",
        "Old 12-10 Test (611974)",
        "12-10 Test (611974) and 12-10 Test 2 (611975)",
        "611974 - 12-10 TEST",
        "611974 - Old 12-10 Test",
    ],
)
def test_a_line_about_another_account_confirms_nothing(line: str) -> None:
    assert not line_that_states_both((line,), NUMBER, NAME, PATTERNS)
    with pytest.raises(NeedsHuman) as unread:
        confirm([], [], [line])
    assert unread.value.code == "identity_unreadable"


def test_a_document_that_says_only_half_confirms_nothing() -> None:
    for numbers, names in (([NUMBER], []), ([], [NAME]), ([], []), ([""], [NAME]), ([NUMBER], [""])):
        with pytest.raises(NeedsHuman) as unread:
            confirm(numbers, names)
        assert unread.value.code == "identity_unreadable"


@unhurried
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=6))
def test_nothing_visible_may_follow_or_precede_the_name(more: str) -> None:
    assert not line_that_states_both((f"611974 - 12-10 Test{more}",), NUMBER, NAME, PATTERNS)
    assert not line_that_states_both((f"611974 - {more}12-10 Test",), NUMBER, NAME, PATTERNS)
    for name in (f"{NAME}{more}", f"{more}{NAME}"):
        with pytest.raises(Refusal, match="account name"):
            confirm([NUMBER], [name])


@unhurried
@given(st.text(min_size=1, max_size=30).filter(lambda text: "".join(text.split())))
def test_names_full_of_signs_mean_themselves_in_a_pattern(name: str) -> None:
    """A name is never read as a regular expression or as a format."""
    confirm([], [], [" ".join(f"611974 - {name}".split())], name=name) if name.isascii() else None
    assert not line_that_states_both(("611974 - anything",), NUMBER, f"{name}.*", PATTERNS)


def test_leading_zeros_are_part_of_a_number() -> None:
    assert digits(" #0611974 ") == "0611974"
    with pytest.raises(Refusal):
        confirm(["0611974"], [NAME])


# --- dates ---


def profile(date_format: str) -> SiteProfile:
    return SiteProfile.model_validate({"site": {"base_url": "https://x.example", "date_format": date_format}})


@pytest.mark.parametrize("date_format", DATE_FORMATS)
@unhurried
@given(date=st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)))
def test_a_date_that_was_written_reads_the_same(date_format: str, date: dt.date) -> None:
    site = profile(date_format)
    assert site.read_date(site.write_date(date)) == date
    assert site.read_date(date.isoformat()) == date
    assert site.read_date(f" {site.write_date(date)} ") == date


@pytest.mark.parametrize("text", ["", "soon", "13/32/2026", "11/23", "2026-13-01", "11/23/2026 12:00"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert profile("MM/DD/YYYY").read_date(text) is None


@pytest.mark.parametrize("date_format", ["", "MM/DD", "YYYY", "%m/%d/%Y", "MM/DD/YYYY HH:MM", "QQ/DD/YYYY"])
def test_a_format_that_would_lose_a_part_is_refused(date_format: str) -> None:
    with pytest.raises(ValidationError):
        profile(date_format)
