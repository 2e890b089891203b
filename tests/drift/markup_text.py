"""Other mark-up within words and phrases: a person reads the same."""

import re
from collections.abc import Callable, Iterator

from bs4.element import Comment, NavigableString, Tag

from tests.drift.sheet import Sheet

Within = Callable[[Sheet, NavigableString], None]
_KEEP = {"script", "style", "title", "textarea", "head", "html", "table", "tr", "select", "noscript", "frameset"}
_PHRASES = {"a", "button", "td", "th", "dt", "label", "span", "b", "summary", "li", "strong", "em", "p", "legend"}


def texts(sheet: Sheet, inside: set[str] = _PHRASES) -> Iterator[NavigableString]:
    """The bare texts that people read, of more than a letter."""
    for one in list(sheet.top.find_all(string=True)):
        plain = type(one) is NavigableString and len(one.strip()) > 1
        if plain and one.parent is not None and one.parent.name in inside - _KEEP:
            yield one


def in_each(change: Callable[[Sheet, NavigableString], None], inside: set[str] = _PHRASES) -> Callable[[Sheet], None]:
    def act(sheet: Sheet) -> None:
        for one in texts(sheet, inside):
            change(sheet, one)

    return act


def white_space(_sheet: Sheet, text: NavigableString) -> None:
    text.replace_with(NavigableString("\n   " + re.sub(r" +", " \n\t ", text) + "\n  "))


def hard_blanks(_sheet: Sheet, text: NavigableString) -> None:
    text.replace_with(NavigableString("\u00a0" + text.replace(" ", "\u00a0")))


def soft_hyphens(_sheet: Sheet, text: NavigableString) -> None:
    text.replace_with(NavigableString(re.sub(r"([a-z]{4})([a-z]{3})", "\\1\u00ad\\2", text)))


def curly_quotes(_sheet: Sheet, text: NavigableString) -> None:
    text.replace_with(NavigableString(re.sub(r"'([^']*)'", "‘\\1’", text)))


def line_breaks(sheet: Sheet, text: NavigableString) -> None:
    """One in the middle, where there are two words and more."""
    words = text.split(" ")
    if len(words) > 1 and text.strip():
        half = len(words) // 2
        parts = (" ".join(words[:half]), sheet.tag("br"), " ".join(words[half:]))
        text.replace_with(*[NavigableString(one) if isinstance(one, str) else one for one in parts])


def comments(_sheet: Sheet, text: NavigableString) -> None:
    head, blank, tail = text.partition(" ")
    text.replace_with(NavigableString(head + blank), Comment(" Purge Billing History "), NavigableString(tail))


def underlined_letter(sheet: Sheet, text: NavigableString) -> None:
    """As for an access key."""
    at = next((number for number, char in enumerate(text) if char.isalpha()), -1)
    if at >= 0:
        letter = sheet.tag("u", text[at])
        text.replace_with(NavigableString(text[:at]), letter, NavigableString(text[at + 1 :]))


def wrapped(*names: str) -> Within:
    """In elements that only say how it looks."""

    def change(sheet: Sheet, text: NavigableString) -> None:
        inner: Tag | None = None
        outer: Tag | None = None
        for name in names:
            made = sheet.tag(name, **({"color": "#224488", "size": "2"} if name == "font" else {}))
            if inner is not None:
                inner.append(made)
            outer, inner = outer or made, made
        if outer is not None and inner is not None:
            text.replace_with(outer)
            inner.append(text)

    return change


_TAGS = re.compile(r"(<[^>]*>)")


def entities(_page: str, html: str) -> str:
    """Letters of what is shown as character references."""
    pieces, keep = _TAGS.split(html), ""
    for at, piece in enumerate(pieces):
        if piece.startswith("<"):
            name = re.match(r"</?([a-z0-9]*)", piece.casefold())
            keep = name[1] if name and not piece.startswith("</") and name[1] in {"script", "style"} else ""
        elif not keep and "&" not in piece:
            pieces[at] = re.sub("[aeC]", lambda found: f"&#{ord(found[0])};", piece)
    return "".join(pieces)


def upper_tags(_page: str, html: str) -> str:
    """The names of elements and attributes in capitals."""

    def upper(found: re.Match[str]) -> str:
        return found[1] + found[2].upper()

    pieces, script = _TAGS.split(html), False
    for at, piece in enumerate(pieces):
        if piece.startswith("<") and not piece.startswith("<!"):
            if not script or piece.casefold().startswith("</script"):
                pieces[at] = re.sub(r"^(</?)([a-z0-9]+)", upper, piece)
            script = piece.casefold().startswith("<script")
    return "".join(pieces)
