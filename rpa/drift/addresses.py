"""Addresses and scripts of a page without what they carry: credentials, queries, tokens, names, numbers.

A number stands for each different word, as "~3": what leads to the same place still does, and what does not, does not.
"""

import re
from collections.abc import Set
from urllib.parse import unquote, urlsplit

from page_objects.wording import plain

PROGRAM = frozenset(
    word
    for line in (
        "javascript void return false true null undefined this event window self top parent document location href",
        "open submit confirm alert form forms function var let const if else new click onclick change focus blur",
        "dopostback webform dopostbackwithoptions options show hide toggle display block none style getelementbyid",
        "value checked history back go replace assign reload http https www html htm jsp jspx do action asp aspx php",
        "cgi cfm nsf index main default post get fetch xmlhttprequest ajax setattribute target blank",
    )
    for word in line.split()
)
"""What scripts and addresses are made of, whosever page it is."""
_QUOTED = re.compile(r"""(['"])(.*?)\1""", re.DOTALL)
_URL = re.compile(r"https?://[^\s'\"<>()]+", re.IGNORECASE)
_WORD = re.compile(r"~?[^\W_]+")  # with what stands for a word already


class Symbols:
    """For one recording: the same word has the same number everywhere in it."""

    def __init__(self, vocabulary: Set[str], own_number: str, hosts: Set[str]) -> None:
        self._known = frozenset(vocabulary) | PROGRAM
        self._own, self._hosts = own_number, hosts
        self._numbers: dict[str, int] = {}

    def address(self, text: str) -> str:
        """A URL, absolute or relative, or a script in its place."""
        if text.strip() in {"", "#"}:
            return text
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self._program(text)
        if parts.scheme.casefold() not in {"", "http", "https"}:
            return self.script(text)
        place = f"{self._host(host)}{f':{port}' if port else ''}"
        start = f"{parts.scheme}://{place}" if parts.scheme else f"//{place}" if host else ""
        more = f"?{self._symbol(parts.query)}" if parts.query else ""
        return f"{start}{self._program(parts.path)}{more}{'#' + self._symbol(parts.fragment) if parts.fragment else ''}"

    def script(self, text: str) -> str:
        """A script, or any text of the mark-up's own: its program words and signs."""
        parts, done = [], 0
        for found in _URL.finditer(text):
            parts += [self._program(text[done : found.start()]), self.address(found[0])]
            done = found.end()
        return "".join([*parts, self._program(text[done:])])

    def _program(self, text: str) -> str:
        told = unquote(text)
        parts, done = [], 0
        for found in _QUOTED.finditer(told):
            quote, literal = found.groups()
            kept = literal if not literal.strip() or self._is_known(literal) else self._symbol(literal)
            parts += [self._bare(told[done : found.start()]), quote, kept, quote]
            done = found.end()
        return "".join([*parts, self._bare(told[done:])])

    def _bare(self, text: str) -> str:
        """What stands outside of quotes, word by word; of other signs only what programs are written with."""
        replaced = _WORD.sub(lambda found: found[0] if self._is_known(found[0]) else self._symbol(found[0]), text)
        return "".join(one if one.isascii() or one.isspace() else "?" for one in replaced)

    def _is_known(self, word: str) -> bool:
        return word in {"0", self._own} or plain(word) in self._known

    def _host(self, host: str) -> str:
        return host if host in self._hosts or not host else self._symbol(host)

    def _symbol(self, word: str) -> str:
        return f"~{self._numbers.setdefault(word, len(self._numbers) + 1)}"
