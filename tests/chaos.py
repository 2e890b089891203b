"""`make chaos`: workers are killed and frozen, the database restarted, the site misbehaves; then the books are checked.

What must be true afterwards, whatever happened: every accepted request has ended exactly once; no effect reached the site
twice for an account; every effect that did was set out beforehand, for a request that names the account, and stands in its
plan; every case file verifies. The seed decides who is killed when; threads and processes run as they please.
"""

import argparse
import dataclasses
import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from fixtures.profiles import profile_for
from fixtures.standin import StandIn
from fixtures.standin.many import FIRST, more_accounts
from flows.journal import EventKind
from flows.model import CancellationRequest, End
from flows.profile import SiteProfile
from rpa.cases.chain import JOURNAL, read_chain
from rpa.database.queue_tables import jobs
from rpa.database.tables import ends, intents
from rpa.queue.jobs import Jobs, State
from rpa.queue.leases import LEASE_SECONDS
from rpa.queue.submitting import submit
from rpa.records import Records
from tests.chaos_worker import AWAY, Spec
from tests.conftest import FOUR, turned_away
from tests.faults_bench import SAVES
from tests.postgres_server import PostgresServer

ROOT = Path(__file__).parents[1]
TROUBLES: tuple[dict[str, object], ...] = (
    {"fault": "rst_before"},
    {"fault": "rst_after"},
    {"fault": "apply_no_answer", "seconds": 5.0},
    {"fault": "apply_late", "answer": "reset"},
    {"fault": "error_but_done"},
    {"fault": "success_not_done"},
    {"fault": "session_expired_before"},
    {"fault": "session_expired_after"},
    {"fault": "status_503"},
    {"fault": "truncated"},
    {"fault": "effect_late"},
    {"fault": "locked"},
    {"fault": "latency", "seconds": 2.0},
)
"""What the site does on one of the effects of an account; each has a defined end."""


@dataclass
class Plan:
    """One run of chaos."""

    seed: int
    requests: int
    workers: int = 2
    desks: int = 2
    database: str = ""
    """PostgreSQL; empty: SQLite in a folder of its own."""
    restart_database: Callable[[], None] | None = None
    browser: bool = True
    """False: robots that have nothing to do; then only the queue is tried."""
    troubled: float = 0.3
    blows: int = 6
    """Spread over the run: the second once so many parts of the requests have ended, and so on."""
    after: tuple[float, float] = (2.0, 6.0)
    """Seconds that a blow waits then, at least and at most: it comes whatever is being done."""
    patience: float = 900.0
    """Seconds to the next blow, or to the end, after which a run is called stuck."""


@dataclass
class Book:
    """What happened."""

    blows: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    effects: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def make_trouble(site: StandIn, numbers: list[str], share: float, dice: random.Random) -> int:
    """Order a fault on one effect of some of the accounts; returns of how many."""
    chosen = dice.sample(numbers, round(len(numbers) * share))
    for number in chosen:
        on = dice.choice([*sorted(FOUR), "cancellation_form"])
        site.arm(**{"account": number, "on": on, **dice.choice(TROUBLES)})  # type: ignore[arg-type]
    return len(chosen)


class Workers:
    """The worker processes, and what is done to them."""

    def __init__(self, spec: Spec, count: int) -> None:
        self._spec, self.running = spec, [self._start(spec) for _ in range(count)]

    @staticmethod
    def _start(spec: Spec) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.chaos_worker", spec.model_dump_json()]
        with (spec.folder / "workers.txt").open("ab") as told:
            return subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told, start_new_session=True)

    def kill(self, number: int) -> None:
        """kill -9, and another one in its place."""
        self.running[number].kill()
        self.running[number].wait()
        self.running[number] = self._start(self._spec)

    def kill_all(self) -> None:
        for worker in self.running:
            worker.kill()
        for number in range(len(self.running)):
            self.kill(number)

    def freeze(self, number: int, seconds: float) -> None:
        """SIGSTOP for longer than its lease, then let it wake up."""
        os.kill(self.running[number].pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.running[number].pid, signal.SIGCONT)

    def end(self, number: int) -> None:
        """SIGTERM, and another one in its place."""
        self.running[number].terminate()
        self.running[number].wait(60)
        self.running[number] = self._start(self._spec)

    def look_after(self) -> list[str]:
        """Start those again that found no database, as systemd does; which others ended by themselves."""
        wrong = []
        for number, worker in enumerate(self.running):
            code = worker.poll()
            if code is not None:
                self.running[number] = self._start(self._spec)
            if code not in (None, AWAY):
                wrong.append(f"a worker ended by itself, with {code}")
        return wrong

    def stop(self) -> list[str]:
        """End all; what was wrong with that."""
        for worker in self.running:
            worker.terminate()
        wrong = []
        for worker in self.running:
            try:
                if worker.wait(60) not in (
                    0,
                    AWAY,
                    -signal.SIGTERM,
                ):  # the last: it was still starting, and had nothing
                    wrong.append(f"a worker ended with {worker.returncode} on SIGTERM")
            except subprocess.TimeoutExpired:
                worker.kill()
                wrong.append("a worker did not end within 60 s of SIGTERM")
        return wrong


