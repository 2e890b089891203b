"""A record of the log as a line: for people in a file, for programs, for people at the terminal."""

import datetime as dt
import json
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loguru import Record

CHAIN = 10
"""Causes of an exception that are told, at most."""
AT_THE_TERMINAL = {"begun", "recovery", "end", "put_back"}
"""The events that people are shown as they come; steps are many."""
WIDTH_OF_ID = 24


def as_text(record: "Record") -> str:
    """2026-11-23T14:02:11.123Z INFO    611974-20261123      end cancelled ...; an exception below it, indented."""
    told = record["extra"]
    first = f"{_time(record)} {record['level'].name: <7} {told['request']: <32} {record['message']}"
    return "\n".join([first, *(f"    {line}" for line in told["exception"])])


def as_json(record: "Record") -> str:
    """One object; docs/operating.md has its keys."""
    told = record["extra"]
    names = ("request", "worker", "desk", "event", "clause")
    line: dict[str, object] = {
        "time": _time(record),
        "level": record["level"].name,
        **{name: told[name] for name in names},
    }
    line |= {"data": told["data"], "message": record["message"]}
    if told["exception"]:
        line["exception"] = told["exception"]
    return json.dumps(line)


def for_people(record: "Record") -> str:
    """14:02:11 611974-20261123  end cancelled ...; empty: nothing that people wait for. By the machine's own clock."""
    told = record["extra"]
    level = record["level"]
    if level.no < 30 and told["event"] not in AT_THE_TERMINAL:
        return ""
    warned = f"{level.name}: " if level.no >= 30 else ""
    said = told["words"] or record["message"]
    return f"{record['time']:%H:%M:%S} {told['request']: <{WIDTH_OF_ID}} {warned}{said}"


def in_words(error: BaseException) -> Iterator[str]:
    """An exception and its causes: places in the code, and the first line of each message. No values of variables."""
    at_hand: BaseException | None = error
    for _ in range(CHAIN):
        if at_hand is None:
            return
        for frame in traceback.extract_tb(at_hand.__traceback__):
            yield f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        yield f"{type(at_hand).__name__}: {next(iter(str(at_hand).splitlines()), '')[:300]}"
        at_hand = at_hand.__cause__ or (None if at_hand.__suppress_context__ else at_hand.__context__)


def _time(record: "Record") -> str:
    moment = record["time"].astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")
