"""The words on a page that are closest to words that are gone from it."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from flows.baseline import KnownPage
from page_objects.portrait import Portrait
from page_objects.wording import plain, squeeze

ALIKE = 0.5
"""The share of letters that two wordings have in common, in their order, from which on they are called close."""
RENAMED = 0.6
"""From here on it is called renamed."""


def nearest(words: str, page: KnownPage, portrait: Portrait) -> tuple[str, float]:
    """The closest new words on the page, and how close (0 to 1); ("", 0.0) where nothing is."""
    known = {plain(one) for one in (*page.links, *page.labels, *page.columns, *page.messages, *page.modules)}
    known |= {plain(thing.says) for thing in page.things} | {plain(thing.says) for thing in portrait.things}
    best = max(
        ((_share(words, one), one) for one in _candidates(portrait) if plain(one) not in known), default=(0.0, "")
    )
    return (best[1], best[0]) if best[0] >= ALIKE else ("", 0.0)


def _share(one: str, other: str) -> float:
    return SequenceMatcher(None, plain(one), plain(other), autojunk=False).ratio()


def _candidates(portrait: Portrait) -> Iterable[str]:
    yield from (*portrait.links, *portrait.labels, *portrait.columns, *portrait.modules, *portrait.messages)
    for screen in portrait.screens:
        for document in screen.documents:
            for run in (*document.runs, *document.paragraphs):
                text = squeeze(run.text)
                if 2 <= len(text) <= 120:
                    yield text
