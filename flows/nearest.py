"""The words on a page that are closest to words that are gone from it."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from flows.baseline import KnownPage, KnownThing
from page_objects.portrait import Portrait, Sort
from page_objects.wording import plain, squeeze

ALIKE = 0.5
"""The share of letters that two wordings have in common, in their order, from which on they are called close."""
RENAMED = 0.6
"""From here on it is called renamed."""
OF_SORT: dict[Sort, str] = {
    "press": "links", "enter": "labels", "choose": "labels", "tick": "labels", "column": "columns",
}  # fmt: skip
"""Where a portrait has what is of the same sort."""


def nearest(gone: KnownThing, page: KnownPage, portrait: Portrait) -> tuple[str, float]:
    """The closest new words on the page, and how close (0 to 1); ("", 0.0) where nothing is.

    What is new there and of the same sort comes first: the only such thing is it, however it is called.
    """
    there = portrait.thing(gone.key.replace("organization.", "identity."))
    if there is not None and there.key != gone.key:  # the account's own number or name stands beside it
        return there.says, 1.0
    known = {plain(one) for one in (*page.links, *page.labels, *page.columns, *page.messages, *page.modules)}
    known |= {plain(thing.says) for thing in page.things} | {plain(thing.says) for thing in portrait.things}
    part = "modules" if gone.key == "obstacles.premium_edition" else OF_SORT.get(gone.sort, "")
    alike = [one for one in getattr(portrait, part, ()) if plain(one) not in known]
    best, share = _best(gone.says, alike)
    if best and (share >= ALIKE or len(alike) == 1):
        return best, share
    best, share = _best(gone.says, (one for one in _texts(portrait) if plain(one) not in known))
    return (best, share) if share >= ALIKE else ("", 0.0)


def _best(words: str, candidates: Iterable[str]) -> tuple[str, float]:
    wanted = plain(words)
    shares = ((SequenceMatcher(None, wanted, plain(one), autojunk=False).ratio(), one) for one in candidates)
    share, best = max(shares, default=(0.0, ""))
    return best, share


def _texts(portrait: Portrait) -> Iterable[str]:
    yield from (*portrait.links, *portrait.labels, *portrait.columns, *portrait.modules, *portrait.messages)
    for screen in portrait.screens:
        for document in screen.documents:
            for run in (*document.runs, *document.paragraphs):
                text = squeeze(run.text)
                if 2 <= len(text) <= 120:
                    yield text.rstrip(": ")
