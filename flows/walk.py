"""One request on its way: where the robot is, and how it gets to the pages. Reading only; nothing here has an effect."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from flows.errors import NeedsHuman, Refusal
from flows.identity import confirm_identity
from flows.journal import EventKind, Journal
from flows.model import AccountReading, CancellationRequest, End, Plan, ProofLine
from flows.profile import SiteProfile
from flows.session import Session
from page_objects.admin_page import AdminPage, Identity, identity_of
from page_objects.ar_billing_page import ArBillingPage
from page_objects.backend_look_up import BackendLookUp
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.look_up import Result
from page_objects.obstacles import NotHere, SignedOut
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch
from page_objects.screen import Screen
from page_objects.sign_in_page import SignInPage
from page_objects.tab import Tab

SAME_NAMES = 10
"""So many records of one name are opened to find the one with the number, where the list shows no numbers."""


@dataclass
class Walk:
    """The state of one run. Pages are kept only to come back to; each is asked again whether it is still there."""

    request: CancellationRequest
    profile: SiteProfile
    session: Session
    journal: Journal
    planning: bool = False
    """A plan causes no effect: recoveries that have one are left out (promise 10)."""
    crm: Tab | None = None
    organization: OrganizationPage | None = None
    start: CancellationStartPage | None = None
    start_url: str = ""
    use_backend: bool = False
    cancel: CancelPage | None = None
    billing: ArBillingPage | None = None
    reading: AccountReading | None = None
    plan: Plan | None = None
    module_at_start: str | None = None
    module_changed: bool = False
    module_on_backend: bool = False
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    """Value name -> page name -> value as last read there."""
    server: str = ""
    """The record's server, where it shows one (profile: server_field)."""
    updates: int = 0
    recovered: list[str] = field(default_factory=list)
    clause: str = ""
    form_said: str = ""
    """What the site said when the form was saved, where that was bad news."""
    proof: tuple[ProofLine, ...] = ()
    end: End = End.NEEDS_HUMAN

    careful: Callable[[Callable[[], Any]], Any] = lambda act: act()
    """Runs an act with the runner's recoveries: for readings that follow an intent. Set by the runner."""

    # --- identity ---

    def confirm(self, page: AdminPage, identity: Identity | None = None) -> Identity:
        """Promise 1, for the document that `page` shows now. What can't be read yet may still be loading."""
        patterns = self.profile.words.organization.identity
        read = identity or page.identity(page.body(page.tab.glance()))
        try:
            confirm_identity(read, self.request, patterns, page.name)
        except NeedsHuman:
            read = page.identity(page.body(page.tab.settled()))
            confirm_identity(read, self.request, patterns, page.name)
        return read

    def arrived(self, page: AdminPage, moment: str = "page") -> None:
        """Note a page that was reached: its picture, and whose it is."""
        self.session.evidence(page.tab, page.name, moment, self.clause)
        document = page.body(page.tab.glance())
        identity = identity_of(document, page.words)
        values = {"number": " / ".join(identity.numbers), "name": " / ".join(identity.names)}
        self.journal.write(EventKind.OBSERVATION, self.clause, page=page.name, url=document.url, values=values)

    # --- the CRM ---

    def at_crm(self) -> Tab:
        """A tab that is signed in to the CRM."""
        if self.crm is None or self.crm.page.is_closed() or self.crm.page.url.startswith("chrome-error:"):
            self.crm = self.session.tab()
            home = self.session.home() or urljoin(self.profile.site.base_url + "/", self.profile.site.sign_in_path)
            self.open(self.crm, home)
            self.crm.until(
                lambda screen: True if any(d.controls for d in screen.documents) else None, "a page of the CRM"
            )
        if SignInPage(self.crm).here():
            self.session.sign_in(self.crm)
        return self.crm

    def open(self, tab: Tab, url: str) -> None:
        """Open a URL that has no effect. Raises NeedsHuman if it was that of an effect."""
        if self.session.spent(url):
            raise NeedsHuman(
                "unknown_page", f"the way back leads over {url[:200]}, which has an effect; it was not opened"
            )
        tab.open(url)

    def to_search(self) -> OrganizationSearch:
        """The Organization look-up (clause 2)."""
        tab = self.at_crm()
        search = OrganizationSearch(tab)
        path = self.profile.site.look_up_path
        if path:
            self.open(tab, urljoin(self.profile.site.base_url + "/", path))
            return self._past_sign_in(tab, search, path)
        if OrganizationPage(tab).here() or not (search.here() or self._one_way(tab)):
            self.open(tab, self.session.home() or self.profile.site.base_url)
            tab.until(
                lambda screen: (
                    True if screen.operable(self.profile.words.look_up.open) or search.recognised(screen) else None
                ),
                "the look-up",
            )
        if self._one_way(tab):
            tab.follow(tab.glance().one_operable(self.profile.words.look_up.open), OrganizationSearch)
        return search.arrived()

    def _one_way(self, tab: Tab) -> bool:
        """Whether the screen offers the look-up by its words."""
        return bool(tab.glance().operable(self.profile.words.look_up.open))

    def _past_sign_in(self, tab: Tab, search: OrganizationSearch, path: str) -> OrganizationSearch:
        try:
            return search.arrived()
        except SignedOut:
            self.session.sign_in(tab)
            self.open(tab, urljoin(self.profile.site.base_url + "/", path))
            return search.arrived()

    def to_organization(self) -> OrganizationPage:
        """The account's record, looked up afresh, its identity confirmed (clause 2)."""
        search = self.to_search()
        found = search.search(self.request.account_name, self.request.account_number)
        page = found if isinstance(found, OrganizationPage) else self._open_result(search, found)
        self.confirm(page)
        self.organization = page
        return page

    def _open_result(self, search: OrganizationSearch, found: list[Result]) -> OrganizationPage:
        """The one result that is the account. Raises Refusal: not_found, name_mismatch, number_mismatch, ambiguous."""
        request = self.request
        named = [one for one in found if one.names(request.account_name)]
        exact = [one for one in named if one.numbers(request.account_number)]
        if len(exact) == 1:
            return search.open(exact[0])
        if len(exact) > 1:
            raise Refusal(
                "ambiguous", f"the look-up lists this name with this number {len(exact)} times: look at the list"
            )
        if not named:
            self._refuse_unnamed(found)
        numbers = [number for one in named for number in one.shown_numbers]
        if numbers:
            raise Refusal(
                "number_mismatch",
                f'"{request.account_name[:120]}" is listed with number {", ".join(numbers[:3])}, not '
                f"{request.account_number}: check the request",
            )
        return self._open_each(search, named)

    def _open_each(self, search: OrganizationSearch, named: list[Result]) -> OrganizationPage:
        """The list shows no numbers: open the records of this name one after another, until one has the number."""
        numbers: list[str] = []
        for place in range(min(len(named), SAME_NAMES)):
            page = search.open(named[place]) if place == 0 else self._open_place(place, len(named))
            seen = page.identity().numbers
            if self.request.account_number in seen or len(named) == 1:
                return page
            numbers += seen
        raise Refusal(
            "number_mismatch" if len(named) <= SAME_NAMES else "ambiguous",
            f"the look-up lists this name {len(named)} times, with numbers {', '.join(numbers[:5])}, not "
            f"{self.request.account_number}: check the request",
        )

    def _open_place(self, place: int, count: int) -> OrganizationPage:
        search = self.to_search()
        found = search.search(self.request.account_name, self.request.account_number)
        named = (
            []
            if isinstance(found, OrganizationPage)
            else [one for one in found if one.names(self.request.account_name)]
        )
        if len(named) != count:
            raise Refusal("ambiguous", "the look-up's list changed while its records were opened: look at the list")
        return search.open(named[place])

    def _refuse_unnamed(self, found: list[Result]) -> None:
        request = self.request
        if any(one.numbers(request.account_number) for one in found):
            raise Refusal(
                "name_mismatch",
                f'number {request.account_number} is listed with another name than "{request.account_name[:120]}" '
                "(letter case counts): check the request",
            )
        raise Refusal(
            "not_found", f'no account is called "{request.account_name[:120]}": check the name in the request'
        )

    def back_at_organization(self) -> OrganizationPage:
        """The record, on the screen now: as it stands if it is still there, else looked up again."""
        page = self.organization
        if page is not None and not page.tab.page.is_closed() and page.here():
            self.confirm(page)
            return page
        return self.to_organization()

    # --- the backend ---

    def note_start(self, page: CancellationStartPage) -> CancellationStartPage:
        """Remember the start page, once it is the account's."""
        self.confirm(page)
        if self.start is None or self.start_url:
            self.start_url = page.tab.page.url
        self.start = page
        return page

    def fresh_start(self) -> CancellationStartPage:
        """The Cancellation Start Page, read anew from the server, by the shortest way that has no effect."""
        if self.start is None or self.start.tab.page.is_closed():
            return self.reopen_start()
        for way in (self._by_link, self._by_address):
            page = self._try(way)
            if page is not None:
                return self.note_start(page)
        self.start_url = ""  # the address of a frameset, or of an answer to a POST: not tried again
        return self.reopen_start()

    def _try(self, way: Callable[[], CancellationStartPage | None]) -> CancellationStartPage | None:
        try:
            return way()
        except NotHere:
            return None

    def _backend_tabs(self) -> list[Tab]:
        pages = (self.billing, self.cancel, self.start)
        return [page.tab for page in pages if page is not None and not page.tab.page.is_closed()]

    def _by_link(self) -> CancellationStartPage | None:
        """A link back that the page itself offers."""
        for tab in self._backend_tabs():
            found = [
                one for one in tab.glance().operable(self.profile.words.start_page.back) if not one.control.plainly_dead
            ]
            hrefs = {one.control.href for one in found}
            if found and len(hrefs) == 1 and not self.session.spent(urljoin(tab.page.url, hrefs.pop() or "")):
                return tab.follow(found[0], CancellationStartPage)
        return None

    def _by_address(self) -> CancellationStartPage | None:
        if not self.start_url.startswith("http") or self.session.spent(self.start_url) or self.start is None:
            return None
        tab = self.start.tab
        tab.open(self.start_url)
        return tab.until(
            lambda screen: self._start_or_elsewhere(screen, tab),
            "Cancellation Start Page",
        )

    def _start_or_elsewhere(self, screen: Screen, tab: Tab) -> CancellationStartPage | None:
        """The start page; gives up early on an address that has finished loading and shows something else."""
        page = CancellationStartPage(tab).arrival(screen)
        if page is None and screen.quiet > 2000 * self.profile.timing.quiet:
            raise NotHere("the address of the Cancellation Start Page shows something else", tab.whereabouts("page"))
        return page

    def reopen_start(self) -> CancellationStartPage:
        """From the record again (clauses 3 and 4), or from the backend's look-up if that was the way (4c)."""
        if self.use_backend:
            return self.by_backend()
        page = self.back_at_organization()
        drop_down = self.profile.drop_down_for(self.request.account_number)
        if drop_down is None:
            return self.by_backend()
        return self.note_start(page.open_start_page(drop_down.label, drop_down.link))

    def by_backend(self) -> CancellationStartPage:
        """Clause 4c: "look the account up using the back end URL"; signs in there if asked.

        Raises NeedsHuman: link_unreachable if the profile has no backend URL, wrong_account if another one is shown.
        """
        url = self.profile.site.backend_url
        if url is None:
            raise NeedsHuman(
                "link_unreachable",
                "the link to the Cancellation Start Page is dead and the profile has no site.backend_url: open it by hand",
            )
        known = self.start.tab if self.use_backend and self.start else None
        tab = known if known and not known.page.is_closed() else self.session.tab()
        page = self._backend_look_up(tab, url).open_start_page(self.request.account_name, self.request.account_number)
        self.use_backend = True
        try:
            return self.note_start(page)
        except Refusal as refusal:
            raise NeedsHuman("wrong_account", f"the backend shows another account: {refusal.message}") from refusal

    def _backend_look_up(self, tab: Tab, url: str) -> BackendLookUp:
        self.open(tab, url)
        look_up = BackendLookUp(tab)
        try:
            return look_up.arrived()
        except SignedOut:
            self.session.sign_in(tab)
        if not look_up.here():
            self.open(tab, url)
        return look_up.arrived()

    def to_cancel_page(self) -> CancelPage:
        """The page with the four links, fresh, its identity confirmed (clause 5)."""
        if self.cancel is not None and not self.cancel.tab.page.is_closed() and self.cancel.here():
            self.confirm(self.cancel)
            return self.cancel
        start = self.start
        if start is None or start.tab.page.is_closed() or not start.here():
            start = self.fresh_start()
        self.confirm(start)
        self.cancel = start.open_cancel_page()
        self.confirm(self.cancel)
        return self.cancel

    def to_billing(self, start: CancellationStartPage) -> ArBillingPage:
        """The billing page by "Link to AR: number - name" (clause 7), its identity confirmed."""
        self.billing = start.open_billing(self.request.account_number, self.request.account_name)
        self.confirm(self.billing)
        return self.billing
