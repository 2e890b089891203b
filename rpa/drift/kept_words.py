"""Which texts of a page may stand in a recording: the profile's words, and what the page's portrait says.

A portrait holds no account's values; so what reads as in it is the site's own wording.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from flows.profile import SiteProfile
from page_objects.general_words import LONGEST, Whose
from page_objects.portrait import Portrait
from page_objects.wording import plain, squeeze

Verdict = Literal["all", "letters", ""]
"""What of a text is kept: all of it; its letters, but no figures but the account's own; nothing."""


class KeptWords:
    """For the pages of one canary account."""

    def __init__(
        self, profile: SiteProfile, whose: Whose, portraits: Sequence[Portrait], wordings: Sequence[str] = ()
    ) -> None:
        """`wordings`: what the profile may say in future."""
        self.whose = whose
        phrases = [*wordings, *(text for part in _with_wordings(profile) for text in _texts(part))]
        self._literal = frozenset(plain(text) for text in phrases)
        relied = [thing.says for portrait in portraits for thing in portrait.things]
        self._relied = frozenset(plain(text) for text in (*relied, *phrases) if "@" not in text)
        said = [text for portrait in portraits for text in _said(portrait)]
        self._general = frozenset(plain(text) for text in said if "@" not in text)
        self.vocabulary = frozenset(_words((*phrases, *relied, *said)))
        """Single words, in lower case: what may stand in an address or a script."""

    def verdict(self, text: str, *, listed: bool = False) -> Verdict:
        """What of `text` is kept. `listed`: it may be another account's name, so only the profile's own words are."""
        words = plain(text)
        if not words or words in self._literal:
            return "all"
        if self.own(text):
            return "all"
        if listed or len(squeeze(text)) > LONGEST:
            return ""
        if plain(self.whose.nobodys(text)) in self._relied:
            return "all"
        return "letters" if plain(self.whose.general(text)) in self._general else ""

    def own(self, text: str) -> bool:
        """Whether it is the canary's number or name, and nothing else."""
        return squeeze(text) in {one for one in (self.whose.number, squeeze(self.whose.name)) if one}


def _with_wordings(profile: SiteProfile) -> Iterator[Any]:
    yield profile.words
    yield from (profile.self_service.detect, profile.self_service.label, profile.self_service.reveal)
    yield from (profile.server_field, profile.privacy.masked_fields, tuple(profile.reasons.values()))
    for drop_down in profile.drop_downs:
        yield from (drop_down.label, drop_down.link)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a part of the profile."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)


def _said(portrait: Portrait) -> Iterator[str]:
    for part in ("links", "labels", "columns", "statuses", "modules", "messages"):
        yield from getattr(portrait, part)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (word.casefold() for word in re.findall(r"[^\W\d_]+", text))