def strike(plan: Plan, workers: Workers, dice: random.Random, book: Book, lease: float) -> None:
    """One blow."""
    kinds = ["kill", "kill", "kill all", "freeze", "end"] + ["database"] * (plan.restart_database is not None)
    kind = dice.choice(kinds)
    book.blows[kind] += 1
    number = dice.randrange(plan.workers)
    if kind == "kill":
        workers.kill(number)
    elif kind == "kill all":
        workers.kill_all()
    elif kind == "freeze":
        workers.freeze(number, lease + 2)
    elif kind == "end":
        workers.end(number)
    elif plan.restart_database is not None:
        plan.restart_database()


def run(plan: Plan, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Book:
    """Submit, strike, wait until all have ended, and check the books."""
    book, dice, started = Book(), random.Random(plan.seed), time.monotonic()
    database = plan.database or f"sqlite:///{folder / 'rpa.db'}"
    with site_for(plan) as (site, profile, numbers), Records(database, folder / "cases") as records:
        if site is not None:
            make_trouble(site, numbers, plan.troubled, dice)
        requests = [request_for(number) for number in numbers]
        queue = Jobs(records.engine)
        submit(records, queue, requests, source="chaos", by="chaos", time_zone="UTC")
        signed_in = {"username": site.username, "password": site.password} if site is not None else {}
        spec = Spec(folder=folder, database=database, profile=profile, desks=plan.desks, **signed_in)
        workers = Workers(spec, plan.workers)
        try:
            for number in range(plan.blows):
                due = plan.requests - plan.requests * number // plan.blows
                if not wait(records, plan, workers, book, tell, down_to=due):
                    break
                time.sleep(dice.uniform(*plan.after))
                book.wrong += workers.look_after()
                strike(plan, workers, dice, book, LEASE_SECONDS[records.engine.dialect.name])
                tell(f"blow {number + 1} of {plan.blows}, {left(records)} left")
            wait(records, plan, workers, book, tell)
        finally:
            book.wrong += workers.stop()
        check(records, requests, site, book)
    book.seconds = time.monotonic() - started
    return book


@contextmanager
def site_for(plan: Plan) -> Iterator[tuple[StandIn | None, SiteProfile, list[str]]]:
    """The stand-in with its accounts; without a browser only their numbers."""
    caps = {"max_effects_per_run": 10**6, "max_effects_per_hour": 10**6, "strikes": 10**6}
    if not plan.browser:
        profile = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9"}, "policy": caps})
        yield None, profile, [str(FIRST + number) for number in range(plan.requests)]
        return
    with StandIn("classic", latency=0.02) as site:
        numbers = [account.number for account in more_accounts(site, plan.requests, name="Chaos {number} Ltd")]
        profile = profile_for("classic", site)
        policy = profile.policy.model_copy(update=caps)
        timing = profile.timing.model_copy(update={"page": 8.0, "server_limit": 2.0, "latency_of_effect": 2.0})
        yield site, profile.model_copy(update={"policy": policy, "timing": timing}), numbers


def request_for(number: str) -> CancellationRequest:
    return CancellationRequest(
        id=f"chaos-{number}",
        account_name=f"Chaos {number} Ltd",
        account_number=number,
        date=dt.date(2026, 1, 2),
        reason="Too expensive for us",
    )


def left(records: Records) -> int:
    with records.engine.connect() as connection:
        query = select(func.count()).where(jobs.c.state != State.ENDED)
        return int(connection.execute(query).scalar_one())


def wait(
    records: Records, plan: Plan, workers: Workers, book: Book, tell: Callable[[str], None], *, down_to: int = 0
) -> bool:
    """Until so many requests are left, or fewer; False: that did not come in time, or has come for all of them."""
    deadline, told = time.monotonic() + plan.patience, 0.0
    while (number := left(records)) > down_to:
        if time.monotonic() > deadline:
            with records.engine.connect() as connection:
                query = select(jobs.c.request_id, jobs.c.state, jobs.c.why, jobs.c.worker).where(
                    jobs.c.state != State.ENDED
                )
                stuck = [tuple(row) for row in connection.execute(query.limit(5))]
            book.wrong.append(
                f"{number} requests are left, and {down_to} were not reached in {plan.patience:g} s: {stuck}"
            )
            return False
        book.wrong += workers.look_after()
        if time.monotonic() - told > 15:
            tell(f"{number} left")
            told = time.monotonic()
        time.sleep(0.3)
    return number > 0


# --- the books ---


def check(records: Records, requests: list[CancellationRequest], site: StandIn | None, book: Book) -> None:
    with records.engine.connect() as connection:
        query = select(ends.c.request_id, func.count()).group_by(ends.c.request_id)
        times = {row[0]: row[1] for row in connection.execute(query)}
        intended = Counter(
            (row.account_number, row.effect) for row in connection.execute(select(intents)) if row.requests_sent != 0
        )
    for request in requests:
        if times.get(request.id, 0) != 1:
            book.wrong.append(f"{request.id} has {times.get(request.id, 0)} ends")
    for record in records.these([request.id for request in requests]):
        book.attempts += record.attempts
        if record.outcome is not None:
            book.ends[" ".join(filter(None, (record.outcome.end.value, record.outcome.code)))] += 1
            report = records.verify(record.request.id)
            book.wrong += [f"{record.request.id}: {finding}" for finding in report.findings]
    if site is not None:
        check_ledger(records, site, intended, book)


def check_ledger(records: Records, site: StandIn, intended: Counter[tuple[str, str]], book: Book) -> None:
    """The site's own book is believed, not the robot's."""
    received: Counter[tuple[str, str]] = Counter()
    for entry in site.ledger:
        if entry.kind.startswith("danger"):
            book.wrong.append(f"{entry.account_number}: {entry.kind} was set off")
        if entry.account_number is not None and not turned_away(entry):
            received[entry.account_number, entry.kind] += 1
    book.effects = sum(received.values())
    for (number, kind), times in received.items():
        book.wrong += wrong_with(records, site, number, kind, times, intended)
    for record in records.list():
        number = record.request.account_number
        said = record.outcome is not None and record.outcome.end is End.CANCELLED
        if said and not site.account(number).cancelled:
            book.wrong.append(f"account {number} is called cancelled and is not")


def wrong_with(
    records: Records, site: StandIn, number: str, kind: str, times: int, intended: Counter[tuple[str, str]]
) -> Iterator[str]:
    """What is wrong with an effect that the site received so many times for an account."""
    # a skin saves the form by the same request as Update
    effects = ("fill_form", "update_organization") if kind in SAVES else (kind,)
    set_out = sum(intended[number, effect] for effect in effects)
    if times > set_out:
        yield f"account {number}: {kind} was received {times} times, set out {set_out} times"
    if kind in FOUR and applied(site, number, kind) > 1:
        yield f"account {number}: {kind} was applied twice"
    if kind in FOUR and kind not in planned(records, f"chaos-{number}"):
        yield f"account {number}: {kind} stands in no plan"


def applied(site: StandIn, number: str, kind: str) -> int:
    """How often the site carried an effect out; asked again is allowed once it was read twice as not done (promise 4)."""
    return sum(one.account_number == number and one.kind == kind and one.applied for one in site.ledger)


def planned(records: Records, request_id: str) -> set[str]:
    """The effects of all plans that the request's journal holds."""
    path = records.find(request_id).case_dir / JOURNAL
    lines = read_chain(path.read_bytes(), request_id).lines
    plans = [line.event.data["plan"] for line in lines if line.event.kind is EventKind.PLAN]
    return {effect["effect"] for plan in plans for effect in plan["effects"]}


# --- the command ---


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100000)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--queue-items", type=int, default=20000, help="trivial items, without a browser; 0: none")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--desks", type=int, default=2)
    parser.add_argument("--blows", type=int, default=25)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    given = parser.parse_args()
    bad = 0
    for name in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        with database(name) as (url, restart):
            tasks = []
            if given.requests:
                tasks = [Plan(given.seed, given.requests, given.workers, given.desks, url, restart, blows=given.blows)]
            if given.queue_items:
                items = Plan(given.seed, given.queue_items, given.workers, given.desks, url, restart, browser=False)
                tasks.append(dataclasses.replace(items, blows=given.blows * 4))
            for plan in tasks:
                bad += report(plan, name)
    return 1 if bad else 0


