"""What stands on the screen, read at one moment, and how a person finds something on it.

Nothing here touches the browser: `eye.js` reads, `tab.py` looks and acts. Positions are in CSS pixels.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from page_objects.obstacles import Ambiguous, Missing
from page_objects.wording import plain, plain_label, squeeze

OPERABLE = {"link", "button", "clickable", "summary", "tab", "menuitem", "menuitemradio", "option", "treeitem"}
ENTERABLE = {"field", "select", "checkbox", "radio", "switch", "textbox", "combobox", "searchbox", "file"}


@dataclass(frozen=True)
class Box:
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
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared >= 0.5 * min(self.height, other.height)

    def in_column_with(self, other: "Box") -> bool:
        return min(self.right, other.right) - max(self.left, other.left) > 0 or abs(self.left - other.left) <= 8


@dataclass(frozen=True)
class Run:
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


@dataclass(frozen=True)
class Cell:
    """A cell of a table or grid; its number is its place in `Document.cells`."""

    row: int
    table: int
    head: bool
    box: Box


@dataclass(frozen=True)
class Control:
    """Something that can be clicked or filled in. `index` is its number in the document's reading."""

    index: int
    kind: str
    type: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    value: str
    href: str | None
    target: str
    onclick: bool
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
    status: int
    mutations: int
    hidden: bool
    """A frame that takes no room on the screen."""
    height: int
    """Of all of it, in pixels."""
    quiet: int
    """Milliseconds since the document last changed."""
    runs: tuple[Run, ...]
    controls: tuple[Control, ...]
    cells: tuple[Cell, ...] = ()
    frame: Any = field(compare=False, repr=False, default=None)

    @classmethod
    def parse(cls, text: str, frame: Any = None) -> "Document":
        """From the JSON text of `eye.js`."""
        raw = json.loads(text)
        runs = tuple(
            Run(*run[:7], Box(*run[7]), *run[8:11], tuple(run[11]))  # type: ignore[call-arg]  # as eye.js packs it
            for run in raw["runs"]
        )
        told = _texts_of_controls(runs, [control["parent"] for control in raw["controls"]])
        controls = tuple(
            Control(index=index, text=told.get(index, ""), **_control_fields(control))
            for index, control in enumerate(raw["controls"])
        )
        cells = tuple(Cell(row, table, head, Box(*box)) for row, table, head, box in raw["cells"])
        keys = ("token", "url", "title", "ready", "status", "mutations", "hidden", "height", "quiet")
        return cls(**{key: raw[key] for key in keys}, runs=runs, controls=controls, cells=cells, frame=frame)

    @cached_property
    def lines(self) -> dict[int, list[Run]]:
        lines: dict[int, list[Run]] = {}
        for run in self.runs:
            lines.setdefault(run.line, []).append(run)
        return lines

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
    return replace(runs[-1], text=" ".join(run.text for run in runs), box=box)


def _control_fields(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        **raw,
        "box": Box(*raw["box"]),
        "labels": tuple(raw["labels"]),
        "names": tuple(raw["names"]),
        "options": tuple(tuple(option) for option in raw["options"]),
    }


def _texts_of_controls(runs: Sequence[Run], parents: Sequence[int]) -> dict[int, str]:
    told: dict[int, str] = {}
    for run in runs:
        control = run.control
        while control >= 0:
            told[control] = f"{told.get(control, '')} {run.text}" if control in told else run.text
            control = parents[control]
    return told


@dataclass(frozen=True)
class Found:
    """A control, and the document it was read in."""

    document: Document
    control: Control


