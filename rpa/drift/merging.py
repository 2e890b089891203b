"""The baseline that a person makes by accepting changes: the old one, and of the new one what was accepted."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from flows.baseline import Baseline, KnownPage, KnownThing
from flows.change import Change
from page_objects.general_words import figureless
from page_objects.portrait import PageName
from page_objects.wording import plain
from rpa.drift.proposals import REWORDED, Proposal

LISTS = {
    "new_link": "links", "link_gone": "links", "new_label": "labels", "new_column": "columns", "column_gone": "columns",
    "new_status": "statuses", "new_module": "modules", "module_gone": "modules", "new_message": "messages",
}  # fmt: skip
"""Kind of change -> the list of a page that it is in."""
NAMES = ("links", "labels", "columns", "modules", "messages")

Accepted = tuple[Change, Proposal | None]
"""A change, and the wording that the profile gets for it."""


def accepted_baseline(before: Baseline, now: Baseline, accepted: Iterable[Accepted], *, by: str, why: str) -> Baseline:
    """`before` with these changes. `now`: the pages as they were read when the changes were seen."""
    pages, taken = dict(before.pages), list(accepted)
    renamed = {(one.page, figureless(one.nearest)) for one, proposal in taken if proposal is not None}
    for change, proposal in taken:
        if change.kind in {"new_link", "new_label"} and (change.page, figureless(change.seen)) in renamed:
            continue  # it is what something is called now
        page = _changed(pages.get(change.page), now.pages.get(change.page), change, proposal)
        if page is not None:
            pages[change.page] = page
    return before.model_copy(
        update={
            "revision": before.revision + 1,
            "learned_at": dt.datetime.now(dt.UTC).replace(microsecond=0),
            "by": by,
            "why": why,
            "pages": _in_order(pages, now),
        }
    )


def without_gone(made: Baseline, now: Baseline, pages: Iterable[PageName]) -> tuple[Baseline, tuple[str, ...]]:
    """Without the links that these pages do not have any more: of a page that was not recognised by its words they are
    not told one by one. And which they are.
    """
    changed, gone = dict(made.pages), list[str]()
    for name in pages:
        if name in changed and name in now.pages:
            there = {figureless(text) for text in now.pages[name].links}
            left = tuple(text for text in changed[name].links if figureless(text) in there)
            gone += [text for text in changed[name].links if text not in left]
            changed[name] = changed[name].model_copy(update={"links": left})
    return made.model_copy(update={"pages": changed}), tuple(gone)


def _in_order(pages: dict[PageName, KnownPage], now: Baseline) -> dict[PageName, KnownPage]:
    """A page that is new stands where it was read."""
    names = [name for name in now.pages if name in pages]
    return {name: pages[name] for name in (*pages, *names)} if set(names) <= set(pages) else pages


def _changed(
    old: KnownPage | None, new: KnownPage | None, change: Change, proposal: Proposal | None
) -> KnownPage | None:
    if old is None or change.kind == "new_page":
        return new
    if change.kind == "moved" and new is not None and not change.key:
        return _reordered(old, new)
    if change.kind in LISTS:
        return _with_list(old, new, change)
    return _with_thing(old, new, change, proposal) if change.key else old


def _reordered(old: KnownPage, new: KnownPage) -> KnownPage:
    """What stood there before, in the order of now."""
    return old.model_copy(update={name: _like(getattr(old, name), getattr(new, name)) for name in ("links", "columns")})


def _like(texts: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    place = {plain(text): number for number, text in enumerate(order)}
    return tuple(sorted(texts, key=lambda text: place.get(plain(text), len(order))))


def _with_list(old: KnownPage, new: KnownPage | None, change: Change) -> KnownPage:
    name = LISTS[change.kind]
    texts = [text for text in getattr(old, name) if plain(text) != plain(change.expected)]
    if change.seen:
        order = [plain(text) for text in getattr(new, name)] if new is not None else []
        texts.insert(_place(change.seen, texts, order), change.seen)
    return old.model_copy(update={name: tuple(texts)})


def _place(text: str, among: Sequence[str], order: Sequence[str]) -> int:
    """Where `text` belongs: behind the last of those that stand before it in `order`; at the end if that is not known."""
    if plain(text) not in order:
        return len(among)
    before = set(order[: order.index(plain(text))])
    return max((number + 1 for number, one in enumerate(among) if plain(one) in before), default=0)


def _with_thing(old: KnownPage, new: KnownPage | None, change: Change, proposal: Proposal | None) -> KnownPage:
    key = change.key.removeprefix("words.")
    was, now = _thing(old, key), _thing(new, key)
    if now is None and was is not None and change.kind in REWORDED and proposal is not None and proposal.new:
        says = change.nearest if was.sort == "press" else proposal.new
        also = tuple(one for one in was.also if plain(one) not in {plain(change.expected), plain(says)})
        return _renamed(_replaced(old, key, was.model_copy(update={"says": says, "also": also})), change)
    changed = _replaced(old, key, now)
    return _renamed(changed, change) if now is not None and change.kind in REWORDED else changed


def _thing(page: KnownPage | None, key: str) -> KnownThing | None:
    return next((one for one in page.things if one.key == key), None) if page is not None else None


def _replaced(page: KnownPage, key: str, thing: KnownThing | None) -> KnownPage:
    """The page with that in the place of what it has under the key; without it if there is none."""
    things = [thing if one.key == key else one for one in page.things]
    if key not in {one.key for one in page.things}:
        things.append(thing)
    return page.model_copy(update={"things": tuple(one for one in things if one is not None)})


def _renamed(page: KnownPage, change: Change) -> KnownPage:
    """The same words in the lists that have them too: the four links are among the links of their page."""
    new = change.seen or change.nearest
    rename: Callable[[str], str] = lambda text: new if plain(text) == plain(change.expected) else text  # noqa: E731
    return page.model_copy(update={name: tuple(dict.fromkeys(map(rename, getattr(page, name)))) for name in NAMES})
