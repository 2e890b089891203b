"""`rpa watch`: the queue again and again, on one screen, until Ctrl-C. It goes on while the database is away."""

import datetime as dt
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from rich.live import Live
from sqlalchemy import Engine

from rpa.cli.looking import Looking, Sight
from rpa.cli.moments import clock, iso
from rpa.cli.overview_shown import one_line
from rpa.cli.screen import Screen
from rpa.cli.status import overview_as_json
from rpa.cli.watch_screen import drawn
from rpa.words_on_screen import safe

AWAY = "rpa.away.v1"


def watch_queue(engine: Engine, screen: Screen, every: float) -> None:
    """Until Ctrl-C or SIGTERM: a screen; piped, a line for each change; with --json an object for each look."""
    looking = Looking(engine, every)
    try:
        with _ended_by_signals():
            if screen.json:
                _objects(looking, screen)
            elif screen.live:
                _on_one_screen(looking, screen)
            else:
                _lines(looking, screen)
    except KeyboardInterrupt:
        pass  # this is how it ends
    finally:
        looking.stop()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    def interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _objects(looking: Looking, screen: Screen) -> None:
    for sight in looking.sights():
        screen.emit(sight_as_json(sight))


def sight_as_json(sight: Sight) -> dict[str, Any]:
    """An overview; while the database is away, that it is."""
    if sight.seen is None or sight.trouble:
        last = sight.seen.at if sight.seen is not None else None
        return {"schema": AWAY, "at": iso(dt.datetime.now(dt.UTC)), "message": sight.trouble, "last_seen": iso(last)}
    return overview_as_json(sight.seen)


def _lines(looking: Looking, screen: Screen) -> None:
    told = ""
    for sight in looking.sights():
        line = sight.trouble or (one_line(sight.seen) if sight.seen is not None else "")
        if line != told:
            screen.say(clock(dt.datetime.now(dt.UTC)), safe(line))
            told = line


def _on_one_screen(looking: Looking, screen: Screen) -> None:
    """On the terminal's other screen, written over without being wiped: nothing flickers, and the shell's lines stay."""
    console = screen.console
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for sight in looking.sights():
            live.update(drawn(sight, console), refresh=True)
