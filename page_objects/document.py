"""One document as read at one moment: its texts with their places, and what can be operated.

Nothing here touches the browser: `eye.js` reads, `tab.py` looks. Positions are in CSS pixels.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from page_objects.index import Form, Index, gathered
from page_objects.wording import plain, squeeze

_GAP = re.compile(r"[ \u00a0]{3,}|[\t|\u00b7\u2022]")
OPERABLE = {"link", "button", "clickable", "summary", "tab", "menuitem", "menuitemradio", "option", "treeitem"}
ENTERABLE = {"field", "select", "checkbox", "radio", "switch", "textbox", "combobox", "searchbox", "file"}


class Box(NamedTuple):
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def on_line_with(self, other: "Box") -> bool:
        """Whether a person would say that both stand in one line: half of the lower one's height is shared."""
        _, top, _, height = self  # no property, min or max: this is asked most often of all
        _, other_top, _, other_height = other
        bottom, other_bottom = top + height, other_top + other_height
        shared = (bottom if bottom < other_bottom else other_bottom) - (top if top > other_top else other_top)
        return 2 * shared >= (height if height < other_height else other_height)

    def in_column_with(self, other: "Box") -> bool:
        return min(self.right, other.right) - max(self.left, other.left) > 0 or abs(self.left - other.left) <= 8


class Run(NamedTuple):
    """A piece of text that is read without a break."""

    text: str
    line: int
    control: int
    row: int
    cell: int
    table: int
    head: bool
    box: Box
    paragraph: int = -1
    """Lines that only a line break parts from one another have the same number."""
    term: int = -1
    """Number of the term in a definition list, where it is one; `definition` is the number of the term it belongs to."""
    definition: int = -1
    path: tuple[int, ...] = ()
    """The elements round the text, innermost first: label and value are often the only two texts in one."""
    look: int = 0
    """Letters of one look (weight, colour, size) have the same number in one document."""
    seams: tuple[int, ...] = ()
    """Where in the text the look changes, in characters."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text, parted where its look changes or a clear gap is written into it."""
        ends = (0, *self.seams, len(self.text))
        parts = [self.text[start:end] for start, end in pairwise(ends)]
        return tuple(squeeze(one) for part in parts for one in _GAP.split(part) if squeeze(one))


class Cell(NamedTuple):
    """A cell of a table or grid; its number is its place in `Document.cells`."""

    row: int
    table: int
    head: bool
    box: Box
    holder: int = -1
    """The cell that its table stands in, where tables are nested."""


class Control(NamedTuple):
    """Something that can be clicked or filled in. `index` is its number in the document's reading."""

    index: int  # type: ignore[assignment]  # a tuple's own `index` is a method
    kind: str
    type: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    value: str
    href: str | None
    target: str
    onclick: bool
    does: str
    """The script that a click runs, where the mark-up says it."""
    sends: str
    """What a click brings about, as far as the mark-up says: address, script or submission, its own name left out."""
    own: str
    """The name that was left out of it."""
    popup: str
    """What it says it opens (aria-haspopup)."""
    pointer: bool
    disabled: bool
    readonly: bool
    checked: bool
    selected: bool
    expanded: str | None
    options: tuple[tuple[str, bool, bool, str], ...]
    """Of a select box: text, selected, disabled, group."""
    parent: int
    line: int
    row: int
    cell: int
    table: int
    box: Box
    form: int
    text: str = ""

    @property
    def name(self) -> str:
        """What a person would call it: its text, else the value on a button, else a picture's or title's words."""
        return (
            squeeze(self.text)
            or squeeze(self.value if self.kind == "button" else "")
            or squeeze(self.names[0] if self.names else "")
        )

    @property
    def plainly_dead(self) -> bool:
        """Looks like a link and is none: nothing would happen on a click."""
        return self.disabled or (self.kind == "link" and self.href is None and not self.onclick and not self.pointer)

    @property
    def plain_link(self) -> bool:
        """A link with an address of its own, which the browser follows without any script."""
        address = (self.href or "").strip().casefold()
        return address not in {"", "#"} and not address.startswith("javascript:")

    @property
    def doubtful(self) -> bool:
        """A link to nowhere, which a script may or may not answer."""
        nowhere = self.href is None or self.href.strip() in {"", "#"} or "void(0)" in (self.href or "")
        return self.kind == "link" and nowhere and not self.onclick


