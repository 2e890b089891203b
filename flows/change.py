"""One difference between a page and the baseline, and how people are told of it."""

from typing import Literal

from flows.baseline import Part
from page_objects.portrait import PageName, Place, Sort

ChangeKind = Literal[
    "gone", "renamed", "came_up", "twice", "fewer", "dead", "live", "other_sort", "other_value", "moved",
    "new_link", "link_gone", "new_label", "new_column", "column_gone", "new_status", "new_module", "module_gone",
    "new_message", "unreached", "new_page",
]  # fmt: skip

PAGES: dict[PageName, str] = {
    "look_up": "Organization look-up",
    "organization": "Organization page",
    "start_page": "Cancellation Start Page",
    "cancel_page": "page with the four links",
    "billing": "billing page",
    "cancelled_tab": "Cancelled tab",
    "backend_look_up": "backend look-up",
}
"""What people call them."""
CLAUSES = {
    "look_up.field": "2", "look_up.button": "2", "backend_look_up.field": "4c", "backend_look_up.button": "4c",
    "organization.account_number": "2", "organization.account_name": "2", "organization.identity": "2",
    "identity.account_number": "2", "identity.account_name": "2",
    "organization.account_status": "6.3", "organization.license_count": "6.1", "organization.contact_info": "6.4",
    "organization.server_location": "4b", "organization.update": "4a", "organization.manage_link": "4",
    "drop_downs": "3", "drop_downs.order": "3", "obstacles.app_module": "7a", "obstacles.premium_edition": "7a",
    "form.heading": "10", "form.date": "10", "form.reason": "10", "form.opt_out": "10", "form.save": "10",
    "start_page.cancel": "5", "start_page.link_to_ar": "7", "start_page.back": "7",
    "cancel_page.remove_license_count": "6.1", "cancel_page.cancel_billings": "6.2", "cancel_page.set_status": "6.3",
    "cancel_page.set_contact_info": "6.4", "billing.cancelled_tab": "9", "billing.status": "8", "billing.due": "8",
    "billing.amount": "8", "billing.number": "8",
}  # fmt: skip
"""The article's clause that relies on a wording."""
OF_PAGE: dict[PageName, str] = {
    "look_up": "2", "organization": "2", "start_page": "4", "cancel_page": "5", "billing": "7", "cancelled_tab": "9",
    "backend_look_up": "4c",
}  # fmt: skip
CONVENIENT = frozenset({"start_page.back"})
"""Wordings that save a way round: no effect, identity or proof relies on them."""
FOUR = tuple(
    f"cancel_page.{name}" for name in ("remove_license_count", "cancel_billings", "set_status", "set_contact_info")
)
NOUNS: dict[Sort, str] = {
    "press": "link or button", "enter": "field", "choose": "list", "tick": "box", "label": "label", "text": "text",
    "column": "column",
}  # fmt: skip


class Change(Part):
    """One difference. The sentence stands by itself: what changed, on which page, what is closest, what stands beside it."""

    page: PageName
    kind: ChangeKind
    clause: str = ""
    """The article's clause that relies on it; empty: none does."""
    key: str = ""
    """The profile's key of the wording, with "words." before it, or "drop_downs"; empty: no wording of the profile."""
    matters: bool = False
    """Whether an effect, an identity or a proof relies on it: then the line stops."""
    expected: str = ""
    seen: str = ""
    nearest: str = ""
    """The words on the page that are closest to what is gone."""
    sentence: str
    box: Place | None = None
    """Where on the page; of the nearest, where it is gone."""
    account: str = ""
    """The role of the canary at which it was seen."""

    @property
    def sort_key(self) -> tuple[bool, int, str]:
        """What matters first, then in the order in which the pages are walked."""
        return not self.matters, list(PAGES).index(self.page), self.clause


def noun_of(key: str, sort: Sort) -> str:
    if key == "drop_downs":
        return "drop-down"
    return (
        "link"
        if key in FOUR or key in {"organization.manage_link", "start_page.cancel", "start_page.link_to_ar"}
        else NOUNS[sort]
    )


def in_profile(key: str) -> str:
    """The key as the profile has it."""
    return key if key == "drop_downs" else f"words.{key}"
