"""What the runner does about an obstacle: the article's own recoveries, and those that any site needs."""

from flows.effects import update
from flows.errors import NeedsHuman
from flows.journal import EventKind
from flows.modules import switch_to_premium
from flows.reading import note_facts
from flows.walk import Walk
from page_objects.obstacles import Obstacle
from page_objects.organization_page import OrganizationPage
from page_objects.sign_in_page import SignInPage
from page_objects.tab import Tab, every
from page_objects.wording import plain


def press_update(walk: Walk) -> None:
    """4a: "you can click on the Update button and then this will make them live hyperlinks again"."""
    update(walk, _record(walk), "4a")


def may_update(walk: Walk) -> bool:
    """Only where there is a Server Location: without one Update does not help (4b)."""
    return _has_drop_down(walk) and not walk.planning and _location(walk) not in {"", None}


def enter_server_location(walk: Walk) -> None:
    """4b: "If you enter the Server Location URL it should make those hyperlinks available. Click Update"."""
    page = _record(walk)
    url = walk.profile.server_location_for(walk.request.account_number, _server(walk, page))
    if url is None:
        raise NeedsHuman("link_unreachable", "the profile has no Server Location URL for this account")
    page.enter_server_location(url)
    update(walk, page, "4b")
    again = _record(walk)
    saved = again.server_location(again.tab.glance())
    walk.journal.write(EventKind.OBSERVATION, "4b", page=again.name, url="", values={"Server Location": saved or ""})
    if plain(saved or "") != plain(url):
        walk.journal.write(EventKind.WARNING, "4b", text="Server Location was not saved")


def may_enter_server_location(walk: Walk) -> bool:
    """Only where it is empty, and only from the profile's table (promise 6)."""
    if not _has_drop_down(walk) or walk.planning or _location(walk) != "":
        return False
    return walk.profile.server_location_for(walk.request.account_number, _server(walk, _record(walk))) is not None


def use_backend_url(walk: Walk) -> None:
    """4c: "If that doesn't work then you can use the second option by going to the backend URL"."""
    walk.by_backend()


def may_use_backend(walk: Walk) -> bool:
    return walk.profile.site.backend_url is not None and not walk.use_backend


def may_use_backend_for_a_wrong_page(walk: Walk) -> bool:
    """Where the link is live and leads to something else than the Cancellation Start Page."""
    return walk.clause == "3-4" and may_use_backend(walk)


def switch_to_premium_and_return(walk: Walk) -> None:
    """7a: "click on the App Module drop down and change to Premium Edition ... (back) two times"."""
    _back_twice(walk, switch_to_premium(walk))


def may_switch_module(walk: Walk) -> bool:
    return not walk.planning


def _back_twice(walk: Walk, tab: Tab) -> None:
    """Back to the Cancellation Start Page; where back lands elsewhere, the step opens it again by itself."""
    start = walk.start
    if start is None or start.tab is not tab:
        return
    for _ in range(2):
        if not tab.back():  # an expired page has nothing to go on from: the step comes again from the record
            close_and_reopen(walk)
            return
        try:
            if tab.until(lambda screen: start.recognised(screen) or None, start.name, 2 * walk.profile.timing.quiet):
                return
        except Obstacle:
            continue


def sign_in_again(walk: Walk) -> None:
    """The session has ended: sign in once more where the password is asked for."""
    for tab in every(
        [page.tab for page in (walk.start, walk.cancel, walk.billing) if page] + ([walk.crm] if walk.crm else [])
    ):
        if SignInPage(tab).here():
            walk.sign_in(tab)
    walk.organization = None


def wait_and_retry(walk: Walk) -> None:
    """The site did not answer, or said that it can't now. Reading again has no effect."""
    walk.session.pause(2.0)
    _leave_error_pages(walk)


def _leave_error_pages(walk: Walk) -> None:
    """A tab that got no answer shows the browser's own error page for ever: come again from elsewhere."""
    for name in ("start", "cancel", "billing", "organization"):
        page = getattr(walk, name)
        if page is not None and page.tab.lost:
            setattr(walk, name, None)
        elif page is not None:
            page.tab.close_lost_windows()
    if walk.crm is not None and walk.crm.lost:
        walk.crm = None
    elif walk.crm is not None:
        walk.crm.close_lost_windows()


def close_and_reopen(walk: Walk) -> None:
    """A page is not the expected one: leave it and come again from the record."""
    walk.start = walk.cancel = walk.billing = walk.organization = None
    tab = walk.crm
    if tab is not None and not tab.page.is_closed() and any(document.busy for document in tab.look().documents):
        tab.page.close()  # a frame whose answer broke off loads for ever
        walk.crm = None


def _record(walk: Walk) -> OrganizationPage:
    return walk.back_at_organization()


def _location(walk: Walk) -> str | None:
    page = _record(walk)
    note_facts(walk, page)
    return page.server_location(page.tab.glance())


def _server(walk: Walk, page: OrganizationPage) -> str:
    return page.labelled(page.tab.glance(), walk.profile.server_field) or ""


def _has_drop_down(walk: Walk) -> bool:
    return walk.profile.drop_down_for(walk.request.account_number) is not None and not walk.use_backend
