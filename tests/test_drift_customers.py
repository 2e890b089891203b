"""Accounts differ by themselves, and the line must not stop for it: names that are words of the page, counts of unread mail."""

from dataclasses import replace

import pytest

from flows.change import FOUR as FOUR_KEYS
from flows.drift import compare, compare_page, learned
from page_objects.general_words import Whose
from page_objects.portrait import Portrait, Thing
from tests.test_drift import BILLING, CANCEL, LICENSES, LINKS, WORDS, baseline, survey, told, without

ARRIVED = (*LINKS, "Inbox (3)", "{name}", "Account {number}")
AR = Thing("start_page.link_to_ar", "press", "Link to AR: {number} - {name}")
LEARNED = baseline(replace(CANCEL, links=ARRIVED), Portrait("start_page", (AR,), ("Home",)))


def read_at(whose: Whose, portrait: Portrait) -> Portrait:
    """As a portrait is made of the same page of another account."""

    def at(text: str) -> str:
        told = text.replace("{name}", whose.name).replace("{number}", whose.number)
        return whose.nobodys(told)

    things = tuple(replace(one, says=at(one.says)) for one in portrait.things)
    return replace(portrait, things=things, links=tuple(map(at, portrait.links)))


@pytest.mark.parametrize(
    "name", ["Home", "Remove", "Account", "Link", "HP", "A", "name", "Set Account", "Acme (UK) Ltd.", "Long " * 1000]
)
@pytest.mark.parametrize("number", ["611974", "12"])
def test_whatever_a_customer_is_called_it_is_no_drift(name: str, number: str) -> None:
    whose = Whose(number, name.strip())
    for page in (replace(CANCEL, links=ARRIVED), Portrait("start_page", (AR,), ("Home",))):
        assert compare_page(LEARNED, read_at(whose, page), WORDS, whose=whose) == ()


def test_a_link_that_was_renamed_is_found_at_a_customer_whose_name_is_in_it() -> None:
    whose = Whose("611974", "Remove")
    things = tuple(
        replace(one, says=whose.nobodys("Remove License Count, change to 9")) if one.says == LICENSES else one
        for one in CANCEL.things
    )
    changes = compare_page(LEARNED, replace(CANCEL, things=things), WORDS, whose=whose)
    assert [(one.kind, one.key) for one in changes] == [("renamed", f"words.{FOUR_KEYS[0]}")]


def test_a_long_name_is_a_name_to_its_end() -> None:
    name = "Long " * 100 + "Ltd"
    assert Whose("611974", name).nobodys(f"Organization: {name}") == "Organization: {name}"


@pytest.mark.parametrize("role", ["", "ordinary"])
def test_a_link_that_counts_is_the_same_link(role: str) -> None:
    counted = replace(CANCEL, links=tuple(text.replace("(3)", "(12)") for text in ARRIVED))
    assert compare_page(LEARNED, counted, WORDS, role) == ()
    assert compare(LEARNED, [survey(counted, Portrait("start_page", (AR,), ("Home",)))], WORDS) == ()


@pytest.mark.parametrize("stray", ["Inbox (4)", "Remove License Count, change to 1"])
def test_a_second_link_with_another_figure_is_a_new_one(stray: str) -> None:
    beside = replace(CANCEL, links=(*ARRIVED, stray))
    assert told(compare_page(LEARNED, beside, WORDS, "ordinary")) == [("new_link", True, stray)]


def test_another_figure_in_one_of_the_four_is_no_count() -> None:
    other = LICENSES.replace("0", "1")
    renamed = replace(
        without(CANCEL, FOUR_KEYS[0]), links=tuple(other if text == LICENSES else text for text in ARRIVED)
    )
    assert told(compare_page(LEARNED, renamed, WORDS, "ordinary")) == [("renamed", True, f"words.{FOUR_KEYS[0]}")]
    assert told(compare_page(LEARNED, renamed, WORDS, whose=Whose("611974", "Acme"))) == [("new_link", True, other)]


def test_canaries_of_one_role_are_learned_all() -> None:
    tabless = without(BILLING, "billing.cancelled_tab")
    surveys = [survey(replace(BILLING, statuses=("Disputed", "Paid"))), survey(tabless)]
    made = learned(surveys, "a site", "me")
    assert compare(made, surveys, WORDS) == ()
    assert compare(made, surveys[::-1], WORDS) == ()
    assert made.pages["billing"].seen_at == ("ordinary",)
