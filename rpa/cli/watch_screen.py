"""The queue on one screen: it fits, whatever the screen's size."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from rpa.cli.looking import Sight
from rpa.cli.overview_shown import LABEL, Picture, Section, many, picture
from rpa.words_on_screen import safe


def drawn(sight: Sight, console: Console) -> RenderableType:
    """The newest sight on the whole screen: never a line more, and what has no room is counted."""
    width, height = console.size
    rows = _folded(safe(f"{sight.trouble}; below is how it was", "bold red"), console) if sight.trouble else []
    if sight.seen is not None:
        shown = picture(sight.seen, width)
        for label, fact in shown.facts:
            rows += _folded(Text(f"{label:<{LABEL}}", "bold") + fact, console)
        rows += _both(shown, height - len(rows))
    for row in rows:
        row.truncate(width, overflow="ellipsis")
    return Group(*rows[:height])


def _folded(fact: Text, console: Console) -> list[Text]:
    """On at most two lines: a reason is worth a second one."""
    first, *others = fact.wrap(console, console.width)
    if not others:
        return [first]
    rest = fact[len(first) :]
    return [first, Text(" " * LABEL) + Text(rest.plain.lstrip())]


def _both(shown: Picture, room: int) -> list[Text]:
    """Both lists, a blank line before each; where there is too little room, a third is for what needs a person."""
    room -= bool(shown.crew) + bool(shown.attention)
    least = max(room // 3, len(shown.attention) + 2)
    second = min(_lines_of(shown.attention), max(least, room - _lines_of(shown.crew)))
    parts = [fitted(shown.crew, room - second), fitted(shown.attention, second)]
    if shown.columns and sum(map(len, parts)) < room:
        parts[0].insert(0, shown.columns)
    return [row for part in parts if part for row in (Text(""), *part)]


def _lines_of(sections: Sequence[Section]) -> int:
    return sum(len(section.all) for section in sections)


def fitted(sections: Sequence[Section], room: int) -> list[Text]:
    """The headings, and below each as many of its lines as there is room for, one after the other in turn."""
    left = _lines_of(sections)
    if left > room:
        room -= 1  # for the line that says so
    kept = [0] * len(sections)
    room -= len(sections)
    for line in range(max((len(section.lines) for section in sections), default=0)):
        for place, section in enumerate(sections):
            if room > 0 and line < len(section.lines):
                kept[place], room = kept[place] + 1, room - 1
    rows = [row for place, one in enumerate(sections) for row in (one.heading, *one.lines[: kept[place]])]
    rows = rows[: max(0, len(rows) + min(room, 0))]
    if left == len(rows):
        return rows
    return [*rows, Text(f"  … {many(left - len(rows), 'more line')}", "dim")]
