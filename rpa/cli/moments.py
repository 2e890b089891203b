"""Times as a person reads them: in the time zone of this machine, which is named."""

import datetime as dt

MINUTE, HOUR, DAY = 60, 3600, 86_400


def midnight(now: dt.datetime) -> dt.datetime:
    """When the day of `now` began here."""
    return dt.datetime.combine(now.astimezone().date(), dt.time()).astimezone()


def clock(at: dt.datetime) -> str:
    """The whole of it, to the second: 2026-11-23 09:31:20 CET."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def moment(at: dt.datetime, now: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """To the second on the same day, else day and minute; in `zone`, or here."""
    there = at.astimezone(zone)
    same_day = there.date() == now.astimezone(zone).date()
    return f"{there:%H:%M:%S %Z}" if same_day else f"{there:%Y-%m-%d %H:%M %Z}"


def span(length: dt.timedelta) -> str:
    """A length of time in its two largest units: 12 s, 3 min 20 s, 3 h 12 min, 4 d 2 h."""
    seconds = max(0, int(length.total_seconds()))
    for unit, name, part, of in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s")):
        if seconds >= unit:
            rest = seconds % unit // part
            return f"{seconds // unit} {name}" + (f" {rest} {of}" if rest else "")
    return f"{seconds} s"


def age(length: dt.timedelta) -> str:
    """The same in its largest unit alone, for a column: 12 s, 3 min, 4 d."""
    return " ".join(span(length).split()[:2])


def iso(at: dt.datetime | None) -> str | None:
    """For a program: UTC."""
    return None if at is None else at.astimezone(dt.UTC).isoformat()
