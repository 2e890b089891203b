"""Pages replaced by others, and things that have moved to another page: misleading."""

from collections.abc import Iterator

from tests.drift.mutation import SERVED, Change, Class, Place, Recipe
from tests.drift.sheet import Sheet, block_of, row_of
from tests.drift.skin_words import BILLINGS, CANCEL, HEADING, TO_AR, UPDATE, SkinWords

_MAINTENANCE = "<h1>We'll be right back</h1><p>PlanPlus Online is down for scheduled maintenance. Please try later.</p>"
_ERROR = "<h1>Application error</h1><p>java.lang.NullPointerException at com.crm.ar.Account.load(Account.java:212)</p>"
_NEWS = "<h1>Welcome to the new PlanPlus</h1><p>This page has moved. Please ask your administrator for its address.</p>"
_STAND_IN = {"a maintenance page": _MAINTENANCE, "an error page": _ERROR, "a page about a move": _NEWS}
_PAGES: tuple[tuple[Place, str], ...] = (
    ("organization", "a maintenance page"), ("organization", "an error page"), ("start_page", "a maintenance page"),
    ("start_page", "a page about a move"), ("cancel_page", "an error page"), ("cancel_page", "a page about a move"),
    ("billing", "a maintenance page"), ("billing", "an error page"), ("look_up", "a page about a move"),
)  # fmt: skip
_MOVES: tuple[tuple[str, Place, Place], ...] = (
    (CANCEL, "start_page", "organization"),
    (TO_AR, "start_page", "cancel_page"),
    (BILLINGS, "cancel_page", "start_page"),
    (UPDATE, "organization", "start_page"),
    ("Cancelled", "billing", "start_page"),
)


def elsewhere(_words: SkinWords) -> Iterator[Recipe]:
    for place, what in _PAGES:
        told = f"instead of the page comes {what}"
        yield Recipe(place, "replaced", what, Class.MISLEADING, told, _instead(_STAND_IN[what]))
    for words, source, target in _MOVES:
        told = f'"{words}" has moved to the page "{target}"'
        change = _moved(words, source, target)
        yield Recipe("everywhere", "moved", f"{words} to {target}", Class.MISLEADING, told, change)
    told = f'the form "{HEADING}" has moved to the page "start_page"'
    yield Recipe("everywhere", "moved", "the form", Class.MISLEADING, told, _moved(HEADING, "organization", "start_page"))


def _instead(body: str) -> Change:
    def change(_page: str, html: str) -> str:
        whole = "<body" in html.casefold()
        return f"<html><head><title>PlanPlus Online</title></head><body>{body}</body></html>" if whole else body

    return change


def _moved(words: str, source: Place, target: Place) -> Change:
    """There it is, without a function, as no page knows the other's addresses; the text is what a reader looks for."""

    def change(page: str, html: str) -> str:
        sheet = Sheet(page, html)
        if page in SERVED[source]:
            one = sheet.first(words, start=words == TO_AR)
            if one is None:
                return html
            (block_of(one) if words == HEADING else one if one.name == "input" else row_of(one)).decompose()
        elif page in SERVED[target]:
            heading = sheet.soup.find(["h1", "h2"])
            if heading is None:
                return html
            link = sheet.tag("a", words, href="#")
            heading.insert_after(link)
        else:
            return html
        return str(sheet)

    return change
