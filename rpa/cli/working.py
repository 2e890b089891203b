"""A worker of the command line: with the settings' browser, credentials and log."""

import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from flows.profile import SiteProfile
from rpa.cli.desk import Desk, Watching
from rpa.cli.gating import Learned
from rpa.credentials import Credentials, find_credentials
from rpa.line import Line
from rpa.queue.approving import Approvals
from rpa.queue.jobs import Jobs
from rpa.queue.leases import Lease
from rpa.queue.not_approved import Expiry
from rpa.queue.rechecks import RECHECK
from rpa.queue.rereading import carry
from rpa.queue.sentinel import Sentinel
from rpa.queue.shop import Watch
from rpa.queue.sign_ins import SignInTurns
from rpa.queue.worker import Worker
from rpa.records import Records

if TYPE_CHECKING:
    from rpa.robot import Robot


def make_worker(
    desk: Desk, records: Records, site: SiteProfile, watching: Watching, credentials: Credentials | None,
    stop: threading.Event, watch: Watch, desks: int, learned: Learned | None = None,
) -> Worker:  # fmt: skip
    """A worker with so many desks, not yet running; `learned`: what it compares pages with, else what there is. Raises
    CredentialsError, BrowserError, BaselineError.
    """
    from rpa.browsers import find_browser  # noqa: PLC0415

    signed_in = credentials or find_credentials(site)
    find_browser(desk.settings, headed=watching.headed)  # told now, not once for each request
    learned = learned or Learned.of(desk)
    desk.start_log(signed_in.secrets)

    def open_robot(lease: Lease) -> AbstractContextManager["Robot"]:
        turns = SignInTurns(records.engine, Line(records.engine, site.policy), lease)
        more = {"tries": 1, "sign_in_turn": turns, "baseline": learned.baseline}  # the queue tries again
        return desk.open_robot(site, watching, signed_in, lease, **more)

    return Worker(
        records, site, desk.settings.output, open_robot, desks, stop, watch, secrets=tuple(signed_in.secrets),
        policy=approvals(records, site, signed_in), chores=(Expiry(),),
        after_end=(Sentinel(Jobs(records.engine), site),), carriers={RECHECK: carry},
        prepare=learned.give,
    )  # fmt: skip


def approvals(records: Records, site: SiteProfile, credentials: Credentials) -> Approvals:
    """What is asked before a plan is begun, whether or not the profile has a rule: a person may have said no under one."""
    return Approvals(records.engine, site, tuple(credentials.secrets))
