"""The robot: one browser that stays open for many requests, a fresh context for each."""

import contextlib
import datetime as dt
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from loguru import logger
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy.exc import SQLAlchemyError

from flows.baseline import Baseline
from flows.errors import CancellationError, Fault, Interrupted, LeaseLost
from flows.journal import EventKind, Journal
from flows.model import CancellationRequest, End, Outcome, Plan
from flows.notes import Notes
from flows.profile import Canary, SiteProfile
from flows.runner import Runner
from flows.survey import OnPage, Survey, survey
from flows.walk import Walk
from flows.watching import Key, Watcher, in_short
from page_objects.obstacles import Obstacle
from page_objects.organization_page import OrganizationPage
from rpa.browser_session import BrowserSession, SignIns, Turn
from rpa.browsers import BrowserChoice
from rpa.credentials import Credentials
from rpa.ends import told
from rpa.evidence import Camera
from rpa.fence import LOST, Fence, FencedJournal
from rpa.running_browser import RunningBrowser, first_line
from rpa.short_stacks import shorten
from rpa.traces import Tracing

TRIES = 3
"""A browser that dies is started again; the run goes on from what the account's pages say."""
VIEW = {"width": 1280, "height": 960}
Approve = Callable[[Plan], bool]
"""Whether somebody was asked, and approved it; raises NotYetApproved while the plan waits for that. It must not wait itself: a silent robot is taken for dead."""


