"""The line that requests pass one by one, and what stops it (promise 9): strikes, caps, a refused sign-in.

Kept in a file that all runs share: what was stopped stays so, for each of them, until a person releases it.
"""

import datetime as dt
import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ValidationError

from flows.journal import Event, EventKind
from flows.model import Outcome
from flows.profile import Policy
from rpa.cases.files import make_folder, sync, write_atomic

STRIKES = frozenset({"name_mismatch", "number_mismatch", "unknown_page", "unknown_effect", "drift", "site_down"})
"""In a row, these codes say that the file, the site or the robot is wrong, not one account."""
SAY_NOTHING = frozenset({"maintenance"})
"""Codes that say nothing of all that: no strike, and no end of a row of them."""
EFFECTS_OF_ONE = 9
"""The most effects of a request: the article's five, Update twice (4a, 4b), App Module and back (7a)."""
HOUR = dt.timedelta(hours=1)


class LineError(Exception):
    """The line's file cannot be read or written; the message says what to do."""


class _State(BaseModel):
    stopped: str = ""
    strikes: list[str] = []
    effects: list[dt.datetime] = []

    def recent(self) -> list[dt.datetime]:
        return [at for at in self.effects if dt.datetime.now(dt.UTC) - at < HOUR]


class Line:
    """Asked before each request, told of each event and each end; what it says is what the file says now."""

    def __init__(self, path: Path, policy: Policy) -> None:
        """Raises LineError: a line of unknown state is not open."""
        self._path, self._policy, self._of_this_run = path, policy, 0
        self._ours = ""
        """What stops this run only: a cap that is reached, a file that cannot be written."""
        self._read()

    @property
    def stopped(self) -> str:
        """Why the line is stopped, as a sentence; empty: it is open."""
        try:
            return self._read().stopped or self._ours
        except LineError as error:
            return str(error)

    def release(self) -> Self:
        """A person lets the line go on. Raises LineError."""

        def let_go(state: _State) -> None:
            state.stopped, state.strikes = "", []

        self._change(let_go)
        return self

    def stop(self, why: str) -> None:
        """Stop the line, unless it is stopped already; the first reason is the one to read."""

        def close(state: _State) -> None:
            state.stopped = state.stopped or why

        self._note(close)

    def check(self) -> str:
        """Why no request may be started; empty: one may. A cap that is reached stops this run only."""
        if why := self.stopped:
            return why
        for cap, done, when in (
            ("max_effects_per_run", self._of_this_run, "in this run"),
            ("max_effects_per_hour", len(self._read().recent()), "in the last hour"),
        ):
            allowed = getattr(self._policy, cap)
            if done + EFFECTS_OF_ONE > allowed:
                hint = "run again later" if done else "raise it in the profile"
                needed = f"a request may need {EFFECTS_OF_ONE} and policy.{cap} is {allowed}"
                self._ours = f"{done} effects were caused {when}, {needed}; {hint}"
        return self._ours

    def count(self, event: Event) -> None:
        """Take notice of an event of a journal, for `CaseJournal.listen`; an effect is on disk before it is sent."""
        if event.kind is EventKind.INTENT:
            self._of_this_run += 1
            self._note(lambda state: state.effects.append(event.at))

    def end(self, outcome: Outcome) -> None:
        """Take notice of an end; it may stop the line."""

        def judge(state: _State) -> None:
            if outcome.code in SAY_NOTHING:
                return
            state.strikes = [*state.strikes, outcome.code] if outcome.code in STRIKES else []
            state.stopped = state.stopped or self._verdict(state.strikes, outcome)

        self._note(judge)

    def _verdict(self, strikes: list[str], outcome: Outcome) -> str:
        if outcome.code == "sign_in":  # once more with a wrong password, and the robot's user may be locked out
            return f"the sign-in failed at request {outcome.id}: correct the credentials (`rpa doctor`)"
        if len(strikes) < self._policy.strikes:
            return ""
        kinds = ", ".join(dict.fromkeys(strikes))
        return f"{len(strikes)} ends in a row were {kinds}, the last of them request {outcome.id}"

    def _note(self, change: Callable[[_State], None]) -> None:
        """Change the file; where that fails, this run stops, as a journal only drops a listener that raises."""
        try:
            self._change(change)
        except LineError as error:
            self._ours = str(error)

    def _read(self) -> _State:
        try:
            return _State.model_validate_json(self._path.read_bytes()) if self._path.exists() else _State()
        except (OSError, ValidationError) as error:
            why = f"{self._path} cannot be read, so whether the line is stopped is not known"
            raise LineError(f"{why}; see `rpa list`, then remove the file") from error

    def _change(self, change: Callable[[_State], None]) -> None:
        """Change what the file says now, durably; other runs wait meanwhile. Raises LineError."""
        folder = self._path.parent
        try:
            make_folder(folder)
            # a lock file of its own: line.json is another file after each change
            with (folder / f".{self._path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                state = self._read()
                change(state)
                state.effects = state.recent()
                write_atomic(self._path, state.model_dump_json(indent=1).encode())
                sync(folder)
        except OSError as error:
            raise LineError(f"{self._path} cannot be written ({error.strerror}); nothing more is started") from error