@dataclass(frozen=True)
class Screen:
    """All documents of one page, the main one first."""

    documents: tuple[Document, ...]
    whole: bool = True
    """False while a frame is being replaced, so that what it will show is not taken as absent."""

    @property
    def main(self) -> Document:
        return self.documents[0]

    @cached_property
    def text(self) -> str:
        return "\n".join(document.text for document in self.documents)

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(document.token for document in self.documents)

    @property
    def state(self) -> tuple[tuple[str, int, str], ...]:
        """Differs whenever something on the screen has changed."""
        return tuple((document.token, document.mutations, document.ready) for document in self.documents)

    @property
    def quiet(self) -> int:
        """Milliseconds since anything changed; 0 while a document is loading."""
        loading = any(document.ready == "loading" for document in self.documents)
        return 0 if loading or not self.whole else min(document.quiet for document in self.documents)

    # --- operable things, by their words ---

    def operable(self, phrase: Iterable[str], kinds: Iterable[str] = OPERABLE) -> list[Found]:
        """Everything that can be clicked and is called by the best alternative of `phrase` that is on the screen."""
        wanted = set(kinds)
        for words in phrase:
            found = [
                Found(document, control)
                for document in self.documents
                for control in document.controls
                if control.kind in wanted and plain(control.name) == plain(words)
            ]
            if found:
                return [one for one in found if not _holds_another(one, found)]
        return self._by_line(phrase, wanted)

    def _by_line(self, phrase: Iterable[str], kinds: set[str]) -> list[Found]:
        """A line that reads as the phrase, of which only a part is the link ("Link to AR: <a>611974 ...</a>")."""
        wanted = {plain(words) for words in phrase}
        found = []
        for document in self.documents:
            for reads_so in (
                [number for number, text in document.line_texts.items() if plain(text) in wanted],
                [run.paragraph for run in document.paragraphs if plain(run.text) in wanted],
            ):
                runs = [r for r in document.runs if r.line in reads_so] or [
                    r for r in document.runs if r.paragraph in reads_so
                ]
                inside = {run.control for run in runs if run.control >= 0} if reads_so else set()
                links = [document.controls[i] for i in inside if document.controls[i].kind in kinds]
                found += [Found(document, link) for link in links] if len(links) == 1 else []
        return found

    def one_operable(self, phrase: Sequence[str], kinds: Iterable[str] = OPERABLE) -> Found:
        """The one thing that can be clicked and is called so.

        Raises NotHere if there is none, Ambiguous if there are several.
        """
        return the_one(self.operable(phrase, kinds), phrase)

    # --- texts ---

    def shows(self, phrase: Iterable[str]) -> bool:
        """Whether an alternative of `phrase` can be read as a line, a piece of a line or the words on something."""
        return bool(self.places(phrase))

    def places(self, phrase: Iterable[str]) -> list[tuple[Document, Run]]:
        """Where an alternative of `phrase` can be read."""
        wanted = {plain(words) for words in phrase}
        found = []
        for document in self.documents:
            for number, runs in document.lines.items():
                if plain(document.line_texts[number]) in wanted:
                    found.append((document, runs[0]))
                else:
                    found += [(document, run) for run in runs if plain(run.text) in wanted]
            found += [(document, run) for run in document.paragraphs if plain(run.text) in wanted]
        return found

    def says(self, phrase: Iterable[str]) -> str | None:
        """The line in which an alternative of `phrase` stands (as part of the line), or None."""
        wanted = [plain(words) for words in phrase]
        for document in self.documents:
            for text in document.line_texts.values():
                if any(words in plain(text) for words in wanted):
                    return text
        return None

    # --- fields, by the label beside them ---

    def fields(self, phrase: Iterable[str], kinds: Iterable[str] = ENTERABLE) -> list[Found]:
        """The fields that the best alternative of `phrase` labels: tied to it in the mark-up, else beside it."""
        wanted = set(kinds)
        for strict in (plain, plain_label):
            for words in phrase:
                found = [one for document in self.documents for one in _labelled(document, words, wanted, strict)]
                if found:
                    return found
        return []

    def one_field(self, phrase: Sequence[str], kinds: Iterable[str] = ENTERABLE) -> Found:
        """The one field with that label; raises NotHere or Ambiguous."""
        return the_one(self.fields(phrase, kinds), phrase, "a field with the label")

    def values(self, phrase: Iterable[str]) -> list[tuple[Document, str]]:
        """What stands beside the label: a field's value, or the text to its right or below it."""
        for words in phrase:
            found = [(document, value) for document in self.documents for value in _values(document, words)]
            if found:
                return found
        return []

    def told(self, phrase: Iterable[str]) -> list[str]:
        """The distinct values that the screen tells for a label.

        Where a label stands twice with different values, once beside text and once beside a field that can be changed
        ("State: Active", and the State of an address), the text is meant: what a record is, is told, not entered.
        """
        for words in phrase:
            fixed = [value for document in self.documents for value in _fixed_values(document, words) if value]
            changeable = [
                field_value(one.control)
                for document in self.documents
                for one in _labelled(document, words, ENTERABLE, plain)
                if not one.control.readonly and not one.control.disabled
            ]
            found = fixed or [value for value in changeable if value]
            if found:
                return list(dict.fromkeys(squeeze(value) for value in found))
        return []

    def boxes_beside(self, labels: Iterable[str]) -> list[tuple[Document, Box]]:
        """Where the values of these labels stand, for masking them in pictures."""
        found: list[tuple[Document, Box]] = []
        for document in self.documents:
            for words in labels:
                fields = [one.control.box for one in _labelled(document, words, ENTERABLE, plain)]
                runs = [] if fields else [_value_run(document, run) for run in label_runs(document, plain(words))]
                found += [(document, box) for box in fields]
                found += [(document, run.box) for run in runs if run is not None]
        return found

    def texts_beside(self, labels: Iterable[str]) -> list[str]:
        """The values of these labels, longest first, short ones left out: for masking them in texts."""
        values = {value for words in labels for _, value in self.values((words,)) if len(value) >= 4}
        return sorted(values, key=len, reverse=True)


