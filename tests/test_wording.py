"""How words, names, money and counts on a screen are read: properties, and cases that would hurt."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from page_objects.wording import (
    contains_words,
    identity_text,
    parse_count,
    parse_money,
    plain,
    plain_label,
    same_name,
    same_words,
    says,
    squeeze,
)

unhurried = settings(deadline=None, max_examples=60)

TEXT = st.text(max_size=60)
SPACES = st.text(alphabet=" \t\n\r\u00a0\u2003\u3000", max_size=4)
VISIBLE = st.characters(categories=["L", "N", "P", "S"])
NAME = st.text(alphabet=st.one_of(VISIBLE, st.just(" ")), min_size=1, max_size=40).filter(str.strip)
CENTS = st.integers(min_value=0, max_value=10**12).map(lambda cents: Decimal(cents) / 100)

MONEY = {
    "$1,234.50": lambda amount: f"${amount:,.2f}",
    "1234.50": lambda amount: f"{amount:.2f}",
    "1,234.50 USD": lambda amount: f"{amount:,.2f} USD",
    "1.234,50": lambda amount: f"{amount:,.2f}".translate(str.maketrans(",.", ".,")),
    "1.234,50 \u20ac": lambda amount: f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " \u20ac",
    "1 234,50": lambda amount: f"{amount:,.2f}".translate(str.maketrans(",.", "\u00a0,")),
    "CHF 1'234.50": lambda amount: f"CHF {amount:,.2f}".replace(",", "'"),
    "USD\u00a01,234.50": lambda amount: f"USD\u00a0{amount:,.2f}",
}


@unhurried
@given(TEXT)
def test_squeezing_twice_is_squeezing_once(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)


@unhurried
@given(TEXT)
def test_the_plain_form_is_its_own_plain_form(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@unhurried
@given(st.lists(st.text(alphabet=VISIBLE, min_size=1, max_size=8), min_size=1, max_size=5), st.data())
def test_white_space_of_any_kind_changes_no_wording_and_no_name(words: list[str], data: st.DataObject) -> None:
    odd = "".join(f"{data.draw(SPACES)} {word}" for word in words) + data.draw(SPACES)
    assert same_words(odd, " ".join(words))
    assert same_name(odd, " ".join(words))


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ("CANCEL BILLS\n / \u00a0delete\tAccount", "Cancel Bills / Delete Account"),
        ("Set Account Status = \u2018DELETE\u2019", "Set Account Status = 'DELETE'"),
        ("1. Remove License Count, change to 0", "Remove License Count, change to 0"),
        ("\u00bb Update", "Update"),
        ("Account Name\u00a0:", "Account Name"),
        ("Cancel All Scheduled and Submitted Billings", "Cancel All Scheduled and Submitted Billings."),
    ],
)  # fmt: skip
def test_what_a_person_reads_alike_is_alike(seen: str, wanted: str) -> None:
    assert same_words(seen, wanted)


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ("Cancel all accounts", "Cancel"),
        ("Set Account Status = 'ACTIVE'", "Set Account Status = 'DELETE'"),
        ("Remove License Count, change to 10", "Remove License Count, change to 0"),
        ("Premium Edition Trial", "Premium Edition"),
        ("Link to AR: 611974 - 12-10 Test 2", "Link to AR: 611974 - 12-10 Test"),
    ],
)
def test_what_only_begins_alike_is_not_alike(seen: str, wanted: str) -> None:
    assert not same_words(seen, wanted)
    assert not says(seen, (wanted,))


def test_a_label_is_read_without_its_hint_and_a_word_is_found_only_whole() -> None:
    assert plain_label("Date of Cancellation (MM/DD/YYYY):") == "date of cancellation"
    assert contains_words("This will purge the account", ("purge",))
    assert not contains_words("Spurgeon & Sons", ("purge",))


# --- names: exact, but for white space that a page does not show ---


@unhurried
@given(NAME, NAME)
def test_a_name_is_the_same_only_if_every_visible_character_is(one: str, other: str) -> None:
    assert same_name(one, one)
    assert same_name(one, other) == (identity_text(one) == identity_text(other))
    if unicodedata.normalize("NFC", "".join(one.split())) != unicodedata.normalize("NFC", "".join(other.split())):
        assert not same_name(one, other)


@unhurried
@given(NAME, st.data())
def test_one_visible_character_more_less_or_other_is_another_name(name: str, data: st.DataObject) -> None:
    name = identity_text(name)
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(VISIBLE.filter(lambda one: not unicodedata.combining(one)))
    assume(letter != name[place] and name[place] != " ")
    assume(unicodedata.normalize("NFC", letter) == letter)
    changed = name[:place] + letter + name[place + 1 :]
    assume(identity_text(changed) != name)
    assert not same_name(changed, name)
    assert not same_name(name[:place] + name[place + 1 :], name)
    assert not same_name(name[:place] + letter + name[place:], name) or letter in name


@pytest.mark.parametrize(
    "twin",
    ["12-10 TEST", "12-10 Tset", "12-10 Test.", "12-10 Test 2", "12\u201310 Test", "12-10 T\u0435st",
     "(12-10 Test)", "12-10Test", "\uff11\uff12-10 Test", "12-10 Te\ufb06", "12-10 Test\u2026"],
)  # fmt: skip
def test_near_twins_are_other_names(twin: str) -> None:
    assert not same_name(twin, "12-10 Test")


def test_composed_and_decomposed_letters_look_alike_and_are_alike() -> None:
    assert same_name("Cafe\u0301", "Caf\u00e9")
    assert same_name("Z\u00fcrich\u00a0Caf\u00e9", " Z\u00fcrich  Caf\u00e9 ")


# --- money ---


@pytest.mark.parametrize("style", MONEY)
@unhurried
@given(amount=CENTS)
def test_money_is_read_as_it_was_written(style: str, amount: Decimal) -> None:
    assert parse_money(MONEY[style](amount)) == amount


@unhurried
@given(CENTS.filter(bool))
def test_a_minus_sign_or_brackets_make_money_negative(amount: Decimal) -> None:
    for text in (
        f"-${amount:,.2f}",
        f"$-{amount:,.2f}",
        f"\u2212{amount:.2f}",
        f"(${amount:,.2f})",
        f"({amount:.2f})",
    ):
        assert parse_money(text) == -amount


@pytest.mark.parametrize("text", ["", "free", "$", "10.00 of 20.00", "2026-11-23", "$5.00 / $6.00", "-", "n/a"])
def test_what_is_not_exactly_one_amount_is_none(text: str) -> None:
    assert parse_money(text) is None


@unhurried
@given(TEXT)
def test_no_text_breaks_the_reading_of_money_or_counts(text: str) -> None:
    money, count = parse_money(text), parse_count(text)
    assert money is None or money.is_finite()
    assert count is None or count >= 0


# --- counts ---


@unhurried
@given(st.integers(0, 10**7))
def test_a_count_is_read_with_or_without_words_beside_it(count: int) -> None:
    for text in (f"{count}", f"{count} user(s)", f"{count:,}", f"Licenses: {count}", f" {count}\u00a0"):
        assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("3 of 5", 5), ("0/10", 10), ("12 of 20 used", 20), ("Licenses: 0 of 0", 0)]
)
def test_of_two_numbers_the_larger_counts_so_that_nought_means_none(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "none", "1.5", "5 -> 0", "5, was 6", "2 of 3 of 4"])
def test_what_is_not_exactly_one_whole_number_is_none(text: str) -> None:
    """Least of all may it be read as nought."""
    assert parse_count(text) is None
