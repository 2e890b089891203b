"""Clauses 5 and 6: the page with the four links, and what stands beside them."""

import pytest

from fixtures.plugin import AdminAccount
from flows.walk import Walk
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.document import OPERABLE, Control
from page_objects.wording import contains_words, plain

LINKS = {"6.1": "remove_license_count", "6.2": "cancel_billings", "6.3": "set_status", "6.4": "set_contact_info"}


@pytest.mark.clause("5")
def test_the_start_page_offers_cancel_subscription_cancel_bills_delete_account(
    start_page: CancellationStartPage,
) -> None:
    words = start_page.words.start_page.cancel
    found = start_page.tab.glance().operable(words)
    assert len(found) == 1, f'"{words[0]}" is on the start page {len(found)} times'
    assert not found[0].control.plainly_dead, f'"{words[0]}" can\'t be clicked'


@pytest.mark.clause("5")
def test_it_leads_to_the_page_with_the_four_links_of_the_account(
    admin_account: AdminAccount, walk: Walk, cancel_page: CancelPage
) -> None:
    told = walk.stated(walk.confirm(cancel_page))
    assert admin_account.number in " ".join(told.values()), f"the page does not state the account: {told}"


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.clause(c)) for c, name in LINKS.items()])
def test_the_link_is_there_once_and_live(cancel_page: CancelPage, name: str) -> None:
    words = getattr(cancel_page.words.cancel_page, name)
    link = cancel_page.link(words)  # raises, with a sentence, where it is missing, dead or there twice
    assert plain(link.control.name) in {plain(one) for one in words}, f'the link reads "{link.control.name}"'


@pytest.mark.clause(*LINKS)
def test_the_four_links_stand_in_the_order_of_the_article(cancel_page: CancelPage) -> None:
    places = [link.line for link in four_links(cancel_page)]
    assert places == sorted(places), "the four links stand in another order than the article has them"


@pytest.mark.clause(*LINKS)
def test_they_are_the_top_four_and_no_other_link_stands_among_them(cancel_page: CancelPage) -> None:
    four = four_links(cancel_page)
    first, last = min(link.line for link in four), max(link.line for link in four)
    others = [one for one in links(cancel_page) if one not in four]
    among = [one.name for one in others if first <= one.line <= last]
    assert not among, f"among the four links stands {quoted(among)}"
    above = [one.name for one in others if one.line < first and dangerous(one, cancel_page)]
    assert not above, f"above the four links stands {quoted(above)}"


@pytest.mark.clause(*LINKS)
def test_no_other_link_can_be_taken_for_one_of_them(cancel_page: CancelPage) -> None:
    ours = {plain(words) for name in LINKS.values() for words in getattr(cancel_page.words.cancel_page, name)}
    called = [one.name for one in links(cancel_page) if plain(one.name) in ours]
    assert len(called) == 4, f"{len(called)} links read as one of the four: {quoted(called)}"


def links(page: CancelPage) -> list[Control]:
    """All that can be pressed on the document with the four links."""
    return [one for one in page.body(page.tab.settled()).controls if one.kind in OPERABLE and one.name]


def four_links(page: CancelPage) -> list[Control]:
    return [page.link(getattr(page.words.cancel_page, name)).control for name in LINKS.values()]


def dangerous(one: Control, page: CancelPage) -> bool:
    """Whether a link speaks of what must never happen, or of the account's status or billings as the four do."""
    return contains_words(one.name, page.words.cancel_page.never) or contains_words(
        one.name, ("account status", "billings", "license", "contact info", "purge", "delete", "charge")
    )


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
