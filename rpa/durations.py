"""Durations as a person writes them, counted back from a moment: 12h, 90d, 18m (months), 2y."""

import calendar
import datetime as dt
import re

_SPELLED = re.compile(r"([1-9][0-9]{0,5})([hdmy])")
RULE = "must be a whole number and h (hours), d (days), m (months) or y (years), such as 90d or 2y"


def before(duration: str, now: dt.datetime) -> dt.datetime:
    """The moment so long before `now`; months and years by the calendar. Raises ValueError with the end of a sentence."""
    found = _SPELLED.fullmatch(duration.strip())
    if not found:
        raise ValueError(RULE)
    count, unit = int(found[1]), found[2]
    try:
        if unit in "hd":
            return now - (dt.timedelta(hours=count) if unit == "h" else dt.timedelta(days=count))
        return _months_before(count if unit == "m" else 12 * count, now)
    except (OverflowError, ValueError):
        raise ValueError("reaches back to before the year 1") from None


def _months_before(months: int, now: dt.datetime) -> dt.datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]  # the 31st, a month earlier: its last day
    return now.replace(year=year, month=month + 1, day=min(now.day, last))
