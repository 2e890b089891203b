"""Text that came from the CRM, made harmless for people's eyes (promise 16)."""

import json
import re
import unicodedata
from typing import Any

MASK = "•••"
"""Stands where a value of a masked field was (`privacy.masked_fields`)."""

_LINE_BREAKS = "\n\t"
# Joiners stay: emoji and several scripts are spelled with them. All other invisible characters are shown.
_JOINERS = "\u200c\u200d"
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """`text` with control characters, bidi overrides, invisible characters and lone surrogates written out,
    as ⟨U+202E⟩.

    Line breaks and tabs stay. The result is encodable and can steer neither a terminal nor a reader's eye.
    """
    return _HIDDEN.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    character = found.group()
    return character if character in _LINE_BREAKS + _JOINERS else f"⟨U+{ord(character):04X}⟩"


def one_line(text: str, limit: int = 200) -> str:
    """`text` cleaned, on one line, cut at `limit` characters with an ellipsis."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """`text` on one line for a Markdown file: nothing in it becomes a heading, link, table or HTML."""
    return re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", one_line(text, 2000))


def label(text: str) -> str:
    """A field's label in the form labels are compared in: no colon, asterisk or odd white space, letter case
    aside."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).rstrip(":* ").casefold()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical(value: Any) -> str:
    """The one way a JSON value is written where its bytes are hashed: sorted keys, no spaces, ASCII only."""
    return _CANONICAL.encode(value)