def the_one(found: Sequence[Found], phrase: Sequence[str], what: str = "a link or button called") -> Found:
    """The only one of `found`; raises NotHere or Ambiguous with the words that were looked for."""
    wording = " or ".join(f'"{words}"' for words in phrase[:3]) + (" ..." if len(phrase) > 3 else "")
    if not found:
        raise Missing(f"{what} {wording} is not on the screen")
    if len(found) > 1:
        raise Ambiguous(f"{what} {wording} is on the screen {len(found)} times")
    return found[0]


def _holds_another(one: Found, found: Sequence[Found]) -> bool:
    """Whether `one` is only the frame round another of `found` (a clickable cell round a link)."""
    return any(
        other.document is one.document and one.control.index in one.document.ancestors(other.control) for other in found
    )


def _labelled(document: Document, words: str, kinds: set[str], strict: Callable[[str], str]) -> list[Found]:
    wanted = strict(words)
    fields = [control for control in document.controls if control.kind in kinds]
    tied = [control for control in fields if any(strict(label) == wanted for label in control.labels)]
    if not tied:
        beside = (field_beside(document, run, fields) for run in label_runs(document, wanted, strict))
        tied = list({control.index: control for control in beside if control}.values())
    if not tied:
        tied = [control for control in fields if any(strict(name) == wanted for name in control.names)]
    return [Found(document, control) for control in tied]


def label_runs(document: Document, wanted: str, strict: Callable[[str], str] = plain) -> list[Run]:
    """The texts, outside of anything that can be clicked, that read `wanted`; a whole line counts as its last piece."""
    found = []
    for number, runs in document.lines.items():
        free = [run for run in runs if run.control < 0 or document.controls[run.control].kind not in OPERABLE]
        free = [run for run in free if strict(run.text) != wanted or _may_label(document, run)]
        if not free:
            continue
        hits = [run for run in free if strict(run.text) == wanted]
        if not hits and strict(document.line_texts[number]) == wanted:
            hits = [free[-1]]
        found += hits
    return found or [run for run in document.paragraphs if run.control < 0 and strict(run.text) == wanted]


def field_beside(document: Document, label: Run, fields: Sequence[Control]) -> Control | None:
    """The field that a person would fill in for `label`: next to it in its line, else the one just below it.

    A tick box may also stand left of its words.
    """
    right = [c for c in fields if c.box.on_line_with(label.box) and c.box.left >= label.box.right - 4]
    ticks = [
        c
        for c in fields
        if c.kind in {"checkbox", "radio", "switch"}
        and c.box.on_line_with(label.box)
        and -4 <= label.box.left - c.box.right <= 40
    ]
    if ticks:
        return max(ticks, key=lambda c: c.box.right)
    if right:
        nearest = min(right, key=lambda c: c.box.left)
        if not _text_between(document, label, nearest.box):
            return nearest
    if any(run is not label and run.box.left >= label.box.right - 4 for run in document.lines.get(label.line, ())):
        return None  # its value follows it in the same line
    below = [
        c
        for c in fields
        if c.box.in_column_with(label.box)
        and -4 <= c.box.top - label.box.bottom <= 40
        and abs(c.box.left - label.box.left) <= max(40, label.box.width)
    ]
    return min(below, key=lambda c: (c.box.top, abs(c.box.left - label.box.left))) if below else None


def _text_between(document: Document, label: Run, target: Box) -> bool:
    """Whether another label (a text with a colon, or in a cell of its own) stands between label and target."""
    return any(
        run is not label
        and run.box.on_line_with(label.box)
        and label.box.right - 4 <= run.box.left
        and run.box.right <= target.left + 4
        and len(plain(run.text)) > 2
        and (run.text.strip().endswith(":") or run.cell != label.cell)
        for run in document.runs
    )


def _values(document: Document, words: str) -> list[str]:
    values = [field_value(one.control) for one in _labelled(document, words, ENTERABLE, plain)]
    return values or _text_values(document, words)


