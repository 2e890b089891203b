"""What stands on the screen, all documents of a page together, and how a person finds something on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from page_objects.beside import field_value, fixed_values, label_runs, labelled, value_run, values_beside
from page_objects.document import ENTERABLE, OPERABLE, Box, Document, Found, Run
from page_objects.obstacles import Ambiguous, Missing
from page_objects.twins import one_to_a_person
from page_objects.wording import plain, plain_label, squeeze, wordings


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
    def leaving(self) -> bool:
        """Whether the browser is on its way from one of these documents to the next."""
        return any(document.leaving for document in self.documents)

    @property
    def loading(self) -> bool:
        """Whether a document has not come to its end."""
        return any(document.ready == "loading" for document in self.documents)

    @property
    def quiet(self) -> int:
        """Milliseconds since anything changed; 0 while a document is loading, held up or being left."""
        busy = any(document.busy or document.leaving for document in self.documents)
        return 0 if busy or not self.whole else min(document.quiet for document in self.documents)

    # --- operable things, by their words ---

    def operable(self, phrase: Iterable[str], kinds: Iterable[str] = OPERABLE) -> list[Found]:
        """Everything that can be clicked and is called by the best alternative of `phrase` that is on the screen."""
        wanted = set(kinds)
        for words in phrase:
            found = [
                Found(document, control)
                for document in self.documents
                for control in document.by_name.get(plain(words), ())
                if control.kind in wanted
            ]
            if found:
                return [one for one in found if not _holds_another(one, found)]
        return self._by_line(phrase, wanted)

    def _by_line(self, phrase: Iterable[str], kinds: set[str]) -> list[Found]:
        """A line that reads as the phrase, of which only a part is the link ("Link to AR: <a>611974 ...</a>")."""
        wanted = wordings(tuple(phrase))
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
        wanted = wordings(tuple(phrase))
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
            if any(words in document.plain_text for words in wanted):
                return next(text for text in document.line_texts.values() if any(w in plain(text) for w in wanted))
        return None

    # --- fields, by the label beside them ---

    def fields(self, phrase: Iterable[str], kinds: Iterable[str] = ENTERABLE) -> list[Found]:
        """The fields that the best alternative of `phrase` labels: tied to it in the mark-up, else beside it."""
        wanted = set(kinds)
        for strict in (plain, plain_label):
            for words in phrase:
                found = [one for document in self.documents for one in labelled(document, words, wanted, strict)]
                if found:
                    return found
        return []

    def one_field(self, phrase: Sequence[str], kinds: Iterable[str] = ENTERABLE, key: str = "") -> Found:
        """The one field with that label; raises NotHere or Ambiguous. `key` is what names it in the profile."""
        return the_one(self.fields(phrase, kinds), phrase, "a field with the label", key=key)

    def values(self, phrase: Iterable[str]) -> list[tuple[Document, str]]:
        """What stands beside the label: a field's value, or the text to its right or below it."""
        for words in phrase:
            found = [(document, value) for document in self.documents for value in values_beside(document, words)]
            if found:
                return found
        return []

    def told(self, phrase: Iterable[str]) -> list[str]:
        """The distinct values that the screen tells for a label.

        Where a label stands twice with different values, once beside text and once beside a field that can be changed
        ("State: Active", and the State of an address), the text is meant: what a record is, is told, not entered.
        """
        for words in phrase:
            fixed = [value for document in self.documents for value in fixed_values(document, words) if value]
            changeable = [
                field_value(one.control)
                for document in self.documents
                for one in labelled(document, words, ENTERABLE, plain)
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
                fields = [one.control.box for one in labelled(document, words, ENTERABLE, plain)]
                runs = [] if fields else [value_run(document, run) for run in label_runs(document, plain(words))]
                found += [(document, box) for box in fields]
                found += [(document, run.box) for run in runs if run is not None]
        return found

    def texts_beside(self, labels: Iterable[str]) -> list[str]:
        """The values of these labels, longest first, short ones left out: for masking them in texts."""
        values = {value for words in labels for _, value in self.values((words,)) if len(value) >= 4}
        return sorted(values, key=len, reverse=True)


def the_one(
    found: Sequence[Found],
    phrase: Sequence[str],
    what: str = "a link or button called",
    near: Found | None = None,
    key: str = "",
) -> Found:
    """The only one of `found`; raises NotHere or Ambiguous with the words that were looked for.

    Buttons that are one to a person count once: the one nearest to `near` is taken. `key` names the phrase in the profile.
    """
    wording = " or ".join(f'"{words}"' for words in phrase[:3]) + (" ..." if len(phrase) > 3 else "")
    cure = f"; set {key} in the profile" if key else ""
    if not found:
        raise Missing(f"{what} {wording} is not on the screen{cure}")
    if all(one.control.kind in OPERABLE for one in found):
        found = one_to_a_person(found, near)
    if len(found) > 1:
        raise Ambiguous(f"{what} {wording} is on the screen {len(found)} times{cure}")
    return found[0]


def _holds_another(one: Found, found: Sequence[Found]) -> bool:
    """Whether `one` is only the frame round another of `found` (a clickable cell round a link)."""
    return any(
        other.document is one.document and one.control.index in one.document.ancestors(other.control) for other in found
    )
