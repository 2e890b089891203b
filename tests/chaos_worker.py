"""One worker process of the chaos runs: `python -m tests.chaos_worker SPEC`. It works until it is told to stop, or killed."""

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from pydantic import BaseModel, SecretStr
from sqlalchemy.exc import OperationalError

from flows.model import CancellationRequest, Outcome
from flows.profile import SiteProfile
from rpa.credentials import Credentials
from rpa.database.errors import DatabaseNotOpened
from rpa.line import Line
from rpa.log import start_log
from rpa.queue.leases import Lease
from rpa.queue.people import Nobody
from rpa.queue.sign_ins import SignInTurns
from rpa.queue.worker import Worker
from rpa.records import CaseJournal, Records
from tests.queue_bench import outcome

AWAY = 75
"""Its exit code when the database is away as it starts: who looks after workers starts it again (docs/deploy)."""


class Spec(BaseModel):
    """What a worker is told. Without a user name its robots open no browser: they end each request at once."""

    folder: Path
    database: str
    profile: SiteProfile
    username: str = ""
    password: str = ""
    desks: int = 2


class AtOnce:
    """A robot that has nothing to do: what is left is the queue."""

    mark, served = "--none", 0

    def cancel(self, request: CancellationRequest, _: CaseJournal, **__: Any) -> Outcome:
        return outcome(request)

    def memory(self) -> int:
        return 0

    def recycle(self) -> None: ...


@contextlib.contextmanager
def at_once() -> Iterator[AtOnce]:
    yield AtOnce()


def main(spec: Spec) -> None:
    from rpa.browsers import find_browser  # noqa: PLC0415
    from rpa.robot import Robot  # noqa: PLC0415
    from rpa.settings import Settings  # noqa: PLC0415

    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signed_in = Credentials(username=spec.username, password=SecretStr(spec.password))

    def open_robot(lease: Lease) -> Any:
        if not spec.username:
            return at_once()
        turns = SignInTurns(records.engine, Line(records.engine, spec.profile.policy), lease)
        options: dict[str, Any] = {"evidence": False, "output": spec.folder, "may_send": lease.valid, "tries": 1}
        options["sign_in_turn"] = turns
        return Robot(spec.profile, signed_in, browser=find_browser(Settings()), **options)

    start_log(spec.folder, [spec.password])
    try:
        with Records(spec.database, spec.folder / "cases") as records:
            Worker(records, spec.profile, spec.folder, open_robot, spec.desks, stop, Nobody()).run()
    except (DatabaseNotOpened, OperationalError):
        sys.exit(AWAY)


if __name__ == "__main__":
    main(Spec.model_validate(json.loads(sys.argv[1])))
