"""One change of the admin UI, and what it has to lead to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tests.drift.sheet import Sheet

Place = Literal["look_up", "organization", "start_page", "cancel_page", "billing", "backend_look_up", "everywhere"]
ARTICLE, DEAD, MISSING, DENIED = "611974", "730103", "531201", "535501"
"""Accounts: ordinary, 4a, 4b, 7a."""

_EFFECTS = {"remove_license_count", "cancel_billings", "set_status", "set_contact_info"}
SERVED: Mapping[Place, frozenset[str]] = {
    "look_up": frozenset({"look_up", "results"}),
    "organization": frozenset({"organization", "update_organization", "cancellation_form"}),
    "start_page": frozenset({"start_page"}),
    "cancel_page": frozenset({"cancel_page", *_EFFECTS}),
    "billing": frozenset({"billing", "billing_rows"}),
    "backend_look_up": frozenset({"backend_look_up", "backend_results"}),
}
"""Under which of the stand-in's names a page is sent: as such, and as the answer to an effect."""


class Class(StrEnum):
    """Decided by how a mutation is made, never by what a checker says of it."""

    MISLEADING = "misleading"
    """The robot, or a careful reader of the article, could go wrong: must be found, as something that matters."""
    MARKUP = "markup"
    """A person does not see it: no finding at all."""
    VISIBLE = "visible"
    """A person sees it and is not misled: counted, found or not."""


Change = Callable[[str, str], str]
"""A page's name in the stand-in and its HTML -> the changed HTML; the same if there is nothing to change."""


@dataclass(frozen=True)
class Recipe:
    """A change that can be made to any skin's page."""

    place: Place
    kind: str
    about: str
    """What it is done to; with `kind` and `place` its name."""
    klass: Class
    sentence: str
    """What a person would see."""
    change: Change
    account: str = ARTICLE
    """The account whose pages show it, and which is cancelled then."""

    @property
    def name(self) -> str:
        words = f"{self.place} {self.kind} {self.about}"
        return "-".join("".join(char if char.isalnum() else " " for char in words.casefold()).split())


@dataclass(frozen=True)
class Mutation:
    """A recipe on a skin."""

    skin: str
    recipe: Recipe

    @property
    def name(self) -> str:
        return f"{self.skin}-{self.recipe.name}"

    def strikes(self, page: str) -> bool:
        return self.recipe.place == "everywhere" or page in SERVED[self.recipe.place]

    def __call__(self, page: str, html: str) -> str:
        return self.recipe.change(page, html) if self.strikes(page) else html


def on_sheet(act: Callable[[Sheet], object]) -> Change:
    """A change of the parsed page; where it finds nothing, the page stays as it was, letter by letter."""

    def change(page: str, html: str) -> str:
        sheet = Sheet(page, html)
        before = str(sheet)
        act(sheet)
        after = str(sheet)
        return html if after == before else after

    return change
