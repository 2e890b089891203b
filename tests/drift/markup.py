"""Changes that a person can't see: no finding may be made of them."""

from collections.abc import Callable, Iterator

from tests.drift import markup_frame as frame
from tests.drift import markup_text as text
from tests.drift.mutation import ARTICLE, DEAD, Change, Class, Place, Recipe, on_sheet
from tests.drift.sheet import Sheet
from tests.drift.skin_words import BILLINGS, CANCEL, DATE, LOCATION, MANAGE, REASON, UPDATE, SkinWords

_LINKS = {"a", "button"}
_ACTS: tuple[tuple[str, str, Callable[[Sheet], None], tuple[Place, ...]], ...] = (
    ("ids", "all ids are others", frame.ids, ("organization", "cancel_page")),
    ("classes", "there are more classes", frame.classes, ("start_page", "billing")),
    ("attributes", "there are more attributes", frame.attributes, ("organization", "cancel_page", "billing")),
    ("inline styles", "sizes and colours are set on each element", frame.styles, ("organization", "cancel_page")),
    ("wrappers", "div and span around tables, lists and links", frame.wrappers, ("organization", "cancel_page", "start_page", "look_up")),
    ("spacers", "invisible pictures within links and headings", frame.spacers, ("billing", "start_page")),
    ("css", "other fonts, colours and paddings", frame.other_css, ("organization", "cancel_page", "billing")),
    ("capitals", "a style sheet shows capitals", frame.capitals_by_css, ("cancel_page", "organization")),
    ("idle script", "scripts that do nothing", frame.idle_script, ("organization", "cancel_page")),
    ("unseen by style", "dangerous words that nobody sees", frame.unseen("style"), ("organization", "cancel_page")),
    ("unseen by hidden", "dangerous words that nobody sees", frame.unseen("hidden"), ("start_page", "cancel_page")),
    ("unseen by css", "dangerous words that nobody sees", frame.unseen("css"), ("cancel_page", "billing")),
    ("unseen twin of the billings link", "a second link that nobody sees", frame.unseen_twin(BILLINGS), ("cancel_page",)),
    ("unseen twin of clause 5", "a second link that nobody sees", frame.unseen_twin(CANCEL), ("start_page",)),
    ("white space", "blanks and new lines in the source", text.in_each(text.white_space), ("organization", "cancel_page", "billing")),
    ("hard blanks", "&nbsp; for blanks", text.in_each(text.hard_blanks), ("organization", "cancel_page", "start_page")),
    ("line breaks", "line breaks within the links", text.in_each(text.line_breaks, _LINKS), ("cancel_page", "start_page")),
    ("comments", "comments within phrases", text.in_each(text.comments), ("cancel_page", "organization")),
    ("spans", "a span around each text", text.in_each(text.wrapped("span")), ("cancel_page", "organization", "billing")),
    ("fonts", "font and b around each text", text.in_each(text.wrapped("font", "b")), ("cancel_page", "organization", "start_page")),
    ("underlined letters", "an underlined letter in each text", text.in_each(text.underlined_letter), ("cancel_page", "organization")),
    ("soft hyphens", "soft hyphens in long words", text.in_each(text.soft_hyphens), ("cancel_page", "start_page")),
    ("page late 300", "all comes 0.3 s late", frame.page_late(300), ("organization", "cancel_page")),
    ("page late 1000", "all comes 1 s late", frame.page_late(1000), ("start_page", "cancel_page", "billing")),
    ("block late", "a link comes 0.5 s late", frame.block_late(BILLINGS, 500), ("cancel_page",)),
    ("clause 5 late", "a link comes 0.5 s late", frame.block_late(CANCEL, 500), ("start_page",)),
)  # fmt: skip
_HTML: tuple[tuple[str, str, Change, tuple[Place, ...]], ...] = (
    ("upper tags", "tags in capitals", text.upper_tags, ("organization", "cancel_page", "billing")),
    ("entities", "letters as character references", text.entities, ("organization", "cancel_page", "start_page")),
)
_ONLY: tuple[tuple[str, str, Callable[[Sheet], None], tuple[Place, ...], set[str]], ...] = (
    ("table attributes", "other attributes of tables", frame.table_attributes, ("organization", "billing"),
     {"classic", "postback", "frames"}),
    ("buttons", "<button> for <input>", frame.buttons, ("organization",), {"classic", "postback"}),
    ("buttons in the look-up", "<button> for <input>", frame.buttons, ("look_up",), {"classic", "postback", "popups"}),
    ("addresses", "addresses with another order and a session", frame.addresses, ("start_page", "cancel_page", "billing"),
     {"classic", "frames", "portal"}),
    ("other tags", "strong for b, em for i", frame.other_tags, ("cancel_page",), {"classic"}),
    ("line breaks in headings", "line breaks within headings", text.in_each(text.line_breaks, {"th", "dt"}),
     ("billing", "organization"), {"classic", "popups"}),
    ("curly quotes", "other quotes", text.in_each(text.curly_quotes), ("cancel_page",), {"classic", "postback", "hover", "popups"}),
)  # fmt: skip
_LACKS = {
    ("frames", "addresses", "cancel_page"), ("frames", "addresses", "billing"), ("portal", "addresses", "cancel_page"),
}  # fmt: skip
"""Skins whose page has nothing of the sort."""


def markup(words: SkinWords) -> Iterator[Recipe]:
    for kind, told, act, places in _ACTS:
        yield from (_made(kind, place, told, on_sheet(act)) for place in places)
    for kind, told, change, places in _HTML:
        yield from (_made(kind, place, told, change) for place in places)
    for kind, told, act, places, skins in _ONLY:
        if words.skin in skins:
            mine = [place for place in places if (words.skin, kind, place) not in _LACKS]
            yield from (_made(kind, place, told, on_sheet(act)) for place in mine)
    colons = frame.colons((LOCATION, DATE, REASON, *words.identity("organization").values()))
    yield _made("colons", "organization", "labels with a colon have none, others have one", on_sheet(colons), DEAD)
    yield _made("unseen twin", "organization", "a second Update that nobody sees", on_sheet(frame.unseen_twin(UPDATE)), DEAD)
    if words.skin in {"hover", "popups", "postback"}:
        late = on_sheet(frame.block_late(MANAGE, 500))
        yield _made("block late", "organization", "a link of the drop-down comes 0.5 s late", late)


def _made(kind: str, place: Place, told: str, change: Change, account: str = ARTICLE) -> Recipe:
    return Recipe(place, "mark-up", kind, Class.MARKUP, told, change, account)
