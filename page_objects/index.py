"""What can be read in one document under which words: looked up again and again, so gathered once.

Asked for fifteen ways to call a field, a page would else be read through fifteen times.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from page_objects.document import Control, Document, Run

Form = Callable[[str], str]
"""`plain` or `plain_label`: in which words are compared."""
Thing = TypeVar("Thing")


class Index:
    """Of one document, in one form of words. Each list is in the document's order, and holds a thing once."""

    def __init__(self, document: "Document", form: Form) -> None:
        self._document, self._form = document, form

    @cached_property
    def lines(self) -> dict[str, list[int]]:
        """The numbers of the lines of which a piece, or the whole, reads so."""
        texts = self._document.line_texts
        return self._gathered(
            (number, (texts[number], *(run.text for run in runs))) for number, runs in self._document.lines.items()
        )

    @cached_property
    def paragraphs(self) -> "dict[str, list[Run]]":
        return self._gathered((run, (run.text,)) for run in self._document.paragraphs)

    @cached_property
    def labels(self) -> "dict[str, list[Control]]":
        """The controls that the mark-up ties to a label that reads so."""
        return self._gathered((control, control.labels) for control in self._document.controls)

    @cached_property
    def titles(self) -> "dict[str, list[Control]]":
        """The controls with a picture's or title's words that read so."""
        return self._gathered((control, control.names) for control in self._document.controls)

    @cached_property
    def names(self) -> "dict[str, list[Control]]":
        """The controls that a person would call so."""
        return self._gathered((control, (control.name,)) for control in self._document.controls)

    def _gathered(self, told: Iterable[tuple[Thing, Iterable[str]]]) -> dict[str, list[Thing]]:
        things: dict[str, list[Thing]] = {}
        for thing, texts in told:
            for words in {self._form(text) for text in texts}:
                things.setdefault(words, []).append(thing)
        return things