def report(plan: Plan, name: str) -> bool:
    what = "requests through the browser" if plan.browser else "trivial items"
    print(f"\n{plan.requests} {what} on {name}, seed {plan.seed}")  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="rpa-chaos-") as folder:
        book = run(plan, Path(folder), tell=lambda said: print(f"  {said}", flush=True))  # noqa: T201
    blows = ", ".join(f"{times} x {kind}" for kind, times in sorted(book.blows.items()))
    print(f"  blows: {blows or 'none'}; {book.attempts} attempts, {book.effects} effects, {book.seconds:.0f} s")  # noqa: T201
    print(f"  ends: {json.dumps(dict(book.ends))}")  # noqa: T201
    for wrong in book.wrong[:20]:
        print(f"  WRONG: {wrong}")  # noqa: T201
    args = f"--seed {plan.seed} --requests {plan.requests} --workers {plan.workers} --desks {plan.desks}"
    print(f"  {'NOT AS PROMISED' if book.wrong else 'as promised'}; again: make chaos ARGS='{args} --database {name}'")  # noqa: T201
    return bool(book.wrong)


@contextmanager
def database(name: str) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """A database for the runs, and how it is restarted: as after a crash, without a word to who is connected."""
    if name == "sqlite":
        yield "", None
        return
    with tempfile.TemporaryDirectory(prefix="rpa-chaos-db-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder) / "server")
        Path(folder).chmod(0o755)  # its own user has to come through
        server.start()
        try:
            with closing(psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True)) as connection:
                connection.execute("CREATE DATABASE chaos")
            yield server.url("chaos"), lambda: server.restart(crash=True)
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
