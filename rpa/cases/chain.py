"""The hash chain of journal.jsonl: each line holds its predecessor's hash, so an edit breaks all that
follow."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from flows.journal import Event
from rpa.cases.files import sha256
from rpa.cases.text import canonical

JOURNAL = "journal.jsonl"
SCHEMA = "planplus-case/1"
_KEYS = {"seq", "prev", "hash", "kind", "clause", "at", "data"}


class Line(NamedTuple):
    """One line of the journal; `seq` counts from 1, `raw` is the line's bytes with its line feed."""

    seq: int
    prev: str
    hash: str
    event: Event
    raw: bytes


class ChainRead(NamedTuple):
    """The whole lines from the start on, how many bytes they take, and what is wrong with the first one that
    is not."""

    lines: tuple[Line, ...]
    size: int
    problem: str


def genesis(request_id: str) -> str:
    """What the first line has as its predecessor's hash: it binds the chain to one request."""
    return sha256(f"{SCHEMA}\n{request_id}".encode())


def forge(seq: int, prev: str, event: Event) -> Line:
    """The line for an event whose data are plain JSON values: sha256 over canonical JSON of seq, prev and the
    event."""
    moment = event.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    body = {
        "seq": seq,
        "prev": prev,
        "kind": event.kind.value,
        "clause": event.clause,
        "at": moment,
        "data": event.data,
    }
    digest = sha256(canonical(body).encode())
    raw = canonical({**body, "hash": digest}).encode() + b"\n"
    # The event as it will be read again, down to the order of its keys: both make the same case file.
    return Line(seq, prev, digest, event.model_copy(update={"data": json.loads(raw)["data"]}), raw)


def read_chain(content: bytes, request_id: str) -> ChainRead:
    """Read a journal's bytes up to the first line that is torn, edited, moved or another request's."""
    lines: list[Line] = []
    size, prev = 0, genesis(request_id)
    for raw in _split(content):
        line, problem = _line(raw, len(lines) + 1, prev)
        if line is None:
            return ChainRead(tuple(lines), size, f"line {len(lines) + 1} of {JOURNAL} {problem}")
        lines.append(line)
        size, prev = size + len(raw), line.hash
    return ChainRead(tuple(lines), size, "")


def _split(content: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        yield content[start:end]
        start = end


def _line(raw: bytes, seq: int, prev: str) -> tuple[Line | None, str]:
    if not raw.endswith(b"\n"):
        return None, "is torn: it has no end"
    try:
        body = json.loads(raw)
        # The bytes must be the canonical ones: otherwise a line could be re-spelled without changing its
        # hash.
        if not isinstance(body, dict) or set(body) != _KEYS or canonical(body).encode() + b"\n" != raw:
            return None, "is not as the robot wrote it"
        return _checked(body, raw, seq, prev)
    except (ValueError, RecursionError):
        return None, "cannot be read: it is no line of a journal"


def _checked(body: dict[str, Any], raw: bytes, seq: int, prev: str) -> tuple[Line | None, str]:
    digest = body.pop("hash")
    if digest != sha256(canonical(body).encode()):
        return None, "was edited: its hash does not fit its content"
    if body.pop("seq") != seq:
        return None, "is out of order: a line was removed, moved or put in"
    if body.pop("prev") != prev:
        return None, "does not follow from the one before it: it was replaced, or is another request's"
    try:
        return Line(seq, prev, digest, Event.model_validate(body), raw), ""
    except ValidationError:
        return None, "holds an event that this version does not know"
