"""Dates as a site writes and reads them, in a profile's notation: MM/DD/YYYY, M/D/YYYY, DD-MMM-YYYY, MMM D, YYYY."""

import datetime as dt
import re

_STRFTIME = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}
_PART = re.compile("YYYY|YY|MMM|MM|M|DD|D")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_UNMISTAKABLE = tuple(
    re.compile(_WEEKDAY + form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        _MONTH + r"[\s-]+" + _DAY + r",?\s+(?P<year>\d{4})",
        _DAY + r"[\s-]+(?:of\s+)?" + _MONTH + r",?[\s-]+(?P<year>\d{4})",
    )
)


def date_format(value: str) -> str:
    """The notation itself, if it has year, month and day, each once. Raises ValueError."""
    parts = sorted(part[0] for part in _PART.findall(value))
    if parts != ["D", "M", "Y"] or re.search(r"[^-/. ,]", _PART.sub("", value)):
        raise ValueError("must be made of YYYY or YY, MM, M or MMM, and DD or D, each once, as in MM/DD/YYYY")
    return value


def write_date(date: dt.date, notation: str) -> str:
    written = {
        "YYYY": f"{date.year:04}", "YY": f"{date.year % 100:02}", "MMM": _MONTHS[date.month - 1],
        "MM": f"{date.month:02}", "M": str(date.month), "DD": f"{date.day:02}", "D": str(date.day),
    }  # fmt: skip
    return _PART.sub(lambda part: written[part.group()], notation)


def read_date(text: str, notation: str) -> dt.date | None:
    """The date in `text`, in the notation or in one that can't be misread (YYYY-MM-DD, 30 Nov 2026); else None."""
    python = _PART.sub(lambda part: _STRFTIME[part.group()], notation)
    try:
        return dt.datetime.strptime(text.strip(), python).date()  # noqa: DTZ007 (a date, not a time)
    except ValueError:
        return _unmistakable_date(text)


def _unmistakable_date(text: str) -> dt.date | None:
    """YYYY-MM-DD, or a date with its month in letters: "Mon, Nov 30, 2026", "30-Nov-2026", "November 30th, 2026"."""
    for form in _UNMISTAKABLE:
        if found := form.fullmatch(text.strip()):
            month = found["month"]
            number = (
                int(month) if month.isdecimal() else [name.upper() for name in _MONTHS].index(month[:3].upper()) + 1
            )
            try:
                return dt.date(int(found["year"]), number, int(found["day"]))
            except ValueError:
                return None
    return None
