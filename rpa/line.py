"""The line that requests pass one by one, and what stops it (promise 9): strikes, caps, a refused sign-in.

Kept in a file, so that another run counts on: what was stopped stays so until a person releases it.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ValidationError

from flows.journal import Event, EventKind
from flows.model import Outcome
from flows.profile import Policy
from rpa.results import replace_file

STRIKES = frozenset({"name_mismatch", "number_mismatch", "unknown_page", "unknown_effect", "drift", "site_down"})
"""In a row, these codes say that the file, the site or the robot is wrong, not one account."""
EFFECTS_OF_ONE = 9
"""The most effects of a request: the article's five, Update twice (4a, 4b), App Module and back (7a)."""
HOUR = dt.timedelta(hours=1)


class LineError(Exception):
    """The line's file cannot be read or written; the message says what to do."""


class _State(BaseModel):
    stopped: str = ""
    strikes: list[str] = []
    effects: list[dt.datetime] = []


class Line:
    """Asked before each request, told of each event and each end."""

    def __init__(self, path: Path, policy: Policy) -> None:
        """Read the file, if there is one. Raises LineError: a line of unknown state is not open."""
        self._path, self._policy, self._of_this_run, self._full = path, policy, 0, ""
        try:
            self._state = _State.model_validate_json(path.read_bytes()) if path.exists() else _State()
        except (OSError, ValidationError) as error:
            why = f"{path} cannot be read, so whether the line is stopped is not known"
            raise LineError(f"{why}; see `rpa list`, then remove the file") from error

    @property
    def stopped(self) -> str:
        """Why the line is stopped, as a sentence; empty: it is open."""
        return self._state.stopped or self._full

    def release(self) -> Self:
        """A person lets the line go on."""
        self._state = self._state.model_copy(update={"stopped": "", "strikes": []})
        self._save()
        return self

    def stop(self, why: str) -> None:
        """Stop the line, unless it is stopped already; the first reason is the one to read."""
        if not self.stopped:
            self._state.stopped = why
            self._save()

    def check(self) -> str:
        """Why no request may be started; empty: one may. A cap that is reached stops this run only."""
        recent = [at for at in self._state.effects if dt.datetime.now(dt.UTC) - at < HOUR]
        self._state.effects = recent
        for cap, done, when in (
            ("max_effects_per_run", self._of_this_run, "in this run"),
            ("max_effects_per_hour", len(recent), "in the last hour"),
        ):
            allowed = getattr(self._policy, cap)
            if done + EFFECTS_OF_ONE > allowed:
                hint = "run again later" if done else "raise it in the profile"
                needed = f"a request may need {EFFECTS_OF_ONE} and policy.{cap} is {allowed}"
                self._full = f"{done} effects were caused {when}, {needed}; {hint}"
        return self.stopped

    def count(self, event: Event) -> None:
        """Take notice of an event of a journal; for `CaseJournal.listen`."""
        if event.kind is EventKind.INTENT:
            self._of_this_run += 1
            self._state.effects.append(event.at)

    def end(self, outcome: Outcome) -> None:
        """Take notice of an end; it may stop the line."""
        strikes = [*self._state.strikes, outcome.code] if outcome.code in STRIKES else []
        self._state.strikes = strikes
        if outcome.code == "sign_in":  # once more with a wrong password, and the robot's user may be locked out
            self.stop(f"the sign-in failed at request {outcome.id}: correct the credentials (`rpa doctor`)")
        elif len(strikes) >= self._policy.strikes:
            kinds = ", ".join(dict.fromkeys(strikes))
            self.stop(f"{len(strikes)} ends in a row were {kinds}, the last of them request {outcome.id}")
        self._save()

    def _save(self) -> None:
        try:
            replace_file(self._path, json.dumps(self._state.model_dump(mode="json"), indent=1).encode())
        except OSError as error:
            raise LineError(f"{self._path} cannot be written ({error.strerror}); nothing more is started") from error