@dataclass(frozen=True)
class Document:
    """One document (a page's, or a frame's) as read at one moment. `frame` is the browser's own handle."""

    token: str
    url: str
    title: str
    ready: str
    """As the browser tells it: loading, interactive, complete; or "held": all of it is there, and a script is waited for."""
    status: int
    mutations: int
    hidden: bool
    """A frame that takes no room on the screen."""
    height: int
    """Of all of it, in pixels."""
    quiet: int
    """Milliseconds since the document last changed."""
    scripted: bool
    """Scripts of its own may still change it."""
    held: Mapping[str, Any] | None
    """All of it has arrived, but its parser waits for this script."""
    leaving: bool
    """The browser has set out for another document: what this one shows is no answer to anything."""
    runs: tuple[Run, ...]
    controls: tuple[Control, ...]
    cells: tuple[Cell, ...] = ()
    counts: Mapping[int, int] = field(default_factory=dict)
    """How many rows a table says it has (aria-rowcount), the row of headings included."""
    frame: Any = field(compare=False, repr=False, default=None)
    labels: frozenset[str] = field(compare=False, repr=False, default=frozenset())
    """All that is known as a label, in its `plain` form: a label is no other label's value."""

    @classmethod
    def parse(cls, text: str, frame: Any = None, labels: frozenset[str] = frozenset()) -> "Document":
        """From the JSON text of `eye.js`."""
        raw = json.loads(text)
        runs = tuple(_run(packed) for packed in raw["runs"])
        cells = tuple(Cell(row, table, head, Box._make(box), holder) for row, table, head, box, holder in raw["cells"])
        told = _texts_of_controls(runs, [packed[_PARENT] for packed in raw["controls"]])
        controls = tuple(_control(index, packed, told.get(index, "")) for index, packed in enumerate(raw["controls"]))
        keys = (
            "token",
            "url",
            "title",
            "ready",
            "status",
            "mutations",
            "hidden",
            "height",
            "quiet",
            "scripted",
            "held",
            "leaving",
        )
        return cls(
            **{key: raw[key] for key in keys}, runs=runs, controls=controls, cells=cells,
            counts=dict(raw.get("counts", ())), frame=frame, labels=labels,
        )  # fmt: skip

    @property
    def final(self) -> bool:
        """Whether it is loaded and has no script that could change it: what it does not show now, it never will."""
        return not self.busy and not self.scripted and not self.mutations and not self.leaving

    @property
    def busy(self) -> bool:
        """Whether its scripts are still to run: what it shows is there, but what it does not show may still come."""
        return self.ready in {"loading", "held"}

    @cached_property
    def _by_kinds(self) -> dict[frozenset[str], list[Control]]:
        return {}

    def of_kinds(self, kinds: Set[str]) -> list[Control]:
        asked = frozenset(kinds)
        if asked not in self._by_kinds:
            self._by_kinds[asked] = [control for control in self.controls if control.kind in asked]
        return self._by_kinds[asked]

    @cached_property
    def lines(self) -> dict[int, list[Run]]:
        lines: dict[int, list[Run]] = {}
        for run in self.runs:
            lines.setdefault(run.line, []).append(run)
        return lines

    @cached_property
    def _by_element(self) -> dict[int, list[Run]]:
        inside: dict[int, list[Run]] = {}
        for run in self.runs:
            for element in run.path:
                inside.setdefault(element, []).append(run)
        return inside

    def within(self, element: int) -> list[Run]:
        """The texts in an element that is in the `path` of one of them."""
        return self._by_element[element]

    @cached_property
    def line_texts(self) -> dict[int, str]:
        return {number: squeeze("".join(run.text for run in runs)) for number, runs in self.lines.items()}

    @cached_property
    def paragraphs(self) -> tuple[Run, ...]:
        """Texts of several lines ("New AWS Links ...<br>Act # starts w/ ..."), each as one piece."""
        parts: dict[int, list[Run]] = {}
        for run in self.runs:
            parts.setdefault(run.paragraph, []).append(run)
        return tuple(_joined(runs) for runs in parts.values() if len({run.line for run in runs}) > 1)

    @cached_property
    def _indexes(self) -> dict[Form, Index]:
        return {}

    def by_words(self, form: Form) -> Index:
        """What can be read in it under which words, each in its `form` (plain, plain_label)."""
        if form not in self._indexes:
            self._indexes[form] = Index(self, form)
        return self._indexes[form]

    @cached_property
    def by_name(self) -> dict[str, list[Control]]:
        """The controls, by what a person would call them, in its `plain` form."""
        return gathered(((control, (control.name,)) for control in self.controls), plain)

    @cached_property
    def _rows(self) -> dict[int, list[int]]:
        rows: dict[int, dict[int, None]] = {}
        for cell in self.cells:
            if cell.row >= 0:
                rows.setdefault(cell.table, {})[cell.row] = None
        return {table: list(numbers) for table, numbers in rows.items()}

    def rows_of(self, table: int) -> list[int]:
        """The numbers of a table's rows, from top to bottom."""
        return self._rows.get(table, [])

    @cached_property
    def worked_out(self) -> dict[Any, Any]:
        """What others have worked out of it, by the function that did."""
        return {}

    @cached_property
    def plain_text(self) -> str:
        """The `plain` forms of all lines: words that are not in it are in no line."""
        return "\n".join(map(plain, self.line_texts.values()))

    @cached_property
    def text(self) -> str:
        """All that can be read, a line each."""
        return "\n".join(text for text in self.line_texts.values() if text)

    def ancestors(self, control: Control) -> Iterable[int]:
        parent = control.parent
        while parent >= 0:
            yield parent
            parent = self.controls[parent].parent


