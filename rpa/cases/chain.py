"""The hash chain of journal.jsonl: each line holds its predecessor's hash, so an edit breaks all that
follow.

A line's hash is over a digest of its personal data, not over the data: they can be purged, and the chain still holds.
The digests are salted, as what a short value was could be found by trying all; the salt is itself among the first
line's personal data, and goes with them.
"""

import datetime as dt
import json
import secrets
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

from pydantic import ValidationError

from flows.journal import Event, EventKind
from rpa.cases.files import sha256
from rpa.cases.public import joined, parts
from rpa.cases.text import canonical

JOURNAL = "journal.jsonl"
SCHEMA = "planplus-case/2"
_KEYS = {"seq", "prev", "hash", "kind", "clause", "at", "public", "data_sha256"}
SALT = "salt"
"""Among the data of a journal's first event: what all digests of it are made with."""


class Personal(Enum):
    """What became of a line's personal data."""

    NONE = "none"  # the event has none
    HELD = "held"
    GONE = "gone"


class Line(NamedTuple):
    """One line of the journal; `seq` counts from 1, `raw` is the line's bytes with its line feed."""

    seq: int
    prev: str
    hash: str
    event: Event
    raw: bytes
    personal: Personal
    """GONE: `event.data` holds the public part only."""


class ChainRead(NamedTuple):
    """The whole lines from the start on, how many bytes they take, and what is wrong with the first one that
    is not."""

    lines: tuple[Line, ...]
    size: int
    problem: str


def genesis(request_id: str) -> str:
    """What the first line has as its predecessor's hash: it binds the chain to one request."""
    return sha256(f"{SCHEMA}\n{request_id}".encode())


def follow(lines: Sequence[Line], request_id: str, event: Event) -> Line:
    """The line for an event that comes after these lines of a request's journal."""
    if not lines:
        salted = {SALT: secrets.token_hex(16)} | event.data
        return forge(1, genesis(request_id), event.model_copy(update={"data": salted}), str(salted[SALT]))
    return forge(len(lines) + 1, lines[-1].hash, event, salt_of(lines[0]))


def salt_of(first: Line) -> str:
    """The salt that a journal's first line holds; empty once it is purged."""
    return str(first.event.data.get(SALT, ""))


def forge(seq: int, prev: str, event: Event, salt: str) -> Line:
    """The line for an event whose data are plain JSON values.

    The hash is the sha256 over canonical JSON of all but the personal data, which are in it by their digest.
    """
    public, personal = parts(event.kind, event.data)
    body = {
        "seq": seq,
        "prev": prev,
        "kind": event.kind.value,
        "clause": event.clause,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "public": public,
        "data_sha256": _digest(salt, seq, personal) if personal else "",
    }
    digest = sha256(canonical(body).encode())
    own = {"data": personal} if personal else {}
    raw = canonical({**body, **own, "hash": digest}).encode() + b"\n"
    # The event as it will be read again, down to the order of its keys: both make the same case file.
    told = json.loads(raw)
    event = event.model_copy(update={"data": joined(told["public"], told.get("data", {}))})
    return Line(seq, prev, digest, event, raw, Personal.HELD if own else Personal.NONE)


def bared(line: Line) -> Line:
    """The line without its personal data; number, hash and all else stay."""
    body = {name: value for name, value in json.loads(line.raw).items() if name != "data"}
    event = line.event.model_copy(update={"data": body["public"]})
    left = Personal.GONE if body["data_sha256"] else Personal.NONE
    return line._replace(event=event, raw=canonical(body).encode() + b"\n", personal=left)


def is_purged(lines: Sequence[Line]) -> bool:
    """Whether the journal says of itself that its personal data were purged."""
    return bool(lines) and lines[-1].event.kind is EventKind.PURGED


def read_chain(content: bytes, request_id: str) -> ChainRead:
    """Read a journal's bytes up to the first line that is torn, edited, moved, robbed of its data or another
    request's."""
    lines: list[Line] = []
    size, problem = 0, ""
    for raw in _split(content):
        line, problem = _line(raw, lines, request_id)
        if line is None:
            problem = f"line {len(lines) + 1} of {JOURNAL} {problem}"
            break
        lines.append(line)
        size += len(raw)
    return _all_or_none_purged(ChainRead(tuple(lines), size, problem))


def _all_or_none_purged(read: ChainRead) -> ChainRead:
    """Data go from all lines at once, by a purge that is recorded behind them; else somebody took them out."""
    wrong, why = Personal.GONE, "has lost its data, and no purge is recorded behind it"
    if is_purged(read.lines):
        wrong, why = Personal.HELD, "still has its data, though a purge is recorded"
    place = next((place for place, line in enumerate(read.lines) if line.personal is wrong), None)
    if place is None:
        return read
    kept = read.lines[:place]
    return ChainRead(kept, sum(len(one.raw) for one in kept), read.problem or f"line {place + 1} of {JOURNAL} {why}")


def _split(content: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        yield content[start:end]
        start = end


def _line(raw: bytes, before: Sequence[Line], request_id: str) -> tuple[Line | None, str]:
    if not raw.endswith(b"\n"):
        return None, "is torn: it has no end"
    try:
        body = json.loads(raw)
        # The bytes must be the canonical ones: otherwise a line could be re-spelled without changing its
        # hash.
        if not _is_line(body) or canonical(body).encode() + b"\n" != raw:
            return None, "is not as the robot wrote it"
        return _checked(body, raw, before, request_id)
    except (ValueError, TypeError, RecursionError):
        return None, "cannot be read: it is no line of a journal"


def _is_line(body: Any) -> bool:
    """Whether the keys are a line's. Data that hold nothing would be a second spelling of a line without any."""
    if not isinstance(body, dict) or body.keys() - {"data"} != _KEYS:
        return False
    return "data" not in body or (isinstance(body["data"], dict) and bool(body["data"]))


def _checked(body: dict[str, Any], raw: bytes, before: Sequence[Line], request_id: str) -> tuple[Line | None, str]:
    digest, personal = body.pop("hash"), body.pop("data", None) or {}
    if digest != sha256(canonical(body).encode()):
        return None, "was edited: its hash does not fit its content"
    seq, prev, told, public = (body.pop(name) for name in ("seq", "prev", "data_sha256", "public"))
    if seq != len(before) + 1:
        return None, "is out of order: a line was removed, moved or put in"
    if prev != (before[-1].hash if before else genesis(request_id)):
        return None, "does not follow from the one before it: it was replaced, or is another request's"
    salt = salt_of(before[0]) if before else str(personal.get(SALT, ""))
    if personal and told != _digest(salt, seq, personal):
        return (
            None,
            "was edited: its data are not those of its digest" if salt else "still has data, and line 1 has none",
        )
    try:
        event = Event.model_validate(body | {"data": joined(public, personal)})
    except ValidationError:
        return None, "holds an event that this version does not know"
    left = Personal.HELD if personal else Personal.GONE if told else Personal.NONE
    return Line(seq, prev, digest, event, raw, left), ""


def _digest(salt: str, seq: int, personal: dict[str, Any]) -> str:
    """Of the personal data of a line; the same data in another line have another one."""
    return sha256(f"{salt}\n{seq}\n{canonical(personal)}".encode())
