"""A survey: the read-only walk over all pages of a canary account (`rpa learn`, `rpa check`)."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flows.errors import CancellationError, NeedsHuman, Refusal
from flows.walk import Walk
from page_objects.admin_page import AdminPage
from page_objects.ar_billing_page import ArBillingPage
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.corners import corners
from page_objects.general_words import Whose
from page_objects.link_menu import LinkMenu, MenuSeen
from page_objects.obstacles import NotHere, Obstacle
from page_objects.organization_page import OrganizationPage
from page_objects.phrases import Phrase
from page_objects.portrait import PageName, Portrait, Thing
from page_objects.portraying import portrait
from page_objects.screen import Screen
from page_objects.tab import Tab, every

OnPage = Callable[[AdminPage, Portrait], None]
"""Told of each page while it is on the screen: for pictures and recordings."""
LATE = 2.5
"""Seconds without change after which a page with scripts is taken as it is: what comes late is part of it."""
_QUERY = re.compile(r"(https?://[^\s?#;)]+)[?#;][^\s)]*")
"""What follows a path may hold the session: a query, a fragment, ;jsessionid=..."""
KINDS: dict[PageName, type[AdminPage]] = {
    "organization": OrganizationPage, "start_page": CancellationStartPage, "cancel_page": CancelPage,
    "billing": ArBillingPage, "cancelled_tab": ArBillingPage,
}  # fmt: skip
BEHIND: dict[PageName, tuple[PageName, ...]] = {"start_page": ("cancel_page", "billing", "cancelled_tab")}
NO_ANSWER = {"sign_in", "site_down", "maintenance", "foreign_host"}
"""Codes that say nothing of the pages: they could not be looked at."""


@dataclass
class Survey:
    """What was seen of one canary account."""

    role: str
    account_number: str
    account_name: str
    portraits: list[Portrait] = field(default_factory=list)
    unreached: dict[PageName, str] = field(default_factory=dict)
    """Why a page could not be reached, as a sentence."""

    def portrait(self, page: PageName) -> Portrait | None:
        return next((one for one in self.portraits if one.page == page), None)


def survey(walk: Walk, role: str, on_page: OnPage = lambda _page, _portrait: None) -> Survey:
    """Walk the pages as the procedure does, reading only (promise 10); what can't be reached is noted, and the rest read.

    Raises NeedsHuman (sign_in, site_down, maintenance), Refusal (foreign_host), Interrupted; Playwright's errors if the
    browser dies.
    """
    walk.planning = True
    surveyor = _Surveyor(walk, Survey(role, walk.request.account_number, walk.request.account_name), on_page)
    surveyor.walk_all()
    return surveyor.survey


class _Surveyor:
    def __init__(self, walk: Walk, found: Survey, on_page: OnPage) -> None:
        self.walk, self.survey, self.on_page = walk, found, on_page
        self.whose = Whose(found.account_number, found.account_name)
        drop_down = walk.profile.drop_down_for(found.account_number)
        self.drop_down = drop_down.label if drop_down else ""
        self.labels = tuple(one.label for one in walk.profile.drop_downs)
        self.link: Phrase = (drop_down.link if drop_down else ()) or walk.profile.words.organization.manage_link

    def walk_all(self) -> None:
        with self._reaching("look_up"):
            self._take("look_up", self.walk.careful(self.walk.to_search))
        with self._reaching("organization"):
            self._organization(self.walk.careful(self.walk.to_organization))
        with self._reaching("start_page"):
            self._take("start_page", self._start())
        if "start_page" in self.survey.unreached:
            self._all_behind("start_page")
        else:
            with self._reaching("cancel_page"):
                self._take("cancel_page", self.walk.careful(self.walk.to_cancel_page))
            with self._reaching("billing"):
                self._billing(self.walk.careful(lambda: self.walk.to_billing(self.walk.fresh_start())))
        if self.walk.profile.site.backend_url is not None:
            with self._reaching("backend_look_up"):
                self._take("backend_look_up", self.walk.careful(self.walk.to_backend_look_up))

    def _all_behind(self, page: PageName) -> None:
        for name in BEHIND[page]:
            self.survey.unreached[name] = "no way leads there but from a page that could not be reached either"

    @contextlib.contextmanager
    def _reaching(self, page: PageName) -> Iterator[None]:
        """What stands in its place is noted, and looked at as if it were that page: then what is missing has a name."""
        self.walk.session.check_stop()
        try:
            yield
        except (CancellationError, Obstacle) as error:
            if isinstance(error, NeedsHuman | Refusal) and error.code in NO_ANSWER:
                raise
            self.survey.unreached[page] = why_unreached(error)
            self._instead(page)

    # --- the pages ---

    def _organization(self, page: OrganizationPage) -> None:
        words = page.words.organization
        seen = self._portrait("organization", page)
        for phrase in (words.server_location, words.update, words.account_status, words.license_count):
            seen = seen.with_more(self._portrait_of("organization", page, page.show(phrase)))
        page.show_form()
        seen = seen.with_more(self._portrait("organization", page))
        self._keep(page, seen)
        if self.drop_down and page.here():
            self._keep(page, seen.with_more(self._menu(page)))

    def _menu(self, page: OrganizationPage) -> Portrait:
        menu = LinkMenu(page.tab, self.drop_down)
        if not menu.visible(page.tab.glance()):
            page.show((self.drop_down,))
        try:
            with page.tab.setting.reading_only():
                told = menu.look_into(self.link)
        except NotHere:
            return Portrait("organization")
        return Portrait("organization", things=self._manage_link(told), links=self._others(told))

    def _manage_link(self, told: MenuSeen) -> tuple[Thing, ...]:
        if not told.times:
            return ()
        return (Thing("organization.manage_link", "press", self.link[0], told.times, told.live),)

    def _others(self, told: MenuSeen) -> tuple[str, ...]:
        return tuple(self.whose.general(name) for name in told.links if name not in self.link)

    def _start(self) -> CancellationStartPage:
        """Through the drop-down; where that is a dead end for one who only reads, from the backend (clause 4c)."""
        try:
            return self.walk.careful(self.walk.reopen_start)  # type: ignore[no-any-return]
        except NeedsHuman:
            if self.walk.profile.site.backend_url is None or self.walk.use_backend:
                raise
            return self.walk.careful(self.walk.by_backend)  # type: ignore[no-any-return]

    def _billing(self, page: ArBillingPage) -> None:
        screens: list[Screen] = []
        seen = self._portrait("billing", page)
        page.rows(screens.append)
        for screen in screens:
            seen = seen.with_more(self._portrait_of("billing", page, screen))
        self._keep(page, seen)
        with self._reaching("cancelled_tab"):
            page.open_cancelled()
            self._take("cancelled_tab", page)

    def _instead(self, name: PageName) -> None:
        tab = self._last_tab()
        if tab is None or name not in KINDS:
            return
        with contextlib.suppress(Obstacle, CancellationError):
            page = KINDS[name](tab)
            screen = _at_rest(tab)
            known = {one.screens[0].text for one in self.survey.portraits if one.screens}
            if screen.text not in known and not _another(KINDS[name], tab, screen):
                self._take(name, page)

    def _last_tab(self) -> Tab | None:
        walk = self.walk
        tabs = [page.tab for page in (walk.billing, walk.cancel, walk.start) if page is not None]
        tabs += [walk.crm] if walk.crm is not None else []
        return next((list(every([tab]))[-1] for tab in tabs if not tab.page.is_closed()), None)

    # --- what is kept ---

    def _take(self, name: PageName, page: AdminPage) -> None:
        self._keep(page, self._portrait(name, page))

    def _keep(self, page: AdminPage, seen: Portrait) -> None:
        self.survey.portraits = [one for one in self.survey.portraits if one.page != seen.page] + [seen]
        self.on_page(page, seen)

    def _portrait(self, name: PageName, page: AdminPage) -> Portrait:
        return self._portrait_of(name, page, _at_rest(page.tab))

    def _portrait_of(self, name: PageName, page: AdminPage, screen: Screen) -> Portrait:
        where = corners(page.tab, screen)
        return portrait(
            page, screen, self.whose, name=name, drop_down=self.drop_down, drop_downs=self.labels, corners=where
        )


def why_unreached(error: Exception) -> str:
    """What was met, without what may hold the session: reports are mailed, and kept (promise 15)."""
    return _QUERY.sub(r"\1", error.what if isinstance(error, Obstacle) else str(error))


def _another(kind: type[AdminPage], tab: Tab, screen: Screen) -> bool:
    """Whether the screen shows some other page of the procedure; a table alone is no billing page for certain."""
    others = set(KINDS.values()) - {kind, ArBillingPage}
    return any(other(tab).recognised(screen) for other in others)


def _at_rest(tab: Tab) -> Screen:
    """The screen once all of it has come, what comes late too; a page without scripts is waited for no longer than it loads."""
    screen = tab.settled()
    return screen if all(document.final for document in screen.documents) else tab.settled(LATE)
