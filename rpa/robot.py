"""The robot: one browser that stays open for many requests, a fresh context for each."""

import contextlib
import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from loguru import logger
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy.exc import SQLAlchemyError

from flows.errors import CancellationError, Fault, Interrupted
from flows.journal import EventKind, Journal
from flows.model import ON_THE_WAY, CancellationRequest, End, Outcome, Plan
from flows.notes import Notes
from flows.profile import SiteProfile
from flows.runner import Runner
from flows.walk import Walk
from page_objects.obstacles import Obstacle
from page_objects.organization_page import OrganizationPage
from rpa.browser_session import BrowserSession, SignIns
from rpa.browsers import BrowserChoice, launch_args, launch_options
from rpa.credentials import Credentials
from rpa.egress import Egress
from rpa.evidence import Camera
from rpa.traces import Tracing
from rpa.watchdog import Watchdog, kill_marked

TRIES = 3
"""A browser that dies is started again; the run goes on from what the account's pages say."""
HANGS_AFTER = 12.0
"""Seconds beyond a page's own time limit after which a silent browser is killed."""
VIEW = {"width": 1280, "height": 960}
SWITCHES = (
    "--disable-auto-reload",  # Chromium reloads a failed GET by itself, and would repeat an effect (safety.md)
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-quic",
)


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
    ) -> None:
        """`slow_mo` in milliseconds, as Playwright has it; `tracing` as pytest-playwright has it."""
        self.profile, self.credentials = profile, credentials
        self._choice, self._headed, self._slow_mo = browser, headed, slow_mo
        self._evidence, self._tracing, self._output = evidence, tracing, output
        self._sign_ins = SignIns()
        self._stack = contextlib.ExitStack()
        self._browser: Browser | None = None
        self._playwright: Playwright | None = None
        self.mark = f"--rpa-desk={uuid.uuid4().hex}"
        self.egress = Egress(profile.origins)
        self._watchdog = Watchdog(self.mark, profile.timing.page + HANGS_AFTER)

    def __enter__(self) -> Self:
        self._stack.enter_context(self.egress)
        self._stack.enter_context(self._watchdog)
        self._stack.callback(lambda: kill_marked(self.mark))
        self._playwright = self._stack.enter_context(sync_playwright())
        self._open_browser()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(PlaywrightError):  # it may be dead; what is left of it is killed next
            if self._browser:
                self._browser.close()
        self._stack.close()

    def _open_browser(self) -> Browser:
        if self._playwright is None:
            raise Fault("the robot is not open: use it in a with statement")
        hosts = ", ".join(
            f"EXCLUDE {host}" for host in sorted({o.split("//")[1].rsplit(":", 1)[0] for o in self.profile.origins})
        )
        options = launch_options(self._choice, headed=self._headed, slow_mo=self._slow_mo)
        resolver = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, {hosts}"
        options["args"] = [*launch_args(), *SWITCHES, self.mark, resolver]
        proxy = {"server": self.egress.url, "bypass": "<-loopback>"}
        self._browser = self._playwright.chromium.launch(proxy=proxy, **options)  # type: ignore[arg-type]
        return self._browser

    def plan(self, request: CancellationRequest) -> Plan:
        """Read only (promise 10). Raises CancellationError: Refusal, Referral or NeedsHuman."""
        notes = Notes(request.id, request.account_number)
        plan: Plan = self._run(request, notes, threading.Event(), Runner.plan, evidence=False)
        return plan

    def cancel(self, request: CancellationRequest, journal: Journal, *, stop: threading.Event | None = None) -> Outcome:
        """Carry out the procedure; returns the end, whatever the site does.

        An outcome with the code `interrupted` is no end: the request goes on when it is run again. Raises OSError or a
        database error if the journal can't be written.
        """
        started = time.monotonic()
        walked: list[Walk] = []
        stopping = stop or threading.Event()
        end, code, message = self._ended(request, journal, stopping, walked)
        walk = walked[-1] if walked else None
        return Outcome(
            id=request.id,
            account_name=request.account_name,
            account_number=request.account_number,
            end=end,
            code=code,
            message=message,
            recoveries=tuple(dict.fromkeys(clause for one in walked for clause in one.recovered)),
            proof=walk.proof if walk else (),
            seconds=round(time.monotonic() - started, 3),
        )

    def _ended(
        self, request: CancellationRequest, journal: Journal, stop: threading.Event, walked: list[Walk]
    ) -> tuple[End, str, str]:
        def act(runner: Runner) -> tuple[End, str]:
            walked.append(runner.walk)
            return runner.cancel()

        try:
            end, message = self._run(request, journal, stop, act, evidence=self._evidence)
        except CancellationError as error:
            return error.end, error.code, error.message
        except Interrupted:
            touched = any(i.requests_sent != 0 for i in journal.intents() if i.effect not in ON_THE_WAY)
            end = End.NEEDS_HUMAN if touched else End.WITHDRAWN
            return (
                end,
                "interrupted",
                "stopped by a person; what was in flight is finished and recorded; run it again to go on",
            )
        except Fault as fault:
            return (
                End.NEEDS_HUMAN,
                _code_of_fault(journal),
                f"{fault}; run it again, it goes on from what the account shows",
            )
        except (OSError, SQLAlchemyError):  # the records can't be written: the caller stops the line
            raise
        except Exception as error:  # noqa: BLE001 (a mistake of ours is a person's to look at, and no crash half-way)
            logger.exception("the robot itself failed")
            why = f"the robot itself failed ({type(error).__name__}); see rpa.log"
            return End.NEEDS_HUMAN, _code_of_fault(journal), f"{why}. Look at account {request.account_number} by hand"
        return end, "", message

    def _run(
        self,
        request: CancellationRequest,
        journal: Journal,
        stop: threading.Event,
        act: Callable[[Runner], Any],
        *,
        evidence: bool,
    ) -> Any:
        """Try `act` in a fresh context, and in a fresh browser if the browser dies. Raises Fault after the last try."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._watchdog.armed(), self._session(request, journal, stop, evidence=evidence) as session:
                    return act(Runner(Walk(request, self.profile, session, journal)))
            except PlaywrightError as error:
                why = str(error).splitlines()[0][:200]
                logger.warning("the browser failed (try {} of {}): {}", attempt, TRIES, why)
                journal.write(EventKind.WARNING, "", text=f"the browser failed and was started again: {why}")
                self._restart()
                if attempt == TRIES:
                    raise Fault(f"the browser failed {TRIES} times: {why}") from error
        raise Fault("the browser was not tried")

    def _restart(self) -> None:
        with contextlib.suppress(PlaywrightError):
            if self._browser:
                self._browser.close()
        kill_marked(self.mark)
        try:
            self._open_browser()
        except PlaywrightError:  # its driver died with it
            self._restart_driver()

    def _restart_driver(self) -> None:
        with contextlib.suppress(Exception):  # a driver that is gone can't be stopped either
            if self._playwright:
                self._playwright.stop()
        try:
            self._playwright = self._stack.enter_context(sync_playwright())
            self._open_browser()
        except PlaywrightError as error:
            raise Fault(f"the browser can't be started: {str(error).splitlines()[0][:200]}") from error

    @contextlib.contextmanager
    def _session(
        self, request: CancellationRequest, journal: Journal, stop: threading.Event, *, evidence: bool
    ) -> Iterator[BrowserSession]:
        context = self._context()
        tracing = Tracing(context, self._tracing, self._output / "traces" / request.id, self.credentials.secrets)
        tracing.start()
        camera = Camera(self.profile.privacy.masked_fields) if evidence else None
        session = BrowserSession(
            context, self.profile, self.credentials, journal, self.egress, self._sign_ins, stop, camera,
            self._watchdog.heard, tracing.interrupted,
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
        browser = self._browser or self._open_browser()
        context = browser.new_context(
            viewport=VIEW,  # type: ignore[arg-type]
            storage_state=self._sign_ins.state,
            accept_downloads=False,
            service_workers="block",
        )
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

        return str(self._run(request, Notes(), threading.Event(), act, evidence=False))

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

        return list(self._run(request, Notes(), threading.Event(), act, evidence=False))


def _nobody(account_name: str = "") -> CancellationRequest:
    """A request that stands for none: for looking only."""
    return CancellationRequest(
        id="look", account_name=account_name, account_number="", date=dt.date(2000, 1, 1), reason=""
    )


def _code_of_fault(journal: Journal) -> str:
    """After an intent that was not settled, a fault is an unknown effect."""
    open_intents = [i for i in journal.intents() if i.outcome in {"", "unknown"} and i.effect not in ON_THE_WAY]
    return "unknown_effect" if open_intents else "browser_failed"
