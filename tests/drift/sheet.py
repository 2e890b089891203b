"""A page's mark-up as a reader sees it: things are found by their words, so one recipe serves all skins."""

import copy
import re
import unicodedata
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Script, Stylesheet, Tag

_CONTAINERS = {"script": Script, "style": Stylesheet}
"""Without "template": what stands in one is shown later, and is read like anything else."""
_ATTRIBUTES = ("title", "alt", "aria-label", "placeholder")
_UNSEEN = {"script", "style", "title", "head", "noscript"}
_CONTROLS = ("a", "button", "input", "select", "textarea", "summary")
BUTTONS = ("submit", "button", "image", "reset")


def key(text: str) -> str:
    """Letters and digits only, in small letters, words apart by one blank."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()


class Sheet:
    """One page, to be changed."""

    def __init__(self, page: str, html: str) -> None:
        self.page = page
        self.soup = BeautifulSoup(html, "html.parser", string_containers=_CONTAINERS)

    def __str__(self) -> str:
        return self.soup.decode(formatter="minimal")

    @property
    def top(self) -> Tag:
        """What holds all that is shown; of a part that a script fetches, the part itself."""
        return self.soup.body or self.soup

    # --- finding ---

    def presses(self, words: str, *, start: bool = False) -> list[Tag]:
        """Links, buttons and options with these words."""
        found = self.soup.find_all(["a", "button", "option", "summary", "input"])
        return [one for one in found if _fits(says(one), words, start=start)]

    def labels(self, words: str) -> list[Tag]:
        """The innermost elements that say just this and are not pressed."""
        found = [
            one
            for one in self.soup.find_all(True)
            if one.name not in {*_UNSEEN, "option", "body", "html"} and key(text_of(one)) == key(words)
        ]
        return [one for one in found if not any(child in found for child in one.find_all(True))]

    def first(self, words: str, *, start: bool = False) -> Tag | None:
        """What is pressed with these words, or else says them."""
        return next(iter([*self.presses(words, start=start), *self.labels(words)]), None)

    def rows(self) -> list[list[Tag]]:
        """The cells of each row of the tables."""
        rows = [one for one in self.soup.find_all(True) if one.name == "tr" or one.get("role") == "row"]
        return [[cell for cell in row.find_all(True, recursive=False)] for row in rows]

    def table_with(self, heading: str) -> tuple[int, list[list[Tag]]]:
        """The place of the column with that heading, and the rows as wide as its heading row; (-1, []) if none has it."""
        rows = self.rows()
        for cells in rows:
            heads = [key(text_of(cell)) for cell in cells]
            if len(cells) > 3 and key(heading) in heads:
                table = cells[0].find_parent(lambda one: one.name == "table" or one.get("role") == "table")
                mine = [row for row in rows if len(row) == len(cells) and table in row[0].parents]
                return heads.index(key(heading)), mine
        return -1, []

    # --- making ---

    def tag(self, name: str, text: str = "", **attributes: str) -> Tag:
        made = self.soup.new_tag(name, attrs={one.rstrip("_").replace("_", "-"): two for one, two in attributes.items()})
        if text:
            made.string = text
        return made

    def script(self, code: str) -> None:
        """A script at the page's end."""
        made = self.soup.new_tag("script")
        made.append(Script(code))
        self.top.append(made)


def _fits(said: str, words: str, *, start: bool) -> bool:
    return key(said).startswith(key(words)) if start else key(said) == key(words)


def text_of(tag: Tag) -> str:
    """Its words; a line break keeps them apart."""
    parts = [one if isinstance(one, NavigableString) else " " for one in tag.descendants if _is_read(one)]
    return "".join(parts)


def _is_read(node: PageElement) -> bool:
    return type(node) is NavigableString or (isinstance(node, Tag) and node.name == "br")


def says(tag: Tag) -> str:
    """The words on something that is pressed; "" for other fields."""
    if tag.name != "input":
        return text_of(tag)
    if tag.get("type") not in BUTTONS:
        return ""
    return str(tag.get("alt") if tag.get("type") == "image" else tag.get("value", ""))


