"""One mutation tried: the read-only check against the unchanged site, and a cancellation on the changed one."""

import dataclasses
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from flows.baseline import Baseline
from flows.drift import Change, compare, learned
from flows.errors import CancellationError
from flows.model import End
from flows.profile import Canary
from flows.survey import Survey
from tests.conftest import Bench, bench_on
from tests.drift.mutation import ARTICLE, DEAD, DENIED, MISSING, Class, Mutation
from tests.faults_bench import fresh

LIMIT = 150.0
"""Seconds for one mutation; then its browser is ended, and that is an error."""
TIMING: Mapping[str, float] = {"page": 3.0, "server_limit": 0.8, "latency_of_effect": 0.6}
"""Shorter than a real site's; `quiet` stays as the skin's profile has it."""
_ROLES = {ARTICLE: "ordinary", DEAD: "dead_link", MISSING: "server_location_missing", DENIED: "role_denied"}
UNCHANGED = "unchanged"
"""The kind of a look at the site as it was learned."""
_HARMLESS = {"sign_in", "switch_module"}


@dataclass(frozen=True)
class Result:
    """What became of one mutation."""

    name: str
    kind: str
    klass: Class
    sentence: str = ""
    pages: tuple[str, ...] = ()
    """Which of the pages that the robot was sent were changed."""
    findings: tuple[str, ...] = ()
    matters: int = 0
    end: str = ""
    code: str = ""
    harm: str = ""
    error: str = ""
    seconds: float = 0.0

    @property
    def missed(self) -> bool:
        return self.klass is Class.MISLEADING and not self.matters

    @property
    def false_alarm(self) -> bool:
        return self.klass is Class.MARKUP and bool(self.findings)

    @property
    def wrong(self) -> bool:
        return self.missed or self.false_alarm or bool(self.harm or self.error)


@dataclass
class Ground:
    """A skin's bench, with what was learned of it while it was as it should be."""

    bench: Bench
    baselines: dict[tuple[str, ...], Baseline] = field(default_factory=dict)

    @cached_property
    def unchanged(self) -> Result:
        """The check must find nothing on the site as it was learned, or no mutation tells anything."""
        fresh(self.bench)
        changes = self.check((ARTICLE,))
        said = tuple(one.sentence for one in changes)
        return Result(
            f"{self.bench.site.skin}-unchanged", UNCHANGED, Class.MARKUP, "nothing was changed", findings=said
        )

    def check(self, accounts: tuple[str, ...]) -> tuple[Change, ...]:
        return compare(self._baseline(accounts), self._surveys(accounts), self.bench.profile.words)

    def _baseline(self, accounts: tuple[str, ...]) -> Baseline:
        if accounts not in self.baselines:
            site = self.bench.site
            mutate, site.mutate = site.mutate, None
            self.baselines[accounts] = learned(self._surveys(accounts), self.bench.profile.name, "make drift")
            fresh(self.bench)
            site.mutate = mutate
        return self.baselines[accounts]

    def _surveys(self, accounts: tuple[str, ...]) -> list[Survey]:
        return [self.bench.robot.survey(self._canary(number)) for number in accounts]

    def _canary(self, number: str) -> Canary:
        name = self.bench.site.account(number).name
        return Canary(account_name=name, account_number=number, role=_ROLES[number])


@contextmanager
def ground_on(skin: str, output: Path) -> Iterator[Ground]:
    with bench_on(skin, output) as bench:
        timing = bench.profile.timing.model_copy(update=dict(TIMING))
        bench.profile = bench.robot.profile = bench.profile.model_copy(update={"timing": timing})
        yield Ground(bench)


def tried(ground: Ground, mutation: Mutation, *, cancel: bool = True, limit: float = LIMIT) -> Result:
    """The result, whatever happens. After a time-out the ground is of no more use: `error` says so."""
    recipe, began = mutation.recipe, time.monotonic()
    result = Result(mutation.name, recipe.kind, recipe.klass, recipe.sentence)
    over = threading.Event()

    def give_up() -> None:
        over.set()
        ground.bench.robot.give_up()
        ground.bench.robot.end_processes()

    watch = threading.Timer(limit, give_up)
    watch.start()
    try:
        result = _tried(ground, mutation, result, cancel=cancel)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        result = dataclasses.replace(result, error=f"{type(error).__name__}: {error}")
    finally:
        watch.cancel()
        ground.bench.site.reset()
    if over.is_set():
        result = dataclasses.replace(result, error=f"not over after {limit:g} s")
    return dataclasses.replace(result, seconds=time.monotonic() - began)


def _tried(ground: Ground, mutation: Mutation, result: Result, *, cancel: bool) -> Result:
    bench, account = ground.bench, mutation.recipe.account
    accounts = (ARTICLE,) if account == ARTICLE else (ARTICLE, account)
    ground._baseline(accounts)
    fresh(bench)
    struck: set[str] = set()

    def mutate(page: str, html: str) -> str:
        changed = mutation(page, html)
        if changed != html:
            struck.add(page)
        return changed

    bench.site.mutate = mutate
    findings = _found(ground, accounts)
    effects = [entry.kind for entry in bench.site.ledger if entry.kind not in _HARMLESS]
    result = dataclasses.replace(
        result,
        findings=findings,
        matters=sum(one.startswith("!") for one in findings),
        harm=f"the check had effects: {', '.join(effects)}" if effects else "",
    )
    if cancel and not effects:
        result = _cancelled(bench, account, result)
    error = "" if struck else "no page that the robot was sent was changed"
    return dataclasses.replace(result, pages=tuple(sorted(struck)), error=error)


def _found(ground: Ground, accounts: tuple[str, ...]) -> tuple[str, ...]:
    """Each finding as a sentence, with "!" before what matters. A check that can't be made lets nobody go on either."""
    try:
        changes = ground.check(accounts)
    except CancellationError as error:
        return (f"! the check could not be made: {error}",)
    return tuple(f"{'!' if one.matters else ' '} {one.sentence}" for one in changes)


def _cancelled(bench: Bench, account: str, result: Result) -> Result:
    """The harder case: without the gate the robot goes on, on what it was never shown."""
    outcome = bench.cancel(account)
    harm = ""
    try:
        bench.assert_no_harm(account)
        if outcome.end in {End.CANCELLED, End.ALREADY_CANCELLED}:
            bench.assert_cancelled(account)
    except AssertionError as error:
        told = str(error).partition("\n")[0] or "the site's truth is another"
        harm = f"after {outcome.end}: {told}; the site received {', '.join(bench.received(account)) or 'nothing'}"
    return dataclasses.replace(result, end=str(outcome.end), code=outcome.code or "", harm=harm)
