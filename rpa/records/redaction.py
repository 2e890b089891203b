"""What must never reach the disk: secrets (promise 15) and the values of masked fields."""

import datetime as dt
import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import BaseModel

from rpa.cases.text import MASK, label
from rpa.records.documents import mask_document, redact_tags
from rpa.records.tokens import SECRET, without_tokens

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_heading = lru_cache(1000)(label)
"""Names of fields and headings of tables are few, and come again with each event."""


class Redactor:
    """Turns what the flow hands over into plain JSON values and texts without secrets and masked values."""

    def __init__(self, masked_fields: Iterable[str] = (), protected: Iterable[str] = ()) -> None:
        """`protected`: the account's name and number, which stay readable even if a masked field repeats
        them."""
        self._labels = frozenset(label(name) for name in masked_fields)
        self._protected = tuple(protected)
        self._secrets: tuple[str, ...] = ()
        self._masked: set[str] = set()

    def hide(self, secrets: Sequence[str]) -> None:
        """From now on replace these strings, and their URL, HTML and JSON spellings."""
        forms = {form for secret in secrets if secret for form in spellings(secret)}
        self._secrets = tuple(sorted(forms.union(self._secrets), key=len, reverse=True))

    def text(self, text: str) -> str:
        """One text without secrets, tokens and the masked values that were seen so far."""
        for secret in self._secrets:
            text = text.replace(secret, SECRET)
        text = without_tokens(text)
        for value in self._masked:
            text = text.replace(value, MASK)
        return text if text.isascii() else _SURROGATE.sub(lambda half: f"⟨U+{ord(half.group()):04X}⟩", text)

    def document(self, text: str) -> str:
        """An HTML snapshot: as `text`, and without values of password, hidden-token and masked fields."""
        text, values = mask_document(redact_tags(text), self._labels)
        self._learn(values)
        return self.text(text)

    def data(self, value: Any) -> Any:
        """Any value as plain JSON values, redacted all the way down. Numbers that JSON lacks become texts."""
        if isinstance(value, str):
            return self.text(str(value.value if isinstance(value, Enum) else value))
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        return self._compound(value)

    def _compound(self, value: Any) -> Any:
        if isinstance(value, BaseModel):
            return self.data({name: getattr(value, name) for name in type(value).model_fields})
        if isinstance(value, Mapping):
            return {self.text(str(name)): self._field(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return self._items(list(value))
        if isinstance(value, dt.date | dt.datetime):
            return value.isoformat()
        return self.text(str(value.value if isinstance(value, Enum) else value))

    def _items(self, items: list[Any]) -> list[Any]:
        # A table's cell as BillingRow.cells writes it: (heading, text).
        if len(items) == 2 and isinstance(items[0], str) and isinstance(items[1], str):
            return [self.text(items[0]), self._field(items[0], items[1])]
        return [self.data(item) for item in items]

    def _field(self, name: str, value: Any) -> Any:
        if _heading(name) not in self._labels or value in (None, ""):
            return self.data(value)
        self._learn([str(value)])
        return MASK

    def _learn(self, values: Iterable[str]) -> None:
        """Remember telephone numbers, addresses and card numbers, to mask them wherever they turn up.

        Not every value: a customer who enters DELETE as a telephone number must not blacken the proof.
        """
        for value in (value.strip() for value in values):
            telling = "@" in value or sum(map(str.isdigit, value)) >= 7
            if 6 <= len(value) <= 200 and telling and not any(value in own for own in self._protected):
                self._masked.update({value, html.escape(value)})


def spellings(secret: str) -> set[str]:
    """A secret as it may be written in URLs, HTML and JSON."""
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
    }
