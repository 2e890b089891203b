"""What is struck from texts before they leave for a log or for people's mail: names, secrets, what a site says."""

import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rpa.records.redaction import spellings
from rpa.records.tokens import without_tokens
from rpa.words_on_screen import visible

MASK = "•••"
ENOUGH = 16
"""So much of a long name is one, where a sentence was cut."""
_QUOTED = re.compile(r"""(?:["“]|(?<!\w)['‘]).*""")
_QUERY = re.compile(r"(://[^\s?#]*)[?#]\S*")
_HARMLESS = str.maketrans(
    {"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "∗", "|": "¦", "~": "∼", "@": "＠", "\\": "∖"}
)


def without_names(text: str, names: Iterable[str]) -> str:
    """`text` with a mask for each of these names, whatever the letter case, as a whole word; a long one also if cut."""
    told = {form for name in names for form in _forms(name) if form.strip()}
    for form in sorted((form for form in told if form[:ENOUGH].casefold() in text.casefold()), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", MASK, text, flags=re.IGNORECASE)
        if len(form) > ENOUGH:
            text = _without_beginnings(text, form)
    return text


def _forms(name: str) -> set[str]:
    """A name as it may stand in a sentence: as it is, on one line, each of its lines, made visible, in a value's quotes."""
    plain = {name, " ".join(name.split()), *name.splitlines()}
    return plain | {visible(form) for form in plain} | {repr(name)[1:-1], json.dumps(name)[1:-1]}


def _without_beginnings(text: str, name: str) -> str:
    start = text.find(name[:ENOUGH])
    while start >= 0:
        end = start + ENOUGH
        while end < len(text) and end - start < len(name) and text[end] == name[end - start]:
            end += 1
        text = f"{text[:start]}{MASK}{text[end:]}"
        start = text.find(name[:ENOUGH], start + len(MASK))
    return text


def without_quotations(text: str) -> str:
    """Each line up to its first quotation mark: what a site or a file says stands behind it, and may go on past the next."""
    return _QUOTED.sub('"…"', text)


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """`text` with a mask for each secret and its spellings, for tokens, and for what a URL asks with."""
    for form in _all_spellings((*secrets,)):
        text = text.replace(form, MASK)
    return without_tokens(_QUERY.sub(rf"\1?{MASK}", text))


@lru_cache(16)
def _all_spellings(secrets: tuple[str, ...]) -> list[str]:
    """The longest first. They are the same for each line of a process's log."""
    return sorted({form for secret in secrets if secret for form in spellings(secret)}, key=len, reverse=True)


def harmless(text: str) -> str:
    """Plain text of several lines that no mail or chat program takes for a link, a mention, a picture or a heading."""
    lines = (visible(line).translate(_HARMLESS).replace("://", ":∕∕") for line in text.split("\n"))
    return "\n".join(f"·{line}" if line.lstrip().startswith("#") else line for line in lines)
