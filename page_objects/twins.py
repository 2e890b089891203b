"""Buttons and links that are one to a person: the same toolbar above and below a form, the same link twice on a page."""

from collections.abc import Sequence
from itertools import combinations

from page_objects.document import ENTERABLE, OPERABLE, Box, Control, Document, Found
from page_objects.wording import plain


def one_to_a_person(found: Sequence[Found], near: Found | None = None) -> list[Found]:
    """`found`, or only the one nearest to `near` (below it first) if all of them certainly bring about the same."""
    if len(found) < 2 or not all(same_deed(one, other) for one, other in combinations(found, 2)):
        return list(found)
    if near is None or near.document is not found[0].document:
        return [found[0]]
    return [min(found, key=lambda one: _distance(one.control.box, near.control.box))]


def _distance(button: Box, field: Box) -> tuple[bool, int]:
    below = button.top >= field.bottom - 4 or button.on_line_with(field)
    return not below, abs(button.top - field.bottom)


def same_deed(one: Found, other: Found) -> bool:
    """Whether it makes no difference which of two is pressed, as far as a person can see and the mark-up says."""
    a, b = one.control, other.control
    if one.document is not other.document or _outside(a) != _outside(b) or a.disabled != b.disabled:
        return False
    if _leads(a):
        return a.sends == b.sends
    if a.sends and (a.sends, a.own, a.form) == (b.sends, b.own, b.form):
        return True
    return a.form == b.form >= 0 and a.sends == b.sends and _same_toolbar(one.document, a, b)


def _outside(control: Control) -> tuple[str, str, str]:
    return control.kind, control.type, plain(control.name)


def _leads(control: Control) -> bool:
    """Whether it is a link to an address, which says all about it."""
    href = (control.href or "").strip()
    return control.kind == "link" and not control.does and href not in {"", "#"} and not href.startswith("javascript:")


def _same_toolbar(document: Document, a: Control, b: Control) -> bool:
    """Whether both stand among the same buttons, and neither belongs to a row with a field or words of its own."""
    (names, words), (others, wording) = _beside(document, a), _beside(document, b)
    return words is not None and words == wording and (names <= others or names >= others)


def _beside(document: Document, button: Control) -> tuple[set[str], set[str] | None]:
    """The names of the buttons in the line of `button`, and the words there; None for the words if there is a field."""
    in_line = [c for c in document.controls if c.box.on_line_with(button.box)]
    if any(control.kind in ENTERABLE for control in in_line):
        return set(), None
    names = {plain(control.name) for control in in_line if control.kind in OPERABLE}
    free = [run for run in document.runs if run.control < 0 and run.box.on_line_with(button.box)]
    return names, {plain(run.text) for run in free if any(letter.isalnum() for letter in run.text)}
