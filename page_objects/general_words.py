"""Words of a page without what changes by itself: the account's number and name, figures, days and months."""

import re
from dataclasses import dataclass

from page_objects.wording import identity_text, squeeze

_CALENDAR = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december)\b|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\b(?=[ ,.-]+\d)|"
    r"(?<=\d)[ .-]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"[$€£¥]?\d(?:[\d.,:/-]*\d)?(?: ?[ap]m\b)?", re.IGNORECASE)
LONGEST = 300


@dataclass(frozen=True)
class Whose:
    """The account whose page it is; both empty where it is nobody's."""

    number: str = ""
    name: str = ""

    def general(self, text: str) -> str:
        """`text` with {number} and {name} for this account's, and "#" for other figures, days and months."""
        return without_figures(self.nobodys(text))

    def nobodys(self, text: str) -> str:
        """`text` with {number} and {name} for this account's; other figures are part of the words ("change to 0")."""
        told = squeeze(text)[:LONGEST]
        name = identity_text(self.name)
        for wanted, mark in ((name, "{name}"), (self.number, "{number}")):
            if len(wanted) >= 3:
                told = re.sub(rf"(?<!\w){re.escape(wanted)}(?!\w)", mark, told)
        return told


def without_figures(text: str) -> str:
    """`text` with "#" for figures, days and months."""
    return _FIGURES.sub("#", _CALENDAR.sub("#", text))