class Robot:
    """Carries out plans and cancellations, one at a time. A context manager; not for use from several threads."""

    def __init__(
        self,
        profile: SiteProfile,
        credentials: Credentials,
        *,
        browser: BrowserChoice,
        headed: bool = False,
        slow_mo: float = 0.0,
        evidence: bool = True,
        tracing: Literal["off", "on", "retain-on-failure"] | str = "off",
        output: Path = Path("rpa-data"),
        may_send: Callable[[], bool] = lambda: True,
        tries: int = TRIES,
        sign_in_turn: Turn | None = None,
        baseline: Baseline | None = None,
    ) -> None:
        """`slow_mo` in milliseconds, as Playwright has it; `tracing` as pytest-playwright has it.

        `may_send` says whether this process still holds its lease on the account; it is asked from several threads, right
        before anything is sent or written. `tries`: how often the browser is started for one request, before its first
        effect; after that it is always TRIES. `sign_in_turn`: held around each sign-in, where other robots share the user.
        `baseline`: what the pages that are reached are compared with; None: they are not.
        """
        self.profile, self.credentials = profile, credentials
        self.baseline = baseline
        self._believed: set[Key] = set()
        self.stop = threading.Event()
        """Breaks off soon what is run without an event of its own: a plan, a survey."""
        self._evidence, self._tracing, self._output = evidence, tracing, output
        self._may_send, self._tries = may_send, tries
        self._fence, self._given_up = Fence(may_send), False
        self._sign_ins = SignIns(turn=sign_in_turn)
        self.running = RunningBrowser(profile, browser, headed=headed, slow_mo=slow_mo, may_send=self._holds_lease)

    def __enter__(self) -> Self:
        if self._tracing == "off":
            shorten()
        self.running.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.running.__exit__(kind, error, trace)

    def _holds_lease(self) -> bool:
        """As the request under way has found it: asked by the proxy, on its own thread."""
        return self._fence.open()

    # --- for a desk that lives for weeks ---

    @property
    def mark(self) -> str:
        """The argument by which the robot's browser is known among the processes."""
        return self.running.mark

    @property
    def served(self) -> int:
        """Requests since the browser was last started."""
        return self.running.served

    def memory(self) -> int:
        """Resident bytes of the browser's processes and the driver's."""
        return self.running.memory()

    def recycle(self) -> None:
        """End browser and driver and start fresh ones; the robot stays signed in. Not while a request is under way.

        Raises Fault if they can't be started; then the next request tries again.
        """
        self.running.recycle()

    def give_up(self) -> None:
        """Its browser is about to be ended, by another thread: it is not started again, and the request is interrupted."""
        self._given_up = True

    def end_processes(self) -> None:
        """End browser and driver, from any thread: whatever waits for them fails."""
        self.running.end_processes()

    # --- requests ---

    def plan(self, request: CancellationRequest) -> Plan:
        """Read only (promise 10). Raises CancellationError: Refusal, Referral or NeedsHuman."""
        notes = Notes(request.id, request.account_number)

        def act(runner: Runner) -> Plan:
            self._watch(runner.walk)
            return runner.plan()

        plan: Plan = self._run(request, notes, act)
        return plan

    def cancel(
        self,
        request: CancellationRequest,
        journal: Journal,
        *,
        stop: threading.Event | None = None,
        approve: Approve | None = None,
    ) -> Outcome:
        """Carry out the procedure; returns the end, whatever the site does.

        An outcome with the code `interrupted` or `waiting_approval` is no end: the request goes on when it is run again.
        `approve` is asked with the plan, before anything of it is begun. Raises OSError or a database error if the journal
        can't be written.
        """
        started = time.monotonic()
        walked: list[Walk] = []
        end, code, message = self._ended(request, journal, stop or threading.Event(), approve, walked)
        if not self._fence.open():  # whatever it came to: the request is another worker's
            end, code, message = told(LeaseLost(LOST), journal, request.account_number)
        walk = walked[-1] if walked else None
        drift = list(dict.fromkeys(sentence for one in walked for sentence in one.drift))
        return Outcome.of(
            request,
            end=end,
            code=code,
            message=message,
            recoveries=tuple(dict.fromkeys(clause for one in walked for clause in one.recovered)),
            proof=walk.proof if walk else (),
            seconds=round(time.monotonic() - started, 3),
            drift=in_short(drift),
        )

    def _watch(self, walk: Walk) -> None:
        """Have each page that the walk reaches compared with the baseline."""
        if self.baseline is not None:
            walk.watch = Watcher(walk, self.baseline, self._believed)

    def _ended(
        self,
        request: CancellationRequest,
        journal: Journal,
        stop: threading.Event,
        approve: Approve | None,
        walked: list[Walk],
    ) -> tuple[End, str, str]:
        def act(runner: Runner) -> tuple[End, str]:
            walked.append(runner.walk)
            self._watch(runner.walk)
            return runner.cancel()

        try:
            end, message = self._run(request, journal, act, stop, approve, evidence=self._evidence)
        except (OSError, SQLAlchemyError):  # the records can't be written: the caller stops the line
            raise
        except Exception as error:  # noqa: BLE001 (each has its end; a mistake of ours too is no crash half-way)
            return told(error, journal, request.account_number)
        return end, "", message

    def _run(
        self,
        request: CancellationRequest,
        journal: Journal,
        act: Callable[[Runner], Any],
        stop: threading.Event | None = None,
        approve: Approve | None = None,
        *,
        evidence: bool = False,
    ) -> Any:
        """Try `act` in a fresh context, and in a fresh browser if the browser dies. Raises Fault after the last try."""
        self._fence = fence = Fence(self._may_send)
        fenced, stop = FencedJournal(journal, fence), stop or self.stop
        try:
            for attempt in itertools.count(1):
                try:
                    with (
                        self.running.watchdog.armed(),
                        self._session(request, fenced, stop, approve, evidence=evidence) as session,
                    ):
                        return act(Runner(Walk(request, self.profile, session, fenced)))
                except PlaywrightError as error:
                    self._start_again(attempt, fenced, error)
        finally:
            if not fence.open():
                self.running.close()  # nothing that its pages still wanted is ever sent: not even by another lease

    def _start_again(self, attempt: int, journal: Journal, error: PlaywrightError) -> None:
        """The browser has died: start it again, for this request or the next. Raises Fault after the last try, and
        Interrupted if it was given up.
        """
        why = first_line(error)
        if self._given_up:
            raise Interrupted(f"its browser was ended: {why}") from error
        self.running.restart()
        tries = max(TRIES, self._tries) if journal.intents() else self._tries
        logger.warning("the browser failed (try {} of {}): {}", attempt, tries, why)
        journal.write(EventKind.WARNING, "", text=f"the browser failed and was started again: {why}")
        if attempt >= tries:
            times = "" if attempt == 1 else f" {attempt} times"
            raise Fault(f"the browser failed{times}: {why}") from error

    @contextlib.contextmanager
    def _session(
        self,
        request: CancellationRequest,
        journal: Journal,
        stop: threading.Event,
        approve: Approve | None,
        *,
        evidence: bool,
    ) -> Iterator[BrowserSession]:
        context = self._context()
        tracing = Tracing(context, self._tracing, self._output / "traces" / request.id, self.credentials.secrets)
        tracing.start()
        camera = Camera(self.profile.privacy.masked_fields) if evidence else None
        session = BrowserSession(
            context, self.profile, self.credentials, journal, self.running.egress, self._sign_ins, stop, camera,
            self.running.watchdog.heard, tracing.interrupted, self._fence, approve,
        )  # fmt: skip
        journal.redact(list(session.secrets()))
        failed = True
        try:
            yield session
            failed = False
        except (CancellationError, Obstacle):
            session.failure_evidence()
            raise
        finally:
            self._keep_session(context, session)
            tracing.stop(failed=failed)
            with contextlib.suppress(PlaywrightError):
                context.close()

    def _context(self) -> BrowserContext:
        context = self.running.browser().new_context(
            viewport=VIEW,  # type: ignore[arg-type]
            storage_state=self._sign_ins.state,
            accept_downloads=False,
            service_workers="block",
        )
        self.running.served += 1
        context.set_default_timeout(self.profile.timing.page * 1000)
        return context

    def _keep_session(self, context: BrowserContext, session: BrowserSession) -> None:
        """The signed-in session serves the next request's context."""
        with contextlib.suppress(PlaywrightError):
            self._sign_ins.keep(context, session.origins)

    # --- beside the procedure ---

    def check_sign_in(self) -> str:
        """Sign in and reach the Organization look-up; one sentence. Raises CancellationError, Fault or Obstacle."""
        request = _nobody()

        def act(runner: Runner) -> str:
            search = runner.carefully(runner.walk.to_search)
            found = runner.carefully(lambda: search.look_up.described(search.tab.glance()))
            return f"signed in as {self.credentials.username}, the Organization look-up is there: {found}"

        return str(self._run(request, Notes(), act))

    def survey(self, canary: Canary, on_page: OnPage = lambda _page, _portrait: None) -> Survey:
        """All pages of a canary account as they are now; reads only. Raises what `flows.survey.survey` raises, and Fault."""
        request = _nobody(canary.account_name, canary.account_number)

        def act(runner: Runner) -> Survey:
            return survey(runner.walk, canary.role, on_page)

        found: Survey = self._run(request, Notes(request.id, canary.account_number), act)
        return found

    def candidates(self, account_name: str) -> list[tuple[str, str]]:
        """Number and name of every account of exactly that name that the look-up lists (clause 2); reads only."""
        request = _nobody(account_name)

        def act(runner: Runner) -> list[tuple[str, str]]:
            search = runner.carefully(runner.walk.to_search)
            found = search.search(account_name)
            if isinstance(found, OrganizationPage):
                identity = found.identity()
                return (
                    [(identity.numbers[0], account_name)] if identity.numbers and account_name in identity.names else []
                )
            return [
                (one.shown_numbers[0], account_name) for one in found if one.names(account_name) and one.shown_numbers
            ]

        return list(self._run(request, Notes(), act))


def _nobody(account_name: str = "", account_number: str = "") -> CancellationRequest:
    """A request that stands for none: for looking only."""
    return CancellationRequest(
        id="look", account_name=account_name, account_number=account_number, date=dt.date(2000, 1, 1), reason=""
    )
