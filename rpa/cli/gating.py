"""The baseline that a command's robots compare pages with, and the gate of `rpa work`."""
# ruff: noqa: PLC0415 (imports wait until they are needed)

import datetime as dt
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import NeedsHuman

if TYPE_CHECKING:
    from flows.baseline import Baseline
    from flows.profile import SiteProfile
    from rpa.cli.desk import Desk
    from rpa.drift.checking import CheckResult
    from rpa.queue.drift_gate import Gate

OFF = "The gate is off: "
NO_BASELINE = "there is no baseline, so changes of the admin UI are not looked for. Name canary accounts in the profile, then: rpa learn"
NO_CANARIES = (
    "the profile names no canary accounts ([[canaries]]), so only the pages of requests are compared with the baseline"
)
NOT_WANTED = "the profile wants no check (policy.drift), so only the pages of requests are compared with the baseline"


@dataclass
class Learned:
    """The baseline as it was last read; a person may accept another one meanwhile."""

    desk: "Desk"
    baseline: "Baseline | None"

    @classmethod
    def of(cls, desk: "Desk") -> "Learned":
        """Raises BaselineError."""
        return cls(desk, desk.baseline())

    def again(self) -> "Baseline":
        """The baseline as it is now. Raises NeedsHuman."""
        from rpa.drift.baseline_file import BaselineError

        try:
            self.baseline = self.desk.baseline()
        except BaselineError as error:
            raise NeedsHuman("no_baseline", str(error)) from error
        if self.baseline is None:
            raise NeedsHuman("no_baseline", "the baseline is not there any more: put it back, or rpa learn")
        return self.baseline

    def give(self, robot: Any) -> None:
        """Have a robot compare with it from now on."""
        robot.baseline = self.baseline


def make_gate(desk: "Desk", site: "SiteProfile", learned: Learned) -> "Gate | None":
    """The gate; None: it is off, and a person was told why."""
    from rpa.queue.drift_gate import Gate
    from rpa.words_on_screen import safe

    policy = site.policy.drift
    wanted = policy.at_start or policy.every_hours or policy.after_unknown_page
    why = (
        NO_BASELINE if learned.baseline is None else NO_CANARIES if not site.canaries else "" if wanted else NOT_WANTED
    )
    if why:
        desk.screen.say(f"{OFF}{why}.")
        return None

    def say(text: str) -> None:
        desk.screen.say(safe(text, width=600))

    def check(robot: Any, stop: threading.Event) -> "CheckResult":
        say(f"Comparing the admin UI with the baseline, by {len(site.canaries)} of the profile's accounts.")
        found = check_now(robot, site, learned, stop)
        if found.matters and _is_stale(desk, site):
            say("The profile was changed since this worker began: it works with the old one until it is started anew.")
        return found

    return Gate(policy, check, say)


def check_now(robot: Any, site: "SiteProfile", learned: Learned, stop: threading.Event) -> "CheckResult":
    """Compare at a desk's robot; `stop` breaks it off. Only of what has changed a report is kept."""
    from dataclasses import replace

    from rpa.drift.checking import check

    folder = _new_folder(learned.desk.settings.output)
    before, robot.stop = robot.stop, stop
    try:
        found = check(robot, site, learned.again(), folder, pictures=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        robot.stop = before
    if found.changes:
        return found
    shutil.rmtree(folder, ignore_errors=True)
    return replace(found, folder=None)


def _new_folder(output: Path) -> Path:
    """Beside those of `rpa check`; two workers may compare in the same second."""
    now = dt.datetime.now(dt.UTC)
    return output / "checks" / f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


def _is_stale(desk: "Desk", site: "SiteProfile") -> bool:
    """Whether the profile's file says something else than this process works with."""
    from rpa.profiles import ProfileError

    try:
        return desk.profile() != site
    except ProfileError:
        return True
