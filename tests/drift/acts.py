"""What can be done to a thing on a page; each a change that a recipe takes."""

from collections.abc import Callable

from bs4.element import Tag

from tests.drift.sheet import Sheet, block_of, pair, reword, row_of, say, swap, twin

Act = Callable[[Sheet], object]


# --- what is pressed ---


def renamed(old: str, new: str) -> Act:
    def act(sheet: Sheet) -> None:
        for one in sheet.presses(old):
            say(one, new)

    return act


def gone(words: str, *, start: bool = False) -> Act:
    def act(sheet: Sheet) -> None:
        for one in sheet.presses(words, start=start):
            (one if one.name in {"input", "option"} else row_of(one)).decompose()

    return act


def twice(words: str, *, start: bool = False) -> Act:
    """The first of these stands there twice, and both work."""

    def act(sheet: Sheet) -> None:
        for one in sheet.presses(words, start=start)[:1]:
            unit = one if one.name in {"input", "option"} else row_of(one)
            unit.insert_after(twin(unit))

    return act


def dead(words: str, *, start: bool = False) -> Act:
    """Its words are there, but nothing to press: text instead of a link, a disabled button."""

    def act(sheet: Sheet) -> None:
        for one in sheet.presses(words, start=start):
            if one.name == "a":
                one.replace_with(sheet.tag("span", one.get_text()))
            else:
                one["disabled"] = "disabled"

    return act


def texts_swapped(one: str, other: str) -> Act:
    def act(sheet: Sheet) -> None:
        first, second = sheet.presses(one), sheet.presses(other)
        for tag in first:
            say(tag, other)
        for tag in second:
            say(tag, one)

    return act


def rows_swapped(one: str, other: str) -> Act:
    """Each with its words: only the order changes."""

    def act(sheet: Sheet) -> None:
        first, second = sheet.presses(one), sheet.presses(other)
        if first and second:
            swap(row_of(first[0]), row_of(second[0]))

    return act


# --- labels ---


def relabelled(old: str, new: str) -> Act:
    return lambda sheet: reword(sheet, old, new)


def label_only(old: str, new: str) -> Act:
    """The label, not a button of the same words."""

    def act(sheet: Sheet) -> None:
        for one in sheet.labels(old):
            if one.name not in {"a", "button", "h1", "h2"}:
                say(one, new)

    return act


def label_gone(words: str) -> Act:
    def act(sheet: Sheet) -> None:
        for one in sheet.labels(words):
            one.clear()

    return act


def removed(label: str) -> Act:
    """The label and what stands beside it."""

    def act(sheet: Sheet) -> None:
        for one in sheet.labels(label)[:1]:
            for part in pair(one):
                part.decompose()

    return act


def doubled(label: str, value: Callable[[str], str] = str) -> Act:
    """The label stands there twice; the second has a value or a field of its own."""

    def act(sheet: Sheet) -> None:
        for one in sheet.labels(label)[:1]:
            parts = pair(one)
            copies = [twin(part) for part in parts]
            if len(copies) > 1 and copies[1].get_text().strip():
                say(copies[1], value(copies[1].get_text()))
            parts[-1].insert_after(*copies)

    return act


def labels_swapped(one: str, other: str) -> Act:
    def act(sheet: Sheet) -> None:
        firsts, seconds = _saying(sheet, one), _saying(sheet, other)
        for tag in firsts:
            say(tag, other)
        for tag in seconds:
            say(tag, one)

    return act


def _saying(sheet: Sheet, words: str) -> list[Tag]:
    return [*sheet.presses(words), *(tag for tag in sheet.labels(words) if tag.name not in {"a", "button", "summary"})]


def block_gone(label: str) -> Act:
    def act(sheet: Sheet) -> None:
        one = sheet.first(label)
        if one is not None:
            block_of(one).decompose()

    return act


def block_twice(label: str) -> Act:
    def act(sheet: Sheet) -> None:
        one = sheet.first(label)
        if one is not None:
            block = block_of(one)
            block.insert_after(twin(block))

    return act


def field_dead(label: str) -> Act:
    """What was a field to fill in can't be filled in."""

    def act(sheet: Sheet) -> None:
        for one in sheet.labels(label)[:1]:
            beside = pair(one)
            for field in [tag for part in beside for tag in [part, *part.find_all(True)]]:
                if field.name in {"input", "select", "textarea"}:
                    field["disabled"] = "disabled"

    return act


# --- the page ---


def on_the_page(text: Callable[[str], str]) -> Act:
    """Every bare text changed, such as the account's number."""

    def act(sheet: Sheet) -> None:
        for one in list(sheet.top.find_all(string=True)):
            parent = one.parent
            if parent is not None and parent.name not in {"script", "style"} and text(one) != str(one):
                one.replace_with(text(one))
        for field in sheet.soup.find_all("input", readonly=True):
            field["value"] = text(str(field.get("value", "")))

    return act


def put_first(name: str, text: str) -> Act:
    """Something new after the page's first heading."""

    def act(sheet: Sheet) -> None:
        heading = sheet.soup.find(["h1", "h2"])
        if heading is not None:
            heading.insert_after(sheet.tag(name, text))

    return act
