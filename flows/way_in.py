"""The way in: a tab that is signed in, and from there to a look-up (clauses 2 and 4c). Reading only."""

import contextlib
import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from page_objects.admin_page import asks_for_password
from page_objects.document import Found
from page_objects.look_up_page import LookUpPage
from page_objects.obstacles import Missing, NotHere, SignedOut
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.traffic import Traffic
from page_objects.wording import quoted

if TYPE_CHECKING:
    from flows.walk import Walk

Page = TypeVar("Page", bound=LookUpPage)

HOPS = 4
"""Pages that are passed between the sign-in and the look-up, the sign-in page among them."""
PRESSES = 2
"""A link that is pressed while a frame still loads may lead nowhere; pressing it again is reading again."""


def at_crm(walk: "Walk") -> Tab:
    """A tab that is signed in to the CRM."""
    tab = walk.crm
    if tab is None or tab.page.is_closed() or tab.lost:
        tab = walk.crm = walk.session.tab()
        walk.open(tab, walk.session.home() or _address(walk, walk.profile.site.sign_in_path))
        screen = inside(walk, OrganizationSearch(tab))
        at_home = walk.profile.site.look_up_path or _offers(OrganizationSearch(tab), screen)
        if at_home and not walk.session.home() and not OrganizationPage(tab).recognised(screen):
            walk.session.note_home(tab.page.url)
    elif asks_for_password(tab.glance()):
        walk.sign_in(tab)
    return tab


def to_search(walk: "Walk") -> OrganizationSearch:
    """The Organization look-up (clause 2)."""
    search = OrganizationSearch(at_crm(walk))
    path = walk.profile.site.look_up_path
    if path:
        return _by_path(walk, search, path)
    screen = inside(walk, search)
    for address in dict.fromkeys((walk.session.home(), walk.profile.site.base_url)):
        if _offers(search, screen) and not OrganizationPage(search.tab).recognised(screen):
            break
        if address:
            walk.open(search.tab, address)
            screen = inside(walk, search)
    return _through_link(walk, search)


def _by_path(walk: "Walk", search: OrganizationSearch, path: str) -> OrganizationSearch:
    walk.open(search.tab, _address(walk, path))
    try:
        return search.arrived()
    except SignedOut:
        walk.sign_in(search.tab)
        walk.open(search.tab, _address(walk, path))
        return search.arrived()


def inside(walk: "Walk", page: LookUpPage) -> Screen:
    """The screen once it offers the look-up or has finished loading, signed in, past what only wants to be read."""
    for _ in range(HOPS):
        screen = page.tab.until(lambda now: _decided(page, now), "a page that has finished loading")
        if asks_for_password(screen):
            walk.sign_in(page.tab)
            continue
        if _offers(page, screen):
            return screen
        onward = _onward(walk, screen)
        if onward is None:
            return _menu_open(page, screen)
        _press(page.tab, onward, screen)
    return screen


def _menu_open(page: LookUpPage, screen: Screen) -> Screen:
    """The screen with the site's menu open, if it has a button for that and the link to the look-up is behind it."""
    tab, button = page.tab, page.menu(screen)
    if button is None:
        return screen
    with tab.setting.reading_only(), contextlib.suppress(NotHere):  # the menu may lead elsewhere
        tab.press(button)
        tab.until(lambda now: page.links(now) or None, page.name, 3 * tab.setting.patience.quiet)
    return tab.glance()


def _through_link(walk: "Walk", page: OrganizationSearch) -> OrganizationSearch:
    """The look-up: the one on the screen if it is an account's for certain, else the one that the link leads to."""
    for _ in range(PRESSES):
        screen = inside(walk, page)
        links = page.links(screen)
        if page.certain(screen) or not links:
            break
        screen = _pressed(page)
        if not asks_for_password(screen) and page.recognised(screen):
            break
    return there(page)


