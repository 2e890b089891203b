"""A survey: the read-only walk over all pages of a canary account (`rpa learn`, `rpa check`)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flows.walk import Walk
from page_objects.admin_page import AdminPage
from page_objects.portrait import PageName, Portrait

OnPage = Callable[[AdminPage, Portrait], None]
"""Told of each page while it is on the screen: for pictures and recordings."""


@dataclass
class Survey:
    """What was seen of one canary account."""

    role: str
    account_number: str
    account_name: str
    portraits: list[Portrait] = field(default_factory=list)
    unreached: dict[PageName, str] = field(default_factory=dict)
    """Why a page could not be reached, as a sentence."""


def survey(walk: Walk, role: str, on_page: OnPage = lambda _page, _portrait: None) -> Survey:
    """Walk the pages as the procedure does, reading only (promise 10); what can't be reached is noted, and the rest read.

    Raises NeedsHuman (sign_in), Refusal (foreign_host), Interrupted; Playwright's errors if the browser dies.
    """
    raise NotImplementedError
