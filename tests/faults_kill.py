"""One request in a process of its own, which kills itself right after a chosen call of the journal.

python -m tests.faults_kill SPEC      (SPEC: a JSON object, see `Spec`)
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from flows.journal import EventKind
from flows.model import CancellationRequest, Outcome
from flows.profile import SiteProfile
from rpa.browsers import find_browser
from rpa.credentials import Credentials
from rpa.records import Records
from rpa.records.journal import CaseJournal
from rpa.robot import Robot
from rpa.settings import Settings

CALLS = ("begin", "snapshot", "plan", "intend", "sent", "settle", "proof", "before finish", "finish")
"""The durable points of a run; those in the middle come once for each effect."""


class Spec(BaseModel):
    folder: Path
    profile: SiteProfile
    request: CancellationRequest
    username: str
    password: str
    point: str = ""
    """Where to die; "" for a run to the end."""
    nth: int = 1


class Dying:
    """Wraps the journal's calls; after the nth call of the point the process kills itself, with nobody asked."""

    def __init__(self, spec: Spec) -> None:
        self.point, self.nth, self.seen = spec.point, spec.nth, 0

    def passed(self, point: str) -> None:
        with Path(os.environ["KILL_TRACE"]).open("a", encoding="utf-8") as trace:
            trace.write(point + "\n")
        if point == self.point:
            self.seen += 1
            if self.seen == self.nth:
                os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, journal: CaseJournal) -> None:
        kinds = {EventKind.SNAPSHOT: "snapshot", EventKind.PLAN: "plan", EventKind.PROOF: "proof"}
        kinds |= {EventKind.EFFECT_SENT: "sent", EventKind.EFFECT_SETTLED: "settle"}
        write, intend = journal.write, journal.intend

        def writing(kind: EventKind, clause: str = "", **data: Any) -> None:
            write(kind, clause, **data)
            if kind in kinds:
                self.passed(kinds[kind])

        def intending(effect: str, clause: str, identity: dict[str, str], page: str, before: str) -> str:
            intent = intend(effect, clause, identity, page, before)
            self.passed("intend")
            return intent

        journal.write, journal.intend = writing, intending  # type: ignore[method-assign]


def run(spec: Spec) -> Outcome:
    """One attempt, without queue, line and display."""
    dying = Dying(spec)
    credentials = Credentials(username=spec.username, password=spec.password)  # type: ignore[arg-type]
    database = f"sqlite:///{spec.folder / 'rpa.db'}"
    with (
        Records(database, spec.folder / "cases") as records,
        records.begin(spec.request, profile=spec.profile) as journal,
    ):
        dying.passed("begin")
        dying.wrap(journal)
        browser = find_browser(Settings())
        with Robot(spec.profile, credentials, browser=browser, evidence=False, output=spec.folder) as robot:
            outcome = robot.cancel(spec.request, journal)
        dying.passed("before finish")
        outcome = journal.finish(outcome)
        dying.passed("finish")
        return outcome


if __name__ == "__main__":
    ended = run(Spec.model_validate(json.loads(sys.argv[1])))
    sys.stdout.write(ended.model_dump_json())