def _fixed_values(document: Document, words: str) -> list[str]:
    """What stands beside the label and can't be changed there: texts, and fields that are read-only."""
    fields = _labelled(document, words, ENTERABLE, plain)
    locked = [field_value(one.control) for one in fields if one.control.readonly or one.control.disabled]
    labels = [run for run in label_runs(document, plain(words)) if not _labels_field(document, run, fields)]
    return locked + (_text_values(document, words, labels) if labels or not fields else [])


def _labels_field(document: Document, label: Run, fields: Sequence[Found]) -> bool:
    beside = field_beside(document, label, [one.control for one in fields])
    return beside is not None


def _text_values(document: Document, words: str, labels: Sequence[Run] | None = None) -> list[str]:
    wanted = plain(words)
    values = []
    for run in label_runs(document, wanted) if labels is None else labels:
        value = _text_right_of(document, run) or _text_below(document, run)
        if value:
            values.append(value)
    return values or _inline_values(document, wanted)


def _inline_values(document: Document, wanted: str) -> list[str]:
    """The rest of lines such as "Account Number: 611974"."""
    values = []
    for text in document.line_texts.values():
        label, colon, rest = text.partition(":")
        if colon and plain(label) == wanted and rest.strip():
            values.append(squeeze(rest))
    return values


def field_value(control: Control) -> str:
    """What a person reads in a field; a tick box reads "yes" or "no"."""
    if control.kind in {"checkbox", "radio", "switch"}:
        return "yes" if control.checked else "no"
    return squeeze(control.value)


def _text_right_of(document: Document, label: Run) -> str:
    """The text that stands next to the right: the rest of the same line, else the next cell or column.

    Where the mark-up ties a text to the label (a definition list, a box with just these two), that text.
    """
    tied = _tied_text(document, label)
    if tied is not None:
        return tied
    rest = [run for run in document.lines[label.line] if run.box.left >= label.box.right - 4 and run is not label]
    if rest:
        return squeeze("".join(run.text for run in rest)).lstrip(": ")
    if label.head and _is_column_heading(document, label):
        return ""
    right = [
        run
        for run in document.runs
        if run is not label and run.box.left >= label.box.right - 4 and run.box.on_line_with(label.box)
    ]
    if not right:
        return ""
    nearest = min(right, key=lambda run: run.box.left)
    if label.text.strip().endswith(":") is False and nearest.text.strip().endswith(":"):
        return ""
    same = [run for run in document.runs if run.line == nearest.line and run.box.on_line_with(label.box)]
    return squeeze("".join(run.text for run in same))


def _may_label(document: Document, run: Run) -> bool:
    """Whether a text may be a label: it is no value of another one, or there is a field beside it."""
    if run.head or not _is_value(document, run):
        return True
    return field_beside(document, run, [c for c in document.controls if c.kind in ENTERABLE]) is not None


def _is_value(document: Document, run: Run) -> bool:
    """Whether a text is what another one labels: "Contact type: customer" makes "customer" no label of its own."""
    if run.definition >= 0:
        return True
    for element in run.path:
        others = [other for other in document.runs if element in other.path and other is not run]
        if others:
            first = others[0]
            return len(others) == 1 and (
                first.line < run.line or (first.line == run.line and first.text.rstrip().endswith(":"))
            )
    return False


def _tied_text(document: Document, label: Run) -> str | None:
    """The definition of a term, or the other one of two texts in a box of their own; None where nothing is tied."""
    if label.term >= 0:
        return squeeze(" ".join(run.text for run in document.runs if run.definition == label.term))
    for element in label.path:
        others = [run for run in document.runs if element in run.path and run is not label and run.line != label.line]
        if others:
            alone = len({run.line for run in others}) == 1 and others[0].line > label.line
            return document.line_texts[others[0].line] if alone else None
    return None


def _value_run(document: Document, label: Run) -> Run | None:
    """The run in which the value of a label begins, to its right or below it."""
    text = _text_right_of(document, label) or _text_below(document, label)
    return next((run for run in document.runs if run is not label and text and squeeze(run.text) in text), None)


def _is_column_heading(document: Document, label: Run) -> bool:
    row = [run for run in document.runs if run.row == label.row and run.row >= 0]
    return len({run.cell for run in row}) > 1 and all(run.head for run in row)


def _text_below(document: Document, label: Run) -> str:
    below = [
        run
        for run in document.runs
        if run is not label
        and run.box.in_column_with(label.box)
        and -2 <= run.box.top - label.box.bottom <= 30
        and abs(run.box.left - label.box.left) <= max(40, label.box.width)
    ]
    if not below:
        return ""
    nearest = min(below, key=lambda run: (run.box.top, abs(run.box.left - label.box.left)))
    text = document.line_texts[nearest.line]
    return "" if text.endswith(":") else text  # the next label, not a value
