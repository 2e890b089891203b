"""What can be read in one document under which words: looked up again and again, so gathered once.

Asked for fifteen ways to call a field, a page would else be read through fifteen times.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from page_objects.document import Document

Form = Callable[[str], str]
"""`plain` or `plain_label`: in which words are compared."""
Thing = TypeVar("Thing")


def gathered(told: Iterable[tuple[Thing, Iterable[str]]], form: Form) -> dict[str, list[Thing]]:
    """By each wording of the things, in its `form`: those that have it, once each, in their order."""
    things: dict[str, list[Thing]] = {}
    for thing, texts in told:
        for words in {form(text) for text in texts}:
            things.setdefault(words, []).append(thing)
    return things


class Index:
    """Of one document, in one form of words. Does not hold the document: a ring of references outlives its use."""

    def __init__(self, document: "Document", form: Form) -> None:
        whole = document.line_texts
        self.lines = gathered(
            ((number, (whole[number], *(run.text for run in runs))) for number, runs in document.lines.items()), form
        )
        """The numbers of the lines of which a piece, or the whole, reads so."""
        self.paragraphs = gathered(((run, (run.text,)) for run in document.paragraphs), form)
        self.labels = gathered(((control, control.labels) for control in document.controls), form)
        """The controls that the mark-up ties to a label that reads so."""
        self.titles = gathered(((control, control.names) for control in document.controls), form)
        """The controls with a picture's or title's words that read so."""
