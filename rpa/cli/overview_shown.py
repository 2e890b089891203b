"""The queue as a person reads it: facts, then who works, then what needs a person."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.text import Text

from flows.model import End
from rpa.cases.wording import NAMES
from rpa.cli.moments import age, clock, moment, span
from rpa.line import LineState
from rpa.queue.attention import Attention, ToApprove, Unresolved
from rpa.queue.checks import CheckSeen
from rpa.queue.crew import Crew, DeskSeen, Doing, WorkerSeen
from rpa.queue.overview import HOUR, MINUTES, LineSeen, Overview
from rpa.words_on_screen import safe

LABEL, IDS = 13, 24
"""Cells of the columns of labels and of requests' ids."""
MEGABYTE, GIGABYTE = 10**6, 10**9


class Section(NamedTuple):
    """A line, and the lines below it that may be left out where there is no room."""

    heading: Text
    lines: tuple[Text, ...] = ()

    @property
    def all(self) -> tuple[Text, ...]:
        return (self.heading, *self.lines)


@dataclass(frozen=True)
class Picture:
    """What is told, as labels with facts, and in two lists; columns are cut to the width asked for, sentences are not."""

    facts: tuple[tuple[str, Text], ...]
    columns: Text
    """Headings of the lines below a worker; empty: there is none."""
    crew: tuple[Section, ...]
    attention: tuple[Section, ...]


def picture(seen: Overview, width: int) -> Picture:
    """All of it."""
    now, crew = seen.at, tuple(_crew(seen.crew, seen.at, width))
    columns = _row(width, "", "Memory", "For", "Request", "Step", "Account", style="dim")
    busy = any(section.lines for section in crew)
    attention = tuple(_attention(seen.attention, now, width))
    return Picture(tuple(_facts(seen)), columns if busy else Text(), crew, attention)


def one_line(seen: Overview) -> str:
    """The whole on one line, for a log. What changes by the clock alone is left out: it changes with the queue only."""
    needed = seen.attention
    told = [
        f"line {seen.line.state.value}",
        _waiting(seen).replace(" now", " waiting", 1),
        _in_hand(seen),
        f"{many(len(seen.crew.workers), 'worker')}, {many(seen.crew.desks, 'desk')}",
        f"{sum(seen.ended.today.values()):,} ended today",
        f"{needed.unresolved:,} for a person, {many(needed.approvals, 'plan')} to approve",
        f"{many(needed.unsent, 'notice')} not sent",
    ]
    if seen.check is not None:
        told.insert(1, f"admin UI {_in_a_word(seen.check)}")
    return "; ".join(told)


def _in_a_word(check: CheckSeen) -> str:
    if check.changes is None:
        return "not known"
    return "CHANGED" if check.matters else "changed harmlessly" if check.changes else "as learned"


# --- facts ---


def _facts(seen: Overview) -> Iterator[tuple[str, Text]]:
    now = seen.at
    yield "Time", Text(clock(now))
    yield "Line", _line(seen.line, now)
    if seen.check is not None:
        yield "Admin UI", _check(seen.check, now)
    yield "Waiting", Text(_waiting(seen))
    yield "In hand", Text(_in_hand(seen))
    if seen.oldest is not None:
        since = moment(seen.oldest.since, now)
        yield "Oldest", Text(f"{span(now - seen.oldest.since)} (since {since}): ") + safe(seen.oldest.request_id)
    yield "Ended today", Text(_ends(seen.ended.today))
    yield "Ended in all", Text(_ends(seen.ended.total))
    lately, earlier = (f"{pace.per_minute:.1f}" for pace in seen.paces)
    yield "Pace", Text(f"{lately} a minute in the last {MINUTES} min, {earlier} in the last {HOUR} min")
    yield "To empty", Text(_to_empty(seen))


def _line(line: LineSeen, now: dt.datetime) -> Text:
    since = f" since {moment(line.since, now)}" if line.since is not None else ""
    if line.state is LineState.OPEN:
        by = safe(f", released by {line.by}" if line.by else "")
        strikes = safe(f"; {many(len(line.strikes), 'strike')}: {', '.join(line.strikes)}" if line.strikes else "")
        return Text("open", "green") + Text(since) + by + strikes
    word, by = Text(line.state.value.upper(), "bold red"), safe(f" by {line.by}" if line.by else "")
    if line.until is not None:
        return word + Text(f" until {moment(line.until, now)}, then it opens by itself") + safe(f": {line.why}")
    return word + Text(since) + by + Text("; rpa release, once this is settled") + safe(f": {line.why}")


def _check(check: CheckSeen, now: dt.datetime) -> Text:
    when = f"checked {moment(check.at, now)}"
    if check.changes is None:
        return Text("not known", "bold red") + safe(f": it could not be compared, {when}: {check.summary}", width=400)
    if not check.changes:
        return Text("as learned", "green") + Text(f", {when}")
    word = Text("CHANGED", "bold red") if check.matters else Text("changed, harmlessly", "yellow")
    report = safe(f"; report: {check.folder}" if check.folder else "")
    return word + Text(f", {when}") + report + safe(f": {check.summary}", width=400)


def _waiting(seen: Overview) -> str:
    waiting = seen.waiting
    told = f"{waiting.now:,} now" + (f", {waiting.soon:,} to be retried" if waiting.soon else "")
    if waiting.first_later is not None:
        told += f", {waiting.later:,} for a date, first {moment(waiting.first_later, seen.at)}"
    return told


