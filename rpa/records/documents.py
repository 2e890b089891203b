"""Field values taken out of an HTML snapshot. Works on the text, so that all else stays as it was on the
screen."""

import html
import re
from collections.abc import Iterator

from rpa.cases.text import MASK, label
from rpa.records.tokens import SECRET, SECRET_NAME, may_be_secret

_WHOLE = r"<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>"
"""Taken as one piece: their quotes and angle brackets are no mark-up."""
_TAG = r"<[a-zA-Z/!](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_FIELD_TAG = re.compile(r"<(?:input|meta)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.I)
_PIECES = re.compile(f"({_WHOLE}|{_TAG})", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_BUTTONS = {"submit", "button", "reset", "image", "checkbox", "radio", "hidden"}
_NAMING = ("aria-label", "placeholder", "title", "name", "id")


def redact_tags(document: str) -> str:
    """`document` without the value of each password field, and of each field or meta named like a token."""
    return _FIELD_TAG.sub(_without_secret, document)


def _without_secret(found: re.Match[str]) -> str:
    tag = found.group()
    if not may_be_secret(tag):  # type=password is one of the words
        return tag
    told = _attributes(tag)
    secret = told.get("type", "").lower() == "password"
    named = SECRET_NAME.search(told.get("name", "")) or SECRET_NAME.search(told.get("id", ""))
    return _with_value(tag, SECRET) if secret or named else tag


def mask_document(document: str, labels: frozenset[str]) -> tuple[str, list[str]]:
    """`document` with a mask for the value beside (after) each of these labels, and the values that were
    there.

    A value is the next text or filled field after the label's text, or a field that carries the label itself.
    A column below a masked heading is not found so; what was learned from fields and readings is masked there
    by its text.
    """
    if not labels:
        return document, []
    walk = _Walk(labels)
    return "".join(walk.pieces(document)), walk.values


class _Walk:
    """One pass over a document's tags and texts."""

    def __init__(self, labels: frozenset[str]) -> None:
        self._labels = labels
        self._words = {name.split()[0] for name in labels if name}
        self._armed = False
        self._choices = False
        self.values: list[str] = []

    def pieces(self, document: str) -> Iterator[str]:
        for place, piece in enumerate(_PIECES.split(document)):
            yield self._tag(piece) if place % 2 else self._text(piece)

    def _tag(self, tag: str) -> str:
        word = tag[:8].lower()
        if word.startswith(("<select", "</select")):
            # Every option of a masked select box is masked; what follows the box is another field.
            self._choices = word[1] != "/"
            self._armed = self._armed and self._choices
        if word.startswith("<input") and (self._armed or self._may_tell(tag)):
            return self._input(tag)
        return tag

    def _may_tell(self, text: str) -> bool:
        """Whether a label may stand in this text: a quick no for nearly all of a page."""
        lower = text.lower()
        for word in self._words:
            if word in lower:
                return True
        return not text.isascii()

    def _input(self, tag: str) -> str:
        told = _attributes(tag)
        own = any(label(told.get(name, "")) in self._labels for name in _NAMING)
        if told.get("type", "").lower() in _BUTTONS or not (self._armed or own):
            return tag
        self._armed = False
        self.values.append(told.get("value", ""))
        return _with_value(tag, MASK) if told.get("value") else tag

    def _text(self, text: str) -> str:
        if not text or text.isspace() or not (self._armed or self._may_tell(text)):
            return text
        told = html.unescape(text).strip()
        if not told:
            return text
        if label(told) in self._labels:
            self._armed = True
            return text
        return self._value(text, told)

    def _value(self, text: str, told: str) -> str:
        name, colon, value = told.partition(":")
        if colon and value.strip() and label(name) in self._labels:
            self.values.append(value.strip())
            return f"{html.escape(name)}: {MASK}"
        if not self._armed:
            return text
        self._armed = self._choices
        if told.endswith(":"):  # the next label: the masked field was empty
            self._armed = False
            return text
        self.values.append(told)
        return MASK


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag)}


def _with_value(tag: str, value: str) -> str:
    # Replaced through a function: the value is taken as it is, not as a template of a regular expression.
    return re.sub(
        r"(?i)(?<![\w-])(value|content)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)",
        lambda found: f'{found[1]}="{value}"',
        tag,
    )