def _joined(runs: Sequence[Run]) -> Run:
    left, top = min(run.box.left for run in runs), min(run.box.top for run in runs)
    right, bottom = max(run.box.right for run in runs), max(run.box.bottom for run in runs)
    box = Box(left, top, right - left, bottom - top)
    return runs[-1]._replace(text=" ".join(run.text for run in runs), box=box)


_PARENT = Control._fields.index("parent") - 1
"""Its place in what eye.js tells of a control: all the fields in their order, but the first and the last."""


def _run(packed: list[Any]) -> Run:
    text, line, control, row, cell, table, head, box, paragraph, term, definition, path, look, seams = packed
    box, path, seams = Box._make(box), tuple(path), tuple(seams)
    return Run(text, line, control, row, cell, table, head, box, paragraph, term, definition, path, look, seams)


def _control(index: int, packed: list[Any], text: str) -> Control:
    kind, type_, labels, names, *told, options, parent, line, row, cell, table, box, form = packed
    words, choice, place = (tuple(labels), tuple(names)), tuple(map(tuple, options)), (parent, line, row, cell, table)
    return Control._make((index, kind, type_, *words, *told, choice, *place, Box._make(box), form, text))


def _texts_of_controls(runs: Sequence[Run], parents: Sequence[int]) -> dict[int, str]:
    told: dict[int, str] = {}
    for run in runs:
        control = run.control
        while control >= 0:
            told[control] = f"{told.get(control, '')} {run.text}" if control in told else run.text
            control = parents[control]
    return told


class Found(NamedTuple):
    """A control, and the document it was read in."""

    document: Document
    control: Control