def say(tag: Tag, words: str) -> None:
    """Put other words in a thing's place."""
    if tag.name == "input":
        tag["alt" if tag.get("type") == "image" else "value"] = words
        return
    tag.clear()
    tag.append(words)


def reword(sheet: Sheet, old: str, new: str, *, start: bool = False) -> None:
    """All that says `old` says `new`: what is pressed, labels, bare text, and the words of attributes."""
    for one in sheet.presses(old, start=start) + sheet.labels(old):
        say(one, new)
    for text in list(sheet.soup.find_all(string=True)):
        if type(text) is NavigableString and _fits(text, old, start=False):
            text.replace_with(NavigableString(f" {new} "))
    for one in sheet.soup.find_all(True):
        for name in _ATTRIBUTES:
            if name in one.attrs and key(str(one[name])) == key(old):
                one[name] = new


def row_of(tag: Tag) -> Tag:
    """The line, item or cell row that holds this alone."""
    while tag.parent is not None and tag.parent.name not in {"body", "main", "template", "[document]", "ul", "ol", "select"}:
        if key(text_of(tag.parent)) != key(text_of(tag)) or len(list(fields(tag.parent))) > 1:
            break
        tag = tag.parent
    alone = tag.name == "td" and tag.parent is not None and len(list(fields(tag.parent))) == 1
    return tag.parent if alone and tag.parent is not None else tag


def fields(tag: Tag) -> Iterator[Tag]:
    """What can be pressed or filled in within it."""
    for one in tag.find_all(_CONTROLS):
        if one.get("type") != "hidden":
            yield one


def pair(label: Tag) -> list[Tag]:
    """A label and what stands beside it, each with the cell that holds it alone."""
    while label.parent is not None and label.parent.name in {"td", "dt", "b", "span"}:
        if key(text_of(label.parent)) != key(text_of(label)):
            break
        label = label.parent
    beside = label.find_next_sibling(True) or label.find_previous_sibling(True)
    return [label, beside] if isinstance(beside, Tag) else [label]


def block_of(label: Tag) -> Tag:
    """The nearest element around it that holds a control other than itself: a drop-down with its label."""
    for parent in label.parents:
        others = [one for one in fields(parent) if one is not label and label not in one.parents]
        if others:
            return parent
    return label


def twin(tag: Tag) -> Tag:
    """A copy, beside nothing yet."""
    made = copy.copy(tag)
    for one in [made, *made.find_all(True)]:
        one.attrs.pop("id", None)
    return made


def swap(one: PageElement, other: PageElement) -> None:
    """Each in the other's place."""
    mark = NavigableString("")
    one.replace_with(mark)
    other.replace_with(one)
    mark.replace_with(other)


UNSEEN = "data-unseen"
"""Marks what a mutation hides by a style sheet."""


def hidden(tag: Tag) -> bool:
    return "hidden" in tag.attrs or UNSEEN in tag.attrs or "display:none" in str(tag.get("style", "")).replace(" ", "")


def pressed(html: str) -> list[tuple[str, bool]]:
    """What can be pressed or filled in, menus that are closed included: its words, and whether it is dead."""
    found = Sheet("", html).soup.find_all(["a", "button", "option", "summary", "input", "select", "textarea"])
    return [(key(says(one)), one.name == "a" and not one.get("href") or "disabled" in one.attrs) for one in found]


def read(html: str) -> str:
    """What is read, letters and digits only: mark-up alone does not change it."""
    sheet = Sheet("", html)
    for one in sheet.soup.find_all(_UNSEEN) + sheet.soup.find_all(hidden):
        one.decompose()
    told: list[str] = []
    for node in sheet.soup.descendants:
        if type(node) is NavigableString:
            told.append(node)
        elif isinstance(node, Tag) and node.name == "input":
            told.append(str(node.get("value", "")) if "readonly" in node.attrs else says(node))
    return key("".join(told)).replace(" ", "")
