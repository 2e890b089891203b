"""Texts by their shape: letters as x and X, digits as 0. What a customer is called, nobody reads from it."""

import re
import unicodedata
from collections.abc import Callable

from page_objects.general_words import Whose

_PHONE = re.compile(r"(?<!\w)(?:\+\d[\d ().-]{7,}|\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\w)|\d{3}[ .-]\d{4}(?!\w))")
_IN_FIGURES = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|"
    r"october|november|december|mon|tue|wed|thu|fri|sat|sun|usd|eur|gbp|cad|aud|am|pm)\b",
    re.IGNORECASE,
)


def shape(text: str) -> str:
    """`text` letter by letter: as long, and with the same blanks and signs."""
    return "".join(map(_shaped, text))


def _shaped(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LMC" and not character.isspace():
        return "X" if category == "Lu" else "x"
    if category[0] == "N":
        return "0"
    return "x" if character == "@" else character


def shape_but_own(text: str, whose: Whose) -> str:
    """`shape`, but for the account's own number and name where they stand as words of their own."""
    return _but(text, _own(whose), shape)


def figures_hidden(text: str, whose: Whose) -> str:
    """`text` with 0 for each digit, but for those of the account's own number and name."""
    return _but(text, _own(whose), lambda part: "".join("0" if c.isnumeric() else c for c in part))


def figures_kept(text: str, whose: Whose) -> str:
    """The shape of a cell of the billings, with its figures where it is no sentence: "Xxx-1047", "May 3, 2026", "99.00"."""
    words = re.findall(r"[^\W\d_]+", _IN_FIGURES.sub("", text))
    if len(words) > 1 or _PHONE.search(text) or "@" in text:
        return shape_but_own(text, whose)
    kept = re.compile(rf"\d+|{_IN_FIGURES.pattern}", re.IGNORECASE)
    return _but(text, kept, shape)


def _own(whose: Whose) -> re.Pattern[str]:
    own = [re.escape(one) for one in (whose.name, whose.number) if len(one) >= 3]
    return re.compile(rf"(?<!\w)(?:{'|'.join(own) or '(?!)'})(?!\w)")


def _but(text: str, kept: re.Pattern[str], change: Callable[[str], str]) -> str:
    """`text` changed, but for what `kept` matches."""
    parts, done = [], 0
    for found in kept.finditer(text):
        parts += [change(text[done : found.start()]), found.group()]
        done = found.end()
    return "".join([*parts, change(text[done:])])
