"""Where one request stands, as a person reads it and as a program does."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.text import Text

from flows.model import End
from rpa.cases.wording import ADVICE, DEFAULT_ADVICE, effect_in_words, settled_in_words
from rpa.cli.moments import iso, moment, span
from rpa.cli.screen import Screen, end_text
from rpa.queue.attempt import TRIES
from rpa.queue.jobs import State
from rpa.queue.standing import Standing
from rpa.words_on_screen import safe

SCHEMA = "rpa.request_status.v1"
WORDS = {
    State.WAITING: "waits",
    State.WORKING: "is being worked on",
    State.WAITING_APPROVAL: "waits for approval",
    State.HELD: "is held",
    State.ENDED: "has its end",
    "accepted": "was accepted, and is not in the queue",
}


def show_standing(told: Standing, screen: Screen, site: dt.tzinfo | None) -> None:
    """`site`: its time zone, if it is known: the site's days decide when a request is due."""
    screen.facts(dict(_facts(told, site)))
    for heading, lines in _lists(told):
        if lines:
            screen.say(Text(heading, "bold"))
        for line in lines:
            screen.row(Text("  "), line)


def standing_as_json(told: Standing) -> dict[str, Any]:
    """As docs/cli.md has it."""
    job, record = told.job, told.record.model_dump(mode="json")
    names = ("turn", "priority", "tries", "why", "step", "desk", "batch", "submitted_by", "withdraw_by", "withdraw_why")
    times = {name: iso(getattr(job, name)) for name in ("since", "not_before")} if job else {}
    return {
        "schema": SCHEMA,
        "at": iso(told.at),
        "state": told.state,
        "waits_for": list(told.waits_for),
        "until": iso(told.until),
        **record,
        "job": {name: getattr(job, name) for name in names} | times if job else None,
        "file": told.file,
        "worker": _plain(told.worker) if told.worker else None,
        "line": _plain(told.line),
        "approvals": [_plain(one) for one in told.approvals],
        "rechecks": [_plain(one) for one in told.rechecks],
        "intents": [one.model_dump(mode="json") for one in told.intents],
        "audit": [_plain(one) for one in told.audit],
        "resolved": [_plain(one) for one in told.resolved],
        "case_file_elsewhere": told.elsewhere,
    }


def _plain(noun: Any) -> dict[str, Any]:
    """A frozen dataclass; its times in UTC."""
    return {name: iso(value) if isinstance(value, dt.datetime) else value for name, value in asdict(noun).items()}


def _facts(told: Standing, site: dt.tzinfo | None) -> Iterator[tuple[str, object]]:
    record, job = told.record, told.job
    request, now = record.request, told.at
    yield "Id", request.id
    yield "Account", safe(f"{request.account_number}  ") + safe(request.account_name, width=300)
    yield "State", _state(told)
    if told.waits_for:
        yield "Why", safe("; ".join(told.waits_for), width=600)
    if told.until is not None:
        yield "Expires" if told.state == State.WAITING_APPROVAL else "Not before", _until(told.until, now, site)
    yield "For date", f"{request.date.isoformat()} at the site"
    if told.worker is not None and job is not None:
        yield "Worker", _worker(told)
        yield "Step", safe(job.step or "none was begun yet")
    if job is not None:
        yield (
            "Turn",
            f"{job.turn}; {job.tries} of {TRIES} tries used; priority {job.priority}, where 1 is the most urgent",
        )
        if job.withdraw_by is not None:
            yield "Withdrawal", safe(f"asked for by {job.withdraw_by}: {job.withdraw_why}")
    source = f" from {told.file or record.source}" if told.file or record.source else ""
    by = f" by {job.submitted_by}" if job is not None and job.submitted_by else ""
    yield "Accepted", safe(moment(record.accepted_at, now) + source + by)
    if record.outcome is not None:
        holds = told.state == State.ENDED
        yield "End" if holds else "Earlier end", end_text(record.outcome.end, record.outcome.code)
        yield "Message", safe(record.outcome.message)
        if holds and record.outcome.end is End.NEEDS_HUMAN and not told.resolved:
            yield "What to do", ADVICE.get(record.outcome.code, DEFAULT_ADVICE)
    yield "Case file", _case_file(told)


def _state(told: Standing) -> str:
    words = WORDS.get(told.state, told.state)
    if told.job is None:
        return words
    return f"{words} since {moment(told.job.since, told.at)} ({span(told.at - told.job.since)})"


def _until(until: dt.datetime, now: dt.datetime, site: dt.tzinfo | None) -> str:
    here = f"{moment(until, now)} (in {span(until - now)})"
    return here + (f"; at the site {moment(until, now, site)}" if site is not None else "")


def _worker(told: Standing) -> Text:
    worker, job = told.worker, told.job
    if worker is None or job is None:
        return Text("none")
    desk = f", desk {job.desk}" if job.desk is not None else ""
    beat = "gone; any other takes it over" if worker.gone else f"beat {span(told.at - worker.seen_at)} ago"
    return safe(f"{worker.host} {worker.pid} (rpa {worker.kind}{desk}), {beat}")


def _case_file(told: Standing) -> object:
    if not told.record.attempts:
        return "none yet: no attempt was made"
    path: Path = told.record.case_dir
    return safe(f"{path} on the machine that worked on it last, not here") if told.elsewhere else path


def _lists(told: Standing) -> Iterator[tuple[str, list[Text]]]:
    """Headings, and what stands below them."""
    now = told.at
    yield (
        "Changes set out, and what became of them",
        [
            Text(f"{moment(one.at, now)}  ")
            + safe(f"{effect_in_words(one.effect)}: {settled_in_words(one.outcome)}")
            + safe(f" (before: {one.before})" if one.before else "", width=200)
            for one in told.intents
        ],
    )
    yield (
        "Approvals",
        [
            Text(f"{moment(one.asked_at, now)}  ")
            + safe(f"{one.state}" + (f" by {one.by}" if one.by else "") + f", plan {one.plan_hash[:16]}")
            + Text(f", expires {moment(one.expires_at, now)}" if one.state == "waiting" else "")
            + safe(f": {'; '.join(one.reasons)}" if one.reasons else "")
            for one in told.approvals
        ],
    )
    yield "Re-checks", [
        Text(f"{moment(one.done_at or one.due, now)}  ") + safe(f"{one.occasion}: {one.state}", width=100)
        + safe(f"; {one.seen}" if one.seen else "", width=400)
        for one in told.rechecks
    ]  # fmt: skip
    yield (
        "A person's words after the end",
        [
            Text(f"{moment(one.at, now)}  ") + safe(f"{one.by} closed it as {one.end}: {one.why}")
            for one in told.resolved
        ],
    )
    yield (
        "Who did what",
        [
            Text(f"{moment(one.at, now)}  ") + safe(f"{one.who}: {one.what}" + (f" ({one.why})" if one.why else ""))
            for one in told.audit
        ],
    )
