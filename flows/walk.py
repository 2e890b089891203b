"""One request on its way: where the robot is, and how it gets to the pages. Reading only; nothing here has an effect."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from flows import way_in
from flows.errors import NeedsHuman, Refusal
from flows.identity import confirm_identity, line_that_states_both
from flows.journal import EventKind, Journal
from flows.model import AccountReading, CancellationRequest, Effect, End, FreshReading, Plan, ProofLine
from flows.profile import SiteProfile, UnsafePage
from flows.results import open_result
from flows.session import Session
from page_objects.admin_page import AdminPage, Identity, identity_of
from page_objects.ar_billing_page import ArBillingPage
from page_objects.backend_look_up import BackendLookUp
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_form import FormReady
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.moves import follow
from page_objects.obstacles import NotHere
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch
from page_objects.portrait import PageName
from page_objects.screen import Screen
from page_objects.tab import Tab


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
    start_by_link: bool = False
    """The start page's address shows something else (that of a frameset, or of an answer to a POST)."""
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
    form: FormReady | None = None
    """What the form of clause 10 would say, and what would keep it from being filled in."""
    start_was_reached: bool = False
    fresh: FreshReading | None = None
    """The account as read after the effects (clauses 7 to 9)."""
    proof: tuple[ProofLine, ...] = ()
    end: End = End.NEEDS_HUMAN

    drift: list[str] = field(default_factory=list)
    """What is not as it was learned of the pages that were reached, and an effect relies on; sentences."""
    watch: Callable[[AdminPage, PageName | None], None] = lambda _page, _name: None
    """Told of each page that is reached, before anything is done there, and how a portrait calls it where the page itself does
    not tell. May raise Drifted. Set by the robot."""
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
            screen = page.tab.settled()
            page.arrival(screen)  # raises what has come in its place
            read = page.identity(page.body(screen))
            confirm_identity(read, self.request, patterns, page.name)
        return read

    @contextlib.contextmanager
    def opening(self, place: UnsafePage, on: AdminPage | None) -> Iterator[None]:
        """Open `place` from the page `on`. One that the profile calls unsafe to read is opened as an effect is caused:
        identity, durable intent, one request. Raises NeedsHuman (unsafe_page) in a plan, which does not open it.
        """
        if place not in self.profile.reading.unsafe_pages:
            yield
            return
        if self.planning:
            raise NeedsHuman(
                "unsafe_page", f"the profile says that {place} is not safe to read; a plan does not open it"
            )
        self.session.check_stop()
        identity = self.confirm(on) if on is not None else None
        state = self.stated(identity) if identity else {}
        intent = self.journal.intend(Effect.OPEN_PAGE, self.clause, state, place, "")
        with self.session.permit() as sent:
            try:
                self.session.setting.before_press()
                yield
            finally:
                self.journal.sent(intent, sent.requests)
                outcome = "done" if sent.sent and sent.answered else "unknown" if sent.reached else "not_done"
                self.journal.settle(intent, outcome, "the site answered" if outcome == "done" else "no answer")

    def arrived(self, page: AdminPage, moment: str = "page") -> None:
        """Note a page that was reached: its picture, and whose it is."""
        self.session.evidence(page.tab, page.name, moment, self.clause)
        document = page.body(page.tab.glance())
        identity = identity_of(document, page.words)
        values = self.stated(identity)
        self.journal.write(EventKind.OBSERVATION, self.clause, page=page.name, url=document.url, values=values)

    def reached(self, page: AdminPage, name: PageName | None = None) -> None:
        """A page is on the screen, or another view of it. Raises Drifted if it is not as it was learned and nothing was begun."""
        self.watch(page, name)

    def stated(self, identity: Identity) -> dict[str, str]:
        """What a document says of whose it is: beside the labels, or in one line with number and name."""
        request, patterns = self.request, self.profile.words.organization.identity
        line = line_that_states_both(identity.lines, request.account_number, request.account_name, patterns)
        told = {"number": " / ".join(identity.numbers), "name": " / ".join(identity.names)}
        return told if all(told.values()) else {**told, "line": line}

    # --- the CRM ---

    def at_crm(self) -> Tab:
        """A tab that is signed in to the CRM."""
        return way_in.at_crm(self)

    def sign_in(self, tab: Tab) -> None:
        """Sign in where `tab` asks for the password. An address from before may carry the old session: it is forgotten."""
        self.session.sign_in(tab)
        self.start_url = ""

    def open(self, tab: Tab, url: str) -> None:
        """Open a URL that has no effect. Raises NeedsHuman if it was that of an effect."""
        if self.session.spent(url):
            raise NeedsHuman(
                "unknown_page", f"the way back leads over {url[:200]}, which has an effect; it was not opened"
            )
        tab.open(url)

    def to_search(self) -> OrganizationSearch:
        """The Organization look-up (clause 2)."""
        search = way_in.to_search(self)
        self.reached(search)
        return search

    def to_organization(self) -> OrganizationPage:
        """The account's record, looked up afresh, its identity confirmed (clause 2)."""
        search = self.to_search()
        found = search.search(self.request.account_name, self.request.account_number)
        page = found if isinstance(found, OrganizationPage) else open_result(self, search, found)
        self.reached(page)
        self.confirm(page)
        self.organization = page
        return page

    def back_at_organization(self) -> OrganizationPage:
        """The record, on the screen now: as it stands if it is still there, else looked up again."""
        page = self.organization
        if page is not None and not page.tab.page.is_closed() and page.here():
            self.reached(page)
            self.confirm(page)
            return page
        return self.to_organization()

    # --- the backend ---

    def note_start(self, page: CancellationStartPage) -> CancellationStartPage:
        """Remember the start page, once it is the account's."""
        self.reached(page)
        self.confirm(page)
        self.start_was_reached = True
        if not self.start_by_link:
            self.start_url = page.tab.page.url
        self.start = page
        return page

    def fresh_start(self) -> CancellationStartPage:
        """The Cancellation Start Page, read anew from the server, by the shortest way that has no effect."""
        if self.start is None or self.start.tab.page.is_closed():
            return self.reopen_start()
        ways = () if "start_page" in self.profile.reading.unsafe_pages else (self._by_link, self._by_address)
        for way in ways:
            page = self._try(way)
            if page is not None:
                return self.note_start(page)
        self.start_by_link = self.start_by_link or bool(self.start_url)
        self.start_url = ""
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
                return follow(tab, found[0], CancellationStartPage)
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
        with self.opening("start_page", page):
            start = page.open_start_page(drop_down.label, drop_down.link)
        return self.note_start(start)

    def by_backend(self) -> CancellationStartPage:
        """Clause 4c: "look the account up using the back end URL"; signs in there if asked.

        Raises NeedsHuman: link_unreachable if the profile has no backend URL, wrong_account if another one is shown.
        """
        look_up = self.to_backend_look_up()
        with self.opening("start_page", None):
            page = look_up.open_start_page(self.request.account_name, self.request.account_number)
        self.use_backend = True
        try:
            return self.note_start(page)
        except Refusal as refusal:
            raise NeedsHuman("wrong_account", f"the backend shows another account: {refusal.message}") from refusal

    def to_backend_look_up(self) -> BackendLookUp:
        """The look-up at the backend URL (clause 4c). Raises NeedsHuman (link_unreachable) if the profile has none."""
        url = self.profile.site.backend_url
        if url is None:
            raise NeedsHuman(
                "link_unreachable",
                "the link to the Cancellation Start Page is dead and the profile has no site.backend_url: open it by hand",
            )
        known = self.start.tab if self.use_backend and self.start else None
        tab = known if known and not known.page.is_closed() else self.session.tab()
        return self._backend_look_up(tab, url)

    def _backend_look_up(self, tab: Tab, url: str) -> BackendLookUp:
        """After a sign-in the site leads on by itself, with a session that may be in its URL: opened again only if not."""
        self.open(tab, url)
        look_up = BackendLookUp(tab)
        if not look_up.recognised(way_in.inside(self, look_up)):
            self.open(tab, url)
            way_in.inside(self, look_up)
        page = way_in.there(look_up)
        self.reached(page)
        return page

    def to_cancel_page(self) -> CancelPage:
        """The page with the four links, fresh, its identity confirmed (clause 5)."""
        if self.cancel is not None and not self.cancel.tab.page.is_closed() and self.cancel.here():
            self.reached(self.cancel)  # it has been drawn anew since the effect before
            self.confirm(self.cancel)
            return self.cancel
        start = self.start
        if start is None or start.tab.page.is_closed() or self._left(start) or not start.here():
            start = self.fresh_start()
        self.confirm(start)
        return self.open_cancel_page(start)

    def _left(self, start: CancellationStartPage) -> bool:
        """Whether the billing page stands in its place: then it is not being drawn, and need not be waited for."""
        screen, billing = start.tab.glance(), self.billing
        there = billing is not None and billing.tab is start.tab and billing.recognised(screen)
        return there and not start.recognised(screen)

    def open_cancel_page(self, start: CancellationStartPage) -> CancelPage:
        """The page with the four links from the start page that is shown (clause 5), its identity confirmed."""
        with self.opening("cancel_page", start):
            self.cancel = start.open_cancel_page()
        self.reached(self.cancel)
        self.confirm(self.cancel)
        return self.cancel

    def to_billing(self, start: CancellationStartPage) -> ArBillingPage:
        """The billing page by "Link to AR: number - name" (clause 7), its identity confirmed."""
        with self.opening("billing", start):
            self.billing = start.open_billing(self.request.account_number, self.request.account_name)
        self.reached(self.billing)
        self.confirm(self.billing)
        return self.billing
