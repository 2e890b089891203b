"""The results as a table, and what was wrong one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.drift.mutation import Class
from tests.drift.trial import UNCHANGED, Result

_HEADS = ("class", "kind", "number", "found", "matters", "alarms", "harm", "errors", "cancellations by end")


def table(results: Sequence[Result]) -> str:
    """Kind x class, with a sum for each class."""
    lines = [_HEADS]
    for klass in Class:
        mine = [one for one in results if one.klass is klass and one.kind != UNCHANGED]
        kinds = sorted({one.kind for one in mine})
        lines += [_line(klass, kind, [one for one in mine if one.kind == kind]) for kind in kinds]
        lines.append(_line(klass, "(all)", mine))
    return _aligned(lines)


def _line(klass: Class, kind: str, some: Sequence[Result]) -> tuple[str, ...]:
    ends = Counter(f"{one.end}{':' + one.code if one.code else ''}" for one in some if one.end)
    return (
        klass.value, kind, str(len(some)),
        str(sum(bool(one.findings) for one in some)),
        str(sum(bool(one.matters) for one in some)),
        str(sum(one.false_alarm for one in some)) if klass is Class.MARKUP else "",
        str(sum(bool(one.harm) for one in some)),
        str(sum(bool(one.error) for one in some)),
        ", ".join(f"{count} {end}" for end, count in ends.most_common()),
    )  # fmt: skip


def _aligned(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEADS))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join(rows)


def wrongs(results: Iterable[Result]) -> str:
    """Each miss, false alarm, harm and error, and how to run it alone."""
    return "\n".join(_told(one) for one in results if one.wrong)


def _told(one: Result) -> str:
    what = [
        "MISSED" if one.missed and not one.error else "",
        "FALSE ALARM" if one.false_alarm else "",
        f"HARM {one.harm}" if one.harm else "",
        f"ERROR {one.error}" if one.error else "",
    ]
    said = "".join(f"\n    {finding}" for finding in one.findings[:6])
    how = f"\n    alone: python -m tests.drift --only {one.name}"
    return f"{'; '.join(part for part in what if part)}: {one.name}: {one.sentence}{said}{how}"


def counts(results: Sequence[Result]) -> str:
    """The figures in one line."""
    sound = [one for one in results if one.kind == UNCHANGED]
    results = [one for one in results if one.kind != UNCHANGED]
    misleading = [one for one in results if one.klass is Class.MISLEADING]
    markup = [one for one in results if one.klass is Class.MARKUP]
    found = sum(bool(one.matters) for one in misleading)
    alarms = sum(one.false_alarm for one in markup)
    tried = sum(bool(one.end) for one in results)
    harmful = sum(bool(one.harm) for one in results)
    return (
        f"{len(results)} tried: {found} of {len(misleading)} misleading changes found; {alarms} false alarms on "
        f"{len(markup)} of mark-up alone; {tried} cancellations, {harmful} with harm; "
        f"{sum(bool(one.error) for one in results)} errors; {sum(one.false_alarm for one in sound)} alarms in "
        f"{len(sound)} looks at an unchanged site"
    )
