"""Words of a page without what changes by itself: the account's number and name, figures, days and months."""

import re
from dataclasses import dataclass

from page_objects.wording import identity_text, plain, squeeze

_CALENDAR = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december)\b|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\b(?=[ ,.-]+\d)|"
    r"(?<=\d)[ .-]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"[$€£¥]?\d(?:[\d.,:/-]*\d)?(?: ?[ap]m\b)?", re.IGNORECASE)
LONGEST = 300
SHORTEST = 3
"""A name, or a number, of fewer characters is not looked for among words."""


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
        told = squeeze(text)
        for wanted, mark in self._marks:
            if len(wanted) >= SHORTEST:
                told = re.sub(rf"(?<!\w){re.escape(wanted)}(?!\w)", mark, told)
        return told[:LONGEST]

    def forms(self, text: str) -> tuple[str, ...]:
        """How words that were learned at other accounts may read at this one: its name may be among them ("Home"), or so
        short that it is not told from words ("HP").
        """
        left = text
        for wanted, mark in self._marks:
            left = left.replace(mark, wanted) if 0 < len(wanted) < SHORTEST else left
        return tuple(dict.fromkeys((text, self.nobodys(text), left, self.nobodys(left))))

    @property
    def _marks(self) -> tuple[tuple[str, str], ...]:
        return (identity_text(self.name), "{name}"), (self.number, "{number}")


def figureless(text: str) -> str:
    """The form in which wordings are compared whose figures change by themselves: "Inbox (3)"."""
    return plain(without_figures(text))


def without_figures(text: str) -> str:
    """`text` with "#" for figures, days and months."""
    return _FIGURES.sub("#", _CALENDAR.sub("#", text))
