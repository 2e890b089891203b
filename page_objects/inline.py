"""Labels and values that stand in one line of running text: "Account #: 534321  Licenses: 5  Status: ACTIVE"."""

import re
from collections.abc import Iterator

from page_objects.document import OPERABLE, Document, Run
from page_objects.wording import plain, squeeze

LABEL_WORDS = 6
"""A label has at most so many words."""


def inline_values(document: Document, wanted: str) -> list[str]:
    """The values of `wanted` (in its `plain` form) in lines that hold label and value."""
    values: list[str] = []
    if wanted not in document.plain_text:
        return values
    for number, text in document.line_texts.items():
        if wanted not in plain(text):
            continue
        pieces = [
            "" if _pressable(document, run) and plain(piece) == wanted else piece  # a link of a menu labels nothing
            for run in document.lines[number]
            for piece in run.pieces
        ]
        value = _in_pieces(pieces, wanted, document.labels) or _in_text(text, wanted, document.labels)
        if not value and not all(_pressable(document, run) for run in document.lines[number]):
            value = _number_alone(text, wanted)
        if value:
            values.append(value)
    return values


def _pressable(document: Document, run: Run) -> bool:
    return run.control >= 0 and document.controls[run.control].kind in OPERABLE


def _in_pieces(pieces: list[str], wanted: str, labels: frozenset[str]) -> str:
    """Parted by looks or gaps: the piece after the label, or the rest of the piece that begins with it."""
    for place, piece in enumerate(pieces):
        label, colon, rest = piece.partition(":")
        if plain(label) != wanted:
            continue
        if rest.strip():
            return up_to_next_label(rest, labels)
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        if following and (colon or plain(following) not in labels):
            return "" if following.rstrip().endswith(":") else up_to_next_label(following, labels)
    return ""


def _in_text(text: str, wanted: str, labels: frozenset[str]) -> str:
    """Written in one look: "wanted: value". In mid-line only a label of several words is certainly a whole one."""
    words = r"\s+".join(re.escape(word) for word in wanted.split())
    whole = len(wanted.split()) > 1 or "#" in wanted
    start = r"(?:^|(?<=[\s|;,(]))" if whole else r"^\s*"
    found = re.search(rf"{start}{words}\s*[.#]?\s*:\s*(\S.*)$", text, re.IGNORECASE)
    return up_to_next_label(found.group(1), labels) if found else ""


def _number_alone(text: str, wanted: str) -> str:
    """The number of a line that holds it and its label alone: "Acct # 611974"."""
    if not re.search(r"#$|\b(?:number|no)$", wanted):
        return ""
    words = r"\s*".join(re.escape(word) for word in wanted.split())
    found = re.fullmatch(rf"{words}\.?\s*(\d+)", squeeze(text), re.IGNORECASE)
    return found.group(1) if found else ""


def up_to_next_label(text: str, labels: frozenset[str]) -> str:
    """`text` up to the known label that follows in it, if one does."""
    cut = min(_label_starts(text, labels), default=len(text))
    return squeeze(text[:cut])


def _label_starts(text: str, labels: frozenset[str]) -> Iterator[int]:
    for colon in re.finditer(":", text):
        words = list(re.finditer(r"\S+", text[: colon.start()]))[-LABEL_WORDS:]
        for word in words:
            if plain(text[word.start() : colon.start()]) in labels:
                yield word.start()
                break
