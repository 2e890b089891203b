"""Text from the CRM or files, made safe to show: nothing in it runs, colours or reorders (promise 16)."""

import unicodedata

from rich.text import Text

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories shown by their numbers: controls (ESC, line breaks), formats (bidi overrides, zero
widths), lone surrogates, line and paragraph separators."""


def visible(text: str) -> str:
    """`text` on one line, each character that a terminal would obey, or not show, written as <U+001B>."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    return f"<U+{ord(character):04X}>" if unicodedata.category(character) in HIDDEN else character


def short(text: str, width: int = 60) -> str:
    """`text` made visible, and cut with an ellipsis to at most `width` characters: a name may have 5,000."""
    shown = visible(text[: width + 1])
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def safe(text: object, style: str = "", *, width: int | None = None) -> Text:
    """A Rich text of `text`: visible(), never markup, cut to `width` characters where one is given."""
    words = str(text)
    return Text(visible(words) if width is None else short(words, width), style=style)
