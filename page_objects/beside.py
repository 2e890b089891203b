"""What stands beside a label: the field to fill in, or the value to read, as a person would see it."""

from collections.abc import Callable, Sequence

from page_objects.columns import beside_an_empty_cell, heads_a_column, text_in_cells_right_of, value_under
from page_objects.document import ENTERABLE, OPERABLE, Box, Control, Document, Found, Run
from page_objects.inline import inline_values
from page_objects.wording import plain, squeeze

TICKS = {"checkbox", "radio", "switch"}


def labelled(document: Document, words: str, kinds: set[str], strict: Callable[[str], str]) -> list[Found]:
    wanted, index, fields = strict(words), document.by_words(strict), document.of_kinds(kinds)
    tied = [control for control in index.labels.get(wanted, ()) if control.kind in kinds]
    if not tied and fields:
        beside = (field_beside(document, run, fields) for run in label_runs(document, wanted, strict))
        tied = list({control.index: control for control in beside if control}.values())
    if not tied:
        tied = [control for control in index.titles.get(wanted, ()) if control.kind in kinds]
    return [Found(document, control) for control in tied]


def label_runs(document: Document, wanted: str, strict: Callable[[str], str] = plain) -> list[Run]:
    """The texts, outside of anything that can be clicked, that read `wanted`; a whole line counts as its last piece."""
    found, index = [], document.by_words(strict)
    for number in index.lines.get(wanted, ()):
        free = [
            run
            for run in document.lines[number]
            if run.control < 0 or document.controls[run.control].kind not in OPERABLE
        ]
        free = [run for run in free if strict(run.text) != wanted or _may_label(document, run)]
        if not free:
            continue
        hits = [run for run in free if strict(run.text) == wanted]
        if not hits and strict(document.line_texts[number]) == wanted:
            hits = [free[-1]]
        found += hits
    return found or [run for run in index.paragraphs.get(wanted, ()) if run.control < 0]


def field_beside(document: Document, label: Run, fields: Sequence[Control]) -> Control | None:
    """The field that a person would fill in for `label`: next to it in its line, else the one just below it.

    A tick box may also stand left of its words, or hold them.
    """
    tick = _tick_of(label, fields)
    if tick is not None:
        return tick
    right = [c for c in fields if c.box.on_line_with(label.box) and c.box.left >= label.box.right - 4]
    if right:
        nearest = min(right, key=lambda c: c.box.left)
        if not _text_between(document, label, nearest.box):
            return nearest
    if _value_follows(document, label):
        return None
    below = [
        c
        for c in fields
        if c.box.in_column_with(label.box)
        and -4 <= c.box.top - label.box.bottom <= 40
        and abs(c.box.left - label.box.left) <= max(40, label.box.width)
    ]
    if below:
        return min(below, key=lambda c: (c.box.top, abs(c.box.left - label.box.left)))
    return _first_in_line(document, label, fields)


def _tick_of(label: Run, fields: Sequence[Control]) -> Control | None:
    boxes = [c for c in fields if c.kind in TICKS]
    holders = [c for c in boxes if c.index == label.control]
    near = [c for c in boxes if c.box.on_line_with(label.box) and -4 <= label.box.left - c.box.right <= 40]
    return holders[0] if holders else max(near, key=lambda c: c.box.right, default=None)


def _value_follows(document: Document, label: Run) -> bool:
    """Whether the label's value is a text: in the same line, or as the definition of a term."""
    in_line = any(
        run is not label and run.box.left >= label.box.right - 4 for run in document.lines.get(label.line, ())
    )
    defined = label.term >= 0 and any(run.definition == label.term and squeeze(run.text) for run in document.runs)
    return in_line or defined


def _first_in_line(document: Document, label: Run, fields: Sequence[Control]) -> Control | None:
    """The field that begins the line of which the label is the only text: "[____] Date of Cancellation"."""
    line = [c for c in fields if c.box.on_line_with(label.box)]
    alone = all(
        run is label or (run.control >= 0 and document.controls[run.control] in line)
        for run in document.runs
        if run.box.on_line_with(label.box) and squeeze(run.text)
    )
    if len(line) != 1 or not alone:
        return None
    near = 400 if 0 <= line[0].row == label.row else 40
    return line[0] if 0 <= label.box.left - line[0].box.right <= near else None


