"""What of a page is put into a recording: its own wording, and the shape of all else.

Kept are words of the profile, what the page's portrait says (labels, headings, names of controls, statuses), the canary's
own number and name, and the figures of its billings. Every other text is there by its shape; addresses lose credentials,
queries and tokens, scripts what they carry.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from flows.profile import SiteProfile
from page_objects.billing_columns import BillingColumns
from page_objects.document import Control, Document, Run
from page_objects.screen import Screen
from page_objects.words import BillingWords
from rpa.drift.addresses import Symbols
from rpa.drift.kept_words import KeptWords
from rpa.drift.packing import packed, with_texts
from rpa.drift.shapes import figures_hidden, figures_kept, shape_but_own

TYPES = frozenset(
    {
        "text", "search", "email", "tel", "url", "number", "password", "date", "datetime-local", "month", "week", "time",
        "color", "range", "checkbox", "radio", "submit", "button", "image", "reset", "file",
    }
)  # fmt: skip
TARGETS = frozenset({"_blank", "_self", "_top", "_parent"})
STATES = frozenset({"true", "false", "mixed", "menu", "listbox", "tree", "grid", "dialog"})
_LABEL = re.compile(r"([^:]{1,80}:)(.*)", re.DOTALL)
_GAP = re.compile(r"([ \u00a0]{3,}|[\t|\u00b7\u2022])")
_HOST = re.compile(r"\w+://[^/?#\s'\"]*")
_NUMBER = re.compile(r"(?<!\w)\d{5,}(?!\w)")


class Scrubber:
    """For the recordings of one canary account."""

    def __init__(self, profile: SiteProfile, kept: KeptWords) -> None:
        self._kept, self._whose = kept, kept.whose
        hosts = frozenset(one.split("://", 1)[-1].rsplit(":", 1)[0] for one in profile.origins)
        self._symbols = Symbols(kept.vocabulary, kept.whose.number, hosts)

    def screen(self, screen: Screen, words: BillingWords) -> list[dict[str, Any]]:
        """Its documents as `Document.parse` takes them."""
        billing = frozenset(_in_billings(screen, BillingColumns(words)))
        return [self._document(one, f"d{place}", billing) for place, one in enumerate(screen.documents, 1)]

    def text(self, text: str, *, listed: bool = False) -> str:
        """A text that stands by itself."""
        verdict = self._kept.verdict(text, listed=listed)
        if verdict:
            return text if verdict == "all" else figures_hidden(text, self._whose)
        parts = _GAP.split(text)
        if len(parts) > 1:
            return "".join(part if n % 2 else self.text(part, listed=listed) for n, part in enumerate(parts))
        label = _LABEL.fullmatch(text)
        if label and self._kept.verdict(label[1], listed=listed):
            return label[1] + self.text(label[2], listed=listed)
        return shape_but_own(text, self._whose)

    # --- one document ---

    def _document(self, document: Document, token: str, billing: frozenset[Run]) -> dict[str, Any]:
        listed = {control.index for control in document.controls if self._is_of_another(control)}
        units = self._units(document, listed)
        runs = {place: self._run(place, run, units, listed, billing) for place, run in enumerate(document.runs)}
        controls = {one.index: self._control(one, listed) for one in document.controls}
        url, title = self._symbols.address(document.url), self.text(document.title)
        return packed(with_texts(document, runs, controls, token=token, url=url, title=title))

    def _is_of_another(self, control: Control) -> bool:
        """Whether it leads to what has a number, and not the canary's: it may be called as another account is."""
        told = " ".join((control.href or "", control.does, control.sends))
        numbers = set(_NUMBER.findall(_HOST.sub("", told)))
        return bool(numbers) and self._whose.number not in numbers

    def _units(self, document: Document, listed: set[int]) -> dict[int, str]:
        """Runs that are a part of something kept as a whole, a line, a paragraph, the words on a link: the verdict on it."""
        found: dict[int, str] = {}
        for members in _groups(document):
            text = " ".join(document.runs[place].text for place in members)
            verdict = self._kept.verdict(text, listed=any(document.runs[place].control in listed for place in members))
            if verdict:
                found |= dict.fromkeys(members, verdict)
        return found

    def _run(self, place: int, run: Run, units: dict[int, str], listed: set[int], billing: frozenset[Run]) -> str:
        verdict = units.get(place, "")
        if verdict:
            return run.text if verdict == "all" else figures_hidden(run.text, self._whose)
        if run in billing:
            return run.text if self._kept.verdict(run.text) else figures_kept(run.text, self._whose)
        ends = (0, *run.seams, len(run.text))
        pieces = (run.text[start:end] for start, end in pairwise(ends))
        return "".join(self.text(piece, listed=run.control in listed) for piece in pieces)

    def _control(self, control: Control, listed: set[int]) -> Control:
        def told(text: str) -> str:
            return self.text(text, listed=control.index in listed)

        return control._replace(
            type=control.type if control.type in TYPES else "",
            labels=tuple(map(told, control.labels)),
            names=tuple(map(told, control.names)),
            value="" if control.type == "password" else told(control.value),
            href=None if control.href is None else self._symbols.address(control.href),
            target=control.target if control.target in TARGETS else self._symbols.script(control.target),
            does=self._symbols.script(control.does),
            sends=self._symbols.script(control.sends),
            own=self._symbols.script(control.own),
            popup=control.popup if control.popup in STATES else self._symbols.script(control.popup),
            expanded=control.expanded if control.expanded in STATES else None,
            options=tuple((told(text), on, off, told(group)) for text, on, off, group in control.options),
        )


def _groups(document: Document) -> Iterator[list[int]]:
    """The places of runs that may be one text to a reader: of a line, of a paragraph, of a control with all within it."""
    groups: dict[tuple[str, int], list[int]] = {}
    for place, run in enumerate(document.runs):
        groups.setdefault(("line", run.line), []).append(place)
        groups.setdefault(("paragraph", run.paragraph), []).append(place)
        if run.control >= 0:
            for control in (run.control, *document.ancestors(document.controls[run.control])):
                groups.setdefault(("control", control), []).append(place)
    return (members for members in groups.values() if len(members) > 1)


def _in_billings(screen: Screen, columns: BillingColumns) -> Iterator[Run]:
    """The texts in the rows of the table of billings."""
    for document in screen.documents:
        for grid in columns.grids(document):
            for row in columns.data(grid):
                for cell in row.cells:
                    yield from cell.runs
