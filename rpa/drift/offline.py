"""The canaries' pages as recorded, read again by the page objects of today, with the profile of today."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flows.change import OF_PAGE, PAGES, Change
from flows.profile import SiteProfile
from flows.survey import Survey
from page_objects.admin_page import AdminPage
from page_objects.ar_billing_page import ArBillingPage
from page_objects.backend_look_up import BackendLookUp
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch
from page_objects.portrait import PageName, Portrait
from page_objects.portraying import portrait
from page_objects.screen import Screen
from page_objects.words import Words
from rpa.drift.recorded_tab import RecordedTab
from rpa.drift.recordings import TEXTS, Facts, Recording

KINDS: dict[PageName, type[AdminPage]] = {
    "look_up": OrganizationSearch,
    "organization": OrganizationPage,
    "start_page": CancellationStartPage,
    "cancel_page": CancelPage,
    "billing": ArBillingPage,
    "cancelled_tab": ArBillingPage,
    "backend_look_up": BackendLookUp,
}
"""The page object of each page."""


def recognised(screen: Screen, words: Words) -> tuple[PageName, ...]:
    """The pages whose page objects take this screen for theirs."""
    tab = RecordedTab(screen, words)
    return tuple(name for name, kind in KINDS.items() if kind(tab).recognised(screen))


def misread(recordings: Iterable[Recording], profile: SiteProfile) -> Iterator[Change]:
    """Recordings that their page object does not recognise any more, and those that another takes for its own now."""
    for one in recordings:
        now = set(recognised(one.screen(profile.words), profile.words))
        then = set(one.recognised)
        for name in KINDS:
            if name in then ^ now:
                told = (
                    f"is not taken for the {PAGES[name]} any more"
                    if name in then
                    else f"is taken for the {PAGES[name]}"
                )
                yield Change(
                    page=one.page, kind="unreached" if name in then else "came_up", clause=OF_PAGE[one.page], matters=True,
                    account=one.role, sentence=f"the {PAGES[one.page]} as it was recorded {told}",
                )  # fmt: skip


def page_of(recording: Recording, profile: SiteProfile) -> AdminPage:
    """The page object that reads this recording."""
    tab = RecordedTab(recording.screen(profile.words), profile.words)
    return KINDS[recording.page](tab)


def recorded_surveys(recordings: Iterable[Recording], profile: SiteProfile) -> list[Survey]:
    """As if the canaries had been surveyed again, and shown what they showed then. Raises RecordingError."""
    found: dict[tuple[str, str], Survey] = {}
    pages: dict[tuple[str, str, PageName], list[Recording]] = {}
    for one in recordings:
        found.setdefault((one.role, one.account_number), Survey(one.role, one.account_number, one.account_name))
        pages.setdefault((one.role, one.account_number, one.page), []).append(one)
    for (role, number, _), screens in pages.items():
        found[role, number].portraits.append(recorded_portrait(screens, profile))
    return list(found.values())


def recorded_portrait(screens: Sequence[Recording], profile: SiteProfile) -> Portrait:
    """The portrait of one page of one canary, from all its recordings. Raises RecordingError."""
    read = read_again(screens, profile)
    also, aside = screens[0].also, screens[0].aside
    facts = Facts.of(read).without(aside)
    texts: dict[str, Any] = {name: (*getattr(facts, name), *getattr(also, name)) for name in TEXTS}
    again = {one.key for one in also.things}
    gone = {one.key for one in aside.things}
    things = [one for one in read.things if one.key not in again and one.key not in gone - again]
    return dataclasses.replace(read, things=(*things, *also.things), **texts)


def read_again(screens: Sequence[Recording], profile: SiteProfile) -> Portrait:
    """What page objects read from the recordings alone."""
    seen: Portrait | None = None
    for one in screens:
        page = page_of(one, profile)
        drop_down = profile.drop_down_for(one.account_number)
        more = portrait(
            page, page.tab.glance(), one.whose, name=one.page, drop_down=drop_down.label if drop_down else ""
        )
        seen = more if seen is None else seen.with_more(more)
    if seen is None:
        raise ValueError("a page without a recording has no portrait")
    return seen
