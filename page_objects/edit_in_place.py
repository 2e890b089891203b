"""Values that are shown as text until "Edit", or a pencil beside them, is pressed."""

import contextlib

from page_objects.document import ENTERABLE, OPERABLE, Control, Document, Found, Run
from page_objects.harmless import harmless
from page_objects.obstacles import NotHere
from page_objects.phrases import Phrase
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.wording import plain, squeeze

HOVER = 0.5
"""Seconds within which a pencil comes up under the mouse."""


def open_field(tab: Tab, phrase: Phrase, kinds: set[str], key: str) -> Found:
    """The one field with that label, brought forth by its "Edit" where it is shown as text. Raises NotHere, Ambiguous."""
    screen = tab.glance()
    found = [one for one in screen.fields(phrase, kinds) if not (one.control.readonly or one.control.disabled)]
    edit = None if found else edit_beside(tab, screen, phrase) or edit_under_the_mouse(tab, screen, phrase)
    if edit is None:
        return screen.one_field(phrase, kinds, key)
    with tab.setting.reading_only():
        tab.press(edit)
        return tab.until(lambda now: _entry(now, phrase, kinds), f'a field for "{phrase[0]}"', 3.0)


def _entry(screen: Screen, phrase: Phrase, kinds: set[str]) -> Found | None:
    found = [one for one in screen.fields(phrase, kinds) if not (one.control.readonly or one.control.disabled)]
    return the_one(found, phrase, "a field with the label") if found else None


def edit_beside(tab: Tab, screen: Screen, phrase: Phrase) -> Found | None:
    """The one control called "Edit" that belongs to the value with that label, if it is certainly harmless."""
    found: dict[tuple[str, int], Found] = {}
    for document, label in screen.places(phrase):
        near = [control for control in document.controls if _edits(control, label, tab.words.organization.edit)]
        near = [control for control in near if _beside(document, label, control) and harmless(control, tab.words)]
        if near:
            nearest = min(near, key=lambda control: (control.box.top, control.box.left))
            found[document.token, nearest.index] = Found(document, nearest)
    return next(iter(found.values())) if len(found) == 1 else None


def edit_record(screen: Screen, words: Phrase) -> Found | None:
    """The one button or link that is called "Edit" and has no field beside it, so that it can only mean all that is shown."""
    found = [one for word in words for one in screen.operable((word,)) if not one.control.plainly_dead]
    fields = [
        control
        for one in found
        for control in one.document.controls
        if control.kind in ENTERABLE and control.box.on_line_with(one.control.box)
    ]
    return found[0] if len(found) == 1 and not fields else None


def edit_under_the_mouse(tab: Tab, screen: Screen, phrase: Phrase) -> Found | None:
    """The same, where it is shown only while the mouse is over the line of the label."""
    for document, label in screen.places(phrase):
        tab.hover_at(document, label.box)
        with contextlib.suppress(NotHere):
            return tab.until(lambda now: edit_beside(tab, now, phrase), f'the pencil of "{phrase[0]}"', HOVER)
    return None


def _edits(control: Control, label: Run, words: Phrase) -> bool:
    wanted = {plain(word) for word in words} | {plain(f"{word} {plain(label.text)}") for word in words}
    return control.kind in OPERABLE and any(plain(name) in wanted for name in (control.name, *control.names))


def _beside(document: Document, label: Run, control: Control) -> bool:
    """Whether it stands behind the label in its line, or just below it, before the next label."""
    if label.term >= 0:
        return any(run.control == control.index and run.definition == label.term for run in document.runs)
    box = control.box
    if box.on_line_with(label.box):
        return box.left >= label.box.right - 4 and not _label_between(document, label, box.left)
    return -4 <= box.top - label.box.bottom <= 30 and -8 <= box.left - label.box.left <= 400


def _label_between(document: Document, label: Run, left: int) -> bool:
    return any(
        run is not label and label.box.right - 4 <= run.box.left < left and run.box.on_line_with(label.box)
        and (plain(run.text) in document.labels or run.text.rstrip().endswith(":"))
        for run in document.runs
    )  # fmt: skip


def value_without_edit(value: str, edit: Found | None) -> str:
    """What is left of a value that was read together with the pencil behind it."""
    words = squeeze(edit.control.text) if edit else ""
    return squeeze(value.removesuffix(words)) if words else value