def _in_hand(seen: Overview) -> str:
    again = seen.rechecks.get("waiting", 0) + seen.rechecks.get("working", 0)
    told = [f"{seen.working:,} worked on"]
    told += [f"{seen.waiting_approval:,} for approval"] if seen.waiting_approval else []
    told += [f"{seen.held:,} held"] if seen.held else []
    return ", ".join(told) + (f"; {many(again, 're-check')} to come" if again else "")


def _ends(counts: Mapping[End, int]) -> str:
    names = {End.NEEDS_HUMAN: "for a person"} | {end: NAMES[end] for end in End if end is not End.NEEDS_HUMAN}
    told = [f"{counts[end]:,} {name}" for end, name in names.items() if counts.get(end)]
    return f"{sum(counts.values()):,}" + (f": {', '.join(told)}" if told else "")


def _to_empty(seen: Overview) -> str:
    if not seen.to_do:
        return "there is nothing to do now"
    if seen.to_empty is None:
        return f"unknown: {seen.why_unknown}"
    pace, first = seen.paces[0].steady(seen.at), seen.paces[0].first or seen.at
    whole = dt.timedelta(minutes=max(1, round(seen.to_empty.total_seconds() / 60)))
    return f"about {span(whole)}, at {pace:.1f} a minute since {moment(first, seen.at)}"


# --- who works ---


def _crew(crew: Crew, now: dt.datetime, width: int) -> Iterator[Section]:
    if not crew.takes:
        yield Section(Text("No worker is running: rpa work", "yellow"))
    for worker in crew.workers:
        busy = tuple(_desk(desk, desk.doing, now, width) for desk in worker.desks if desk.doing is not None)
        yield Section(_worker(worker, now), busy)
    for doing in crew.left:
        yield Section(Text("left by a worker that is gone, to be taken over: ", "yellow") + safe(doing.request_id))


def _worker(worker: WorkerSeen, now: dt.datetime) -> Text:
    late, silent = worker.late(now), span(worker.silent(now))
    told = safe(f"{worker.host} {worker.pid}", "bold") + safe(f" {worker.kind}, ")
    told += Text(f"no beat for {silent}", "bold red") if late else Text(f"beat {silent} ago")
    if worker.desks:
        free = sum(desk.doing is None for desk in worker.desks)
        told += Text(f", {many(len(worker.desks), 'desk')} ({free} free){_memory(worker.desks)}")
    return told + Text(f", up {span(now - worker.started_at)}")


def _memory(desks: Sequence[DeskSeen]) -> str:
    used = sum(desk.bytes for desk in desks)
    return f", {used / GIGABYTE:.1f} GB" if used else ""


def _desk(desk: DeskSeen, doing: Doing, now: dt.datetime, width: int) -> Text:
    number = "-" if desk.number is None else str(desk.number)
    memory = f"{desk.bytes // MEGABYTE:,} MB" if desk.bytes else "-"
    since = age(now - doing.since) if doing.since is not None else "-"
    return _row(width, number, memory, since, doing.request_id, doing.step or "-", doing.account.name)


def _row(
    width: int, number: str, memory: str, since: str, request_id: str, step: str, name: str, style: str = ""
) -> Text:
    """The name last: one that is written from right to left moves nothing that stands behind it."""
    numbers = f"{number:>2} {memory:>8} {since:>6}"
    step_width = min(52, max(12, (width - len(numbers) - IDS - 6) * 11 // 20))
    cells = (_left(safe(request_id), IDS), _left(safe(step), step_width), safe(name, width=200))
    row = _joined(width, Text(numbers), *cells)
    row.stylize(style)
    return row


# --- what needs a person ---


def _attention(needed: Attention, now: dt.datetime, width: int) -> Iterator[Section]:
    if needed.unresolved:
        heading = f"{needed.unresolved:,} ended so that a person is needed, the newest first:"
        yield Section(Text(heading, "bold"), tuple(_unresolved(one, now, width) for one in needed.newest))
    if needed.approvals:
        heading = f"{many(needed.approvals, 'plan')} to approve, the oldest first:"
        yield Section(Text(heading, "bold"), tuple(_to_approve(one, now, width) for one in needed.first_approvals))
    if needed.oldest_unsent is not None:
        notice = needed.oldest_unsent
        words = f"{many(needed.unsent, 'notice')} not sent, the oldest for {span(now - notice.at)}: {notice.title}"
        yield Section(safe(words + (f" ({notice.error})" if notice.error else ""), width=400))


def _unresolved(one: Unresolved, now: dt.datetime, width: int) -> Text:
    code, when = _left(safe(one.code or "needs_human", "red"), 18), Text(f"{age(now - one.at)} ago".rjust(15))
    return _joined(width, _left(safe(one.request_id), IDS), when, code, safe(one.account.name, width=200))


def _to_approve(one: ToApprove, now: dt.datetime, width: int) -> Text:
    left = f"{span(one.expires_at - now)} left" if one.expires_at > now else "expired"
    reasons = _left(safe("; ".join(one.reasons), "yellow"), min(60, max(12, (width - IDS - 21) * 11 // 20)))
    id_, name = _left(safe(one.request_id), IDS), safe(one.account.name, width=200)
    return _joined(width, id_, Text(left.rjust(15)), reasons, name)


# --- cells ---


def many(count: int, what: str) -> str:
    """1 desk, 2 desks."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _joined(width: int, *cells: Text) -> Text:
    row = Text("  ") + Text("  ").join(cells)
    row.truncate(width, overflow="ellipsis")
    return row


def _left(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis", pad=True)
    return text
