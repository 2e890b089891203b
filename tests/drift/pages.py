"""A skin's pages as the server sends them, by bare HTTP, to see whether a mutation changes them."""

from collections.abc import Iterator

from fixtures.standin import StandIn
from fixtures.standin.by_hand import ByHand
from tests.drift.mutation import ARTICLE, DEAD, DENIED, MISSING, Mutation

_OF_AN_ACCOUNT = ("organization", "start_page", "cancel_page", "billing")


class Pages:
    """The pages of one skin, each fetched once."""

    def __init__(self, site: StandIn) -> None:
        self.skin = site.skin
        with ByHand(site) as hand:
            hand.sign_in()
            self._by_account = {number: dict(_pages(hand, site, number)) for number in (ARTICLE, DEAD, MISSING, DENIED)}

    def of(self, account: str) -> dict[str, str]:
        """The stand-in's page name -> HTML."""
        return self._by_account[account]

    def changed(self, mutation: Mutation) -> dict[str, tuple[str, str]]:
        """The pages that a mutation changes, before and after."""
        pages = {name: (html, mutation(name, html)) for name, html in self.of(mutation.recipe.account).items()}
        return {name: both for name, both in pages.items() if both[0] != both[1]}


def _pages(hand: ByHand, site: StandIn, number: str) -> Iterator[tuple[str, str]]:
    name = site.account(number).name
    yield "results", hand.see("look_up", q=name).text
    yield "backend_results", hand.see("backend_look_up", q=number).text
    if site.skin == "frames":
        yield "frame_top", hand.see("frame_top").text
    if site.skin in {"frames", "spa"}:
        yield "billing_rows", hand.see("billing_rows", number).text
    for page in _OF_AN_ACCOUNT:
        yield page, hand.see(page, number).text