def there(page: Page) -> Page:
    """The look-up, if it is on the screen. Raises Missing with the words that were looked for."""
    screen = page.tab.glance()
    arrived = page.arrival(screen)  # raises what stands there instead
    if arrived:
        return arrived
    words, key = page.look_up.words, page.key
    controls = [one for document in screen.documents for one in document.controls]
    raise Missing(
        f"there is neither a look-up (a field labelled {quoted(words.field, 3)}, with a button {quoted(words.button, 3)}) "
        f"nor a link to one (called {quoted(words.open, 3)}): set {key}.field, {key}.button or {key}.open in the profile, "
        f"or words.sign_in.go_on for a page that stands in between; the page has {quoted(one.name for one in controls)}",
        page.whereabouts(),
    )


def _decided(page: LookUpPage, screen: Screen) -> Screen | None:
    """The screen, if it is known what it is, or will not become anything else.

    A link that leads into a frame is lost while that frame still loads.
    """
    offered = (page.certain(screen) or page.links(screen)) and all(
        document.ready == "complete" for document in screen.documents
    )
    return screen if asks_for_password(screen) or offered or _finished(page.tab, screen) else None


def _finished(tab: Tab, screen: Screen) -> bool:
    busy = not screen.text.strip() or screen.shows(tab.words.obstacles.loading)
    return not busy and screen.quiet >= 1000 * tab.setting.patience.quiet


def _static(screen: Screen) -> bool:
    """Whether all of it is there and no script can be seen: what it offers can be taken. It may still lead on by itself."""
    return screen.whole and all(document.final and document.ready == "complete" for document in screen.documents)


def _offers(page: LookUpPage, screen: Screen) -> bool:
    return page.recognised(screen) or bool(page.links(screen))


def _pressed(page: LookUpPage) -> Screen:
    """The screen that the link leads to. A redraw is an arrival too, and so is a screen that stays as it was."""
    tab, patience = page.tab, page.tab.setting.patience
    with contextlib.suppress(NotHere):  # it may be being drawn anew
        tab.until(lambda now: page.links(now) or None, page.name, 3 * patience.quiet)
    before = tab.glance()
    link = _the_link(before, page)
    with Traffic(tab.page) as traffic:
        tab.press(link)
        pressed = time.monotonic()

        def led(screen: Screen) -> Screen | None:
            if asks_for_password(screen):
                return screen
            there = page.arrival(screen, before)  # raises what stands there instead
            changed = screen.state != before.state
            if there and changed and page.certain(screen):
                return screen
            passed = time.monotonic() - pressed
            over = (changed or passed > 3 * patience.quiet) and (traffic.pending == 0 or passed > patience.page / 2)
            return screen if over and (_finished(tab, screen) or (there and changed and _static(screen))) else None

        return tab.until(led, page.name)


def _the_link(screen: Screen, page: LookUpPage) -> Found:
    """The link to the look-up; one that stands on the page twice and leads to one address is one."""
    found = page.links(screen)
    targets = {(one.document.token, one.control.href, one.control.target) for one in found}
    real = bool(found) and not found[0].control.doubtful and found[0].control.href
    return found[0] if real and len(targets) == 1 else the_one(found, page.look_up.words.open)


def _onward(walk: "Walk", screen: Screen) -> Found | None:
    """What leads on from a page after the sign-in; never where an account is open, and never a form's button."""
    opened = (walk.organization, walk.start, walk.cancel, walk.billing, walk.reading)
    if any(page is not None for page in opened):
        return None
    found = screen.operable(walk.profile.words.sign_in.go_on, {"link", "button", "clickable"})
    return found[0] if len(found) == 1 and not _sends(found[0]) else None


def _sends(one: Found) -> bool:
    """Whether it may send what a form asks for, which a link to an address does not."""
    href = (one.control.href or "").strip().casefold()
    if one.control.kind == "link" and not (
        one.control.doubtful or one.control.onclick or href.startswith("javascript:")
    ):
        return False
    return any(
        control.kind in {"field", "select", "textbox", "checkbox", "radio"} and control.form == one.control.form
        for control in one.document.controls
    )


def _press(tab: Tab, onward: Found, before: Screen) -> None:
    tab.press(onward)
    try:
        tab.until(lambda now: now.state != before.state or None, "the page that follows")
    except NotHere as error:
        raise NotHere(f'"{onward.control.name}" leads nowhere', tab.whereabouts("page after the sign-in")) from error


def _address(walk: "Walk", path: str) -> str:
    return urljoin(walk.profile.site.base_url + "/", path)
