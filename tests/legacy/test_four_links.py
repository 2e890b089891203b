"""Clauses 5 and 6, read only: the way to the page with the four links, and what stands there beside them."""

import pytest

from flows.walk import Walk
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.document import OPERABLE, Control
from page_objects.wording import contains_words, plain
from rpa.testing import AdminAccount

LINKS = {"6.1": "remove_license_count", "6.2": "cancel_billings", "6.3": "set_status", "6.4": "set_contact_info"}
TOUCHY = ("account status", "billings", "license", "contact info", "purge", "delete", "charge")
"""What a link speaks of that changes an account."""


@pytest.mark.clause("5")
def test_the_start_page_offers_cancel_subscription_cancel_bills_delete_account(
    admin_account: AdminAccount, walk: Walk, start_page: CancellationStartPage
) -> None:
    words = start_page.words.start_page.cancel
    found = start_page.tab.glance().operable(words)
    assert len(found) == 1, f'"{words[0]}" is on the start page {len(found)} times'
    assert not found[0].control.plainly_dead, f'"{words[0]}" can\'t be clicked'
    with walk.opening("cancel_page", start_page):
        page = start_page.open_cancel_page()
    told = walk.stated(walk.confirm(page))
    assert admin_account.number in " ".join(told.values()), (
        f"it leads to a page that does not state the account: {told}"
    )


@pytest.mark.clause(*LINKS)
def test_each_of_the_four_links_is_there_once_and_live(cancel_page: CancelPage) -> None:
    words = cancel_page.words.cancel_page
    for name in LINKS.values():
        link = cancel_page.link(getattr(words, name))  # raises, with a sentence: missing, dead, or there twice
        ours = {plain(one) for one in getattr(words, name)}
        assert plain(link.control.name) in ours, f'the link reads "{link.control.name}"'
    ours = {plain(one) for name in LINKS.values() for one in getattr(words, name)}
    called = [one.name for one in links(cancel_page) if plain(one.name) in ours]
    assert len(called) == 4, f"{len(called)} links read as one of the four: {quoted(called)}"


@pytest.mark.clause(*LINKS)
def test_they_are_the_top_four_in_the_order_of_the_article_with_nothing_among_them(cancel_page: CancelPage) -> None:
    four = [cancel_page.link(getattr(cancel_page.words.cancel_page, name)).control for name in LINKS.values()]
    places = [link.line for link in four]
    assert places == sorted(set(places)), f"the four links stand in another order: {quoted(in_order(four))}"
    others = [one for one in links(cancel_page) if one not in four]
    among = [one.name for one in others if places[0] <= one.line <= places[-1]]
    assert not among, f"among the four links stands {quoted(among)}"
    never = cancel_page.words.cancel_page.never
    above = [one.name for one in others if one.line < places[0] and contains_words(one.name, (*TOUCHY, *never))]
    assert not above, f"above the four links stands {quoted(above)}"


def links(page: CancelPage) -> list[Control]:
    """All that can be pressed on the document with the four links."""
    return [one for one in page.body(page.tab.settled()).controls if one.kind in OPERABLE and one.name]


def in_order(four: list[Control]) -> list[str]:
    return [link.name for link in sorted(four, key=lambda one: one.line)]


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