def label_of(found: Found) -> str:
    """What a person would call a field: its label in the mark-up, else the text nearest to it that labels it."""
    control, beside = found.control, _texts_beside(found.document).get(found.control.index, ())
    nearest = min(beside, key=lambda run: _distance(run.box, control.box), default=None)
    told = [*control.labels, *([nearest.text] if nearest else []), *control.names]
    return squeeze(next(iter(told), "")).rstrip(": ")


def _texts_beside(document: Document) -> dict[int, list[Run]]:
    """The texts that label a field, by its number. Worked out once: for one field it takes as long as for all."""
    kept: dict[int, list[Run]] | None = document.worked_out.get(_texts_beside)
    if kept is None:
        kept = document.worked_out[_texts_beside] = {}
        fields = [one for one in document.controls if one.kind in ENTERABLE]
        for run in document.runs:
            free = run.control < 0 or document.controls[run.control].kind not in OPERABLE
            field = field_beside(document, run, fields) if free and squeeze(run.text) else None
            if field is not None:
                kept.setdefault(field.index, []).append(run)
    return kept


def _distance(one: Box, other: Box) -> int:
    return abs(one.left - other.left) if one.on_line_with(other) else 1000 + abs(other.top - one.bottom)


def _text_between(document: Document, label: Run, target: Box) -> bool:
    """Whether another label (a text with a colon, or in a cell of its own) stands between label and target."""
    start, end = label.box.right - 4, target.left + 4
    return any(
        start <= run.box.left
        and run.box.right <= end
        and run is not label
        and run.box.on_line_with(label.box)
        and len(plain(run.text)) > 2
        and (run.text.strip().endswith(":") or run.cell != label.cell)
        for run in document.runs
    )


def values_beside(document: Document, words: str) -> list[str]:
    values = [field_value(one.control) for one in labelled(document, words, ENTERABLE, plain)]
    return values or _text_values(document, words)


def fixed_values(document: Document, words: str) -> list[str]:
    """What stands beside the label and can't be changed there: texts, and fields that are read-only."""
    fields = labelled(document, words, ENTERABLE, plain)
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
        value = _value_of(document, run)
        if value:
            values.append(value)
    return values or inline_values(document, wanted)


def _value_of(document: Document, label: Run) -> str:
    if heads_a_column(document, label):
        return value_under(document, label)
    return _text_right_of(document, label) or _text_below(document, label)


def field_value(control: Control) -> str:
    """What a person reads in a field; a tick box reads "yes" or "no"."""
    if control.kind in TICKS:
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
        return squeeze("".join(run.text for run in _up_to_a_label(document, rest))).lstrip(": ")
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
    return squeeze("".join(run.text for run in _up_to_a_label(document, same)))


def _up_to_a_label(document: Document, runs: Sequence[Run]) -> list[Run]:
    """The runs before the next label: a known one, or after the first any text that ends with a colon."""
    taken: list[Run] = []
    for run in runs:
        if plain(run.text) in document.labels or (taken and run.text.strip().endswith(":")):
            break
        taken.append(run)
    return taken


def _may_label(document: Document, run: Run) -> bool:
    """Whether a text may be a label: it is no value of another one, or there is a field beside it."""
    if run.head or not _is_value(document, run) or heads_a_column(document, run):
        return True
    return field_beside(document, run, [c for c in document.controls if c.kind in ENTERABLE]) is not None


def _is_value(document: Document, run: Run) -> bool:
    """Whether a text is what another one labels: "Contact type: customer" makes "customer" no label of its own."""
    if run.definition >= 0:
        return True
    for element in run.path:
        others = [other for other in document.within(element) if other is not run]
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
        others = [run for run in document.within(element) if run is not label and run.line != label.line]
        if others:
            text = document.line_texts[others[0].line]
            alone = len({run.line for run in others}) == 1 and others[0].line > label.line
            return text if alone and plain(text) not in document.labels else None
    return None


def value_run(document: Document, label: Run) -> Run | None:
    """The run in which the value of a label begins, to its right or below it."""
    text = _value_of(document, label)
    return next((run for run in document.runs if run is not label and text and squeeze(run.text) in text), None)


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
    if beside_an_empty_cell(document, label) and (
        nearest.table != label.table or text_in_cells_right_of(document, nearest)
    ):
        return ""
    text = document.line_texts[nearest.line]
    return "" if text.endswith(":") or plain(text) in document.labels else text  # the next label, not a value
