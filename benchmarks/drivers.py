"""The three that are measured, each in a process of its own, so that its CPU and memory can be told apart.

A driver process opens its browser once, then does one run for each list of pages it is sent (the robot finds
its own way), and answers with an `Answer`.
"""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import psutil
from playwright.sync_api import Browser, sync_playwright
from pydantic import SecretStr

from benchmarks.measuring import Cost, measured
from benchmarks.report import NoResult
from benchmarks.straight_line import StraightLine
from fixtures.profiles import profile_for
from flows.journal import Event, EventKind
from flows.model import CancellationRequest, End, Outcome
from flows.notes import Notes
from rpa.browsers import find_browser, launch_args
from rpa.credentials import Credentials
from rpa.records import Records
from rpa.robot import Robot
from rpa.settings import Settings

SKIN = "classic"
DATE = dt.date(2026, 11, 30)
REASON, REASON_ON_SCREEN = "Too expensive for us", "Too expensive"
"""The request's reason, and the option that the skin's profile maps it to."""
Run = Callable[[list[str]], "Answer"]


@dataclass(frozen=True)
class Answer:
    wrong: str = ""
    """Why the run does not count; empty: it does."""
    note: str = ""


@dataclass
class Task:
    """What is to be done where, as plain values: it is sent to another process."""

    crm_url: str
    backend_url: str
    username: str
    password: str
    name: str
    number: str

    def request(self, turn: int) -> CancellationRequest:
        return CancellationRequest(
            id=f"bench-{turn}",
            account_name=self.name,
            account_number=self.number,
            date=DATE,
            reason=REASON,
            opt_out=True,
        )


@contextmanager
def bare(task: Task) -> Iterator[Run]:
    """The straight-line script: a browser that stays open, signed in before, a fresh context for each run."""
    with open_browser() as browser:
        state = signed_in(browser, task)

        def run(walk: list[str]) -> Answer:
            in_a_straight_line(browser, state, task, walk)
            return Answer()

        yield run


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The browser that the robot uses too."""
    choice = find_browser(Settings())
    where = {"executable_path": str(choice.executable)} if choice.executable else {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=launch_args(), **where)  # type: ignore[arg-type]
        yield browser
        browser.close()


def in_a_straight_line(browser: Browser, state: Any, task: Task, walk: list[str]) -> None:
    """One cancellation in a fresh context that is signed in."""
    context = browser.new_context(storage_state=state)
    StraightLine(context.new_page(), task.crm_url, task.name, task.number, DATE, REASON_ON_SCREEN).run(walk)
    context.close()


def signed_in(browser: Browser, task: Task) -> Any:
    """What a context needs to be signed in from its start."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{task.crm_url}/crm/login.jsp")
    page.get_by_role("row", name="User Name:").last.get_by_role("textbox").fill(task.username)
    page.get_by_role("row", name="Password:").last.get_by_role("textbox").fill(task.password)
    page.get_by_role("button", name="Log In").click()
    page.get_by_text("Welcome to").wait_for()
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def _robot(task: Task, output: Path, *, evidence: bool) -> Iterator[Robot]:
    credentials = Credentials(username=task.username, password=SecretStr(task.password))
    profile, browser = profile_for(SKIN, task), find_browser(Settings())
    with Robot(profile, credentials, browser=browser, evidence=evidence, output=output) as robot:
        yield robot


@contextmanager
def without_evidence(task: Task) -> Iterator[Run]:
    """Our run: the whole procedure with all its checks, its notes in memory only."""
    with _folder() as folder, _robot(task, folder, evidence=False) as robot:
        turn = 0

        def run(_: list[str]) -> Answer:
            nonlocal turn
            turn += 1
            notes = Notes(f"bench-{turn}", task.number)
            return _said(robot.cancel(task.request(turn), notes), notes.events)

        yield run


@contextmanager
def with_evidence(task: Task) -> Iterator[Run]:
    """Our run as `rpa cancel` does it: durable journal, database, pictures, the finished case file."""
    with _folder() as folder, _robot(task, folder, evidence=True) as robot:
        profile, database = robot.profile, f"sqlite:///{folder / 'rpa.db'}"
        with Records(database, folder / "cases", profile.privacy.masked_fields) as records:
            turn = 0

            def run(_: list[str]) -> Answer:
                nonlocal turn
                turn += 1
                request = task.request(turn)
                records.accept(request, "bench")
                with records.begin(request, profile=profile) as journal:
                    return _said(journal.finish(robot.cancel(request, journal)), journal.events)

            yield run


def _said(outcome: Outcome, events: Iterable[Event]) -> Answer:
    warnings = [str(event.data.get("text", "")) for event in events if event.kind is EventKind.WARNING]
    wrong = "" if outcome.end is End.CANCELLED else f"{outcome.end.value} {outcome.code}: {outcome.message}"
    return Answer(wrong, "; ".join(warnings))


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rpa-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


DRIVERS = {"bare": bare, "without": without_evidence, "with": with_evidence}


def _serve(name: str, task: Task, pipe: Connection) -> None:
    with suppress(EOFError, KeyboardInterrupt), DRIVERS[name](task) as run:
        pipe.send(Answer())
        while (walk := pipe.recv()) is not None:
            try:
                answer = run(walk)
            except Exception as error:  # noqa: BLE001 (told to the one who measures)
                answer = Answer(f"{type(error).__name__}: {error}")
            pipe.send(answer)


class Driver:
    """One of DRIVERS in its process, ready for runs."""

    def __init__(self, name: str, task: Task) -> None:
        self.name = name
        self._pipe, theirs = get_context("spawn").Pipe()
        self._process = get_context("spawn").Process(target=_serve, args=(name, task, theirs))
        self._process.start()
        theirs.close()
        self._root = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        self._hear()
        return self

    def run(self, walk: list[str]) -> Cost:
        """One run. Raises NoResult."""
        with measured(self._root) as cost:
            self._pipe.send(walk)
            cost.note = self._hear()
        return cost

    def _hear(self) -> str:
        try:
            answer = self._pipe.recv()
        except EOFError as error:
            raise NoResult(f"{self.name}: the process has ended") from error
        if answer.wrong:
            raise NoResult(f"{self.name}: {answer.wrong}")
        return str(answer.note)

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(20)
        if self._process.is_alive():
            self._process.terminate()
