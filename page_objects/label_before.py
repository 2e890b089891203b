"""What stands before a value, whatever it is called: the label of an account's number where the profile has no word for it."""

from page_objects.document import OPERABLE, Document, Run
from page_objects.wording import identity_text, squeeze


def label_before(document: Document, value: str) -> str:
    """The nearest text to the left of `value` in its line, its colon left out; "" where there is none."""
    wanted = identity_text(value)
    for run in document.runs:
        if identity_text(run.text) == wanted:
            before = [one for one in document.runs if _is_before(document, one, run)]
            nearest = max(before, key=lambda one: one.box.right, default=None)
            if nearest is not None:
                return squeeze(nearest.text).rstrip(": ")
    return ""


def _is_before(document: Document, one: Run, value: Run) -> bool:
    free = one.control < 0 or document.controls[one.control].kind not in OPERABLE
    left = one is not value and one.box.right <= value.box.left + 4 and one.box.on_line_with(value.box)
    return free and left and any(letter.isalpha() for letter in one.text)
