"""The runner: carries out the steps, and alone catches what they meet."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from flows.effects import WHERE_TO_LOOK
from flows.errors import CancellationError, Interrupted, NeedsHuman, Refusal, UnknownEffect
from flows.journal import EventKind
from flows.model import ON_THE_WAY, Effect, End, Plan
from flows.probes import probe
from flows.procedure import RECOVERIES, STEPS, Recovery, Step
from flows.proof import rows_before
from flows.reading import pending
from flows.steps import finish_plan, look_up_account, open_start_page, read_account, read_record
from flows.walk import Walk
from page_objects.obstacles import (
    Ambiguous,
    DeadLink,
    LeftTheSite,
    Maintenance,
    Missing,
    NothingHappened,
    Obstacle,
    RecordLocked,
    RoleDenied,
    SignedOut,
    SiteDown,
    UnexpectedDialog,
)

Result = TypeVar("Result")

CODES: tuple[tuple[type[Obstacle], str], ...] = (
    (DeadLink, "link_unreachable"),
    (NothingHappened, "link_unreachable"),
    (RoleDenied, "role_denied"),
    (SignedOut, "sign_in"),
    (Maintenance, "maintenance"),
    (SiteDown, "site_down"),
    (RecordLocked, "record_locked"),
    (UnexpectedDialog, "unexpected_dialog"),
    (Ambiguous, "drift"),
    (Missing, "drift"),
)
"""An obstacle that no recovery covers -> the code of needs_human; any other is an unknown_page."""

UNREAD = {"link_unreachable", "role_denied", "unsafe_page"}
"""What a plan may not change or open: then it says what it could not read."""


@dataclass
class Runner:
    """One run of the procedure for one request."""

    walk: Walk
    recoveries: Sequence[Recovery] = RECOVERIES
    used: Counter[str] = field(default_factory=Counter)
    met: list[str] = field(default_factory=list)
    """What recoveries met that did not go through."""

    def __post_init__(self) -> None:
        self.walk.careful = self.carefully

    def cancel(self) -> tuple[End, str]:
        """Carry out the whole procedure; returns the proven end and a sentence.

        Raises CancellationError for every other end, Fault if the technology failed, Interrupted on stop.
        """
        try:
            for step in STEPS:
                self.carry_out(step)
                if step.do is read_account:
                    self._settle_earlier_intents()
        except CancellationError as error:
            self._put_back()
            done = self._done_before()
            if error.end is not End.NEEDS_HUMAN and self._something_sent():
                said = f"effects were caused before this was met: {error.message}{done}"
                raise NeedsHuman("half_done", said) from error
            error.message += done
            raise
        except Interrupted:
            self._put_back()
            raise
        return self._said()

    def _done_before(self) -> str:
        """What a person has to know who carries on by hand; the proof tells whether it is so."""
        told = {"done", "answered"}
        done = {intent.effect for intent in self.walk.journal.intents() if intent.outcome in told}
        planned = self.walk.plan.effects if self.walk.plan is not None else ()
        names = [f"{one.clause} {one.what.rstrip('.')}" for one in planned if one.effect in done]
        return f". The site has answered already to: {'; '.join(names)}" if names else ""

    def _something_sent(self) -> bool:
        """Whether an effect on the account may have taken place: then nothing is called refused any more."""
        ours = [i for i in self.walk.journal.intents() if i.effect not in {Effect.UPDATE, *ON_THE_WAY}]
        return any(intent.requests_sent != 0 for intent in ours)

    def plan(self) -> Plan:
        """Read only (promise 10): the plan. Raises Refusal, Referral or NeedsHuman as `cancel` would."""
        self.walk.planning = True
        for step in STEPS:
            if step.do is read_account:
                break
            try:
                self.carry_out(step)
            except NeedsHuman as error:
                if error.code not in UNREAD or self.walk.reading is None:
                    raise
        try:
            self.carry_out(next(step for step in STEPS if step.do is read_account))
        except NeedsHuman as error:
            if error.code not in UNREAD or self.walk.reading is None:
                raise
            finish_plan(self.walk, self.walk.reading)
        if self.walk.plan is None:
            raise NeedsHuman("unknown_page", "no plan could be made")
        return self.walk.plan

    def carry_out(self, step: Step) -> None:
        walk = self.walk
        walk.session.check_stop()
        walk.clause = step.clause
        walk.journal.write(EventKind.STEP_STARTED, step.clause, title=step.title)
        outcome = self.carefully(lambda: step.do(walk))
        walk.journal.write(EventKind.STEP_ENDED, step.clause, title=step.title, outcome=outcome, note="")

    def carefully(self, act: Callable[[], Result]) -> Result:
        """Run `act`; on an obstacle take the next recovery that covers it, and run it again."""
        while True:
            try:
                return act()
            except Obstacle as obstacle:
                self._recover(obstacle)

    def _recover(self, obstacle: Obstacle) -> None:
        """Take the next recovery that covers the obstacle; raises the end that it means if none is left."""
        self.walk.session.check_stop()
        for recovery in self.recoveries:
            name = recovery.by.__name__  # whatever it was taken on: Update is pressed once, not once for each obstacle
            if not isinstance(obstacle, recovery.on) or self.used[name] >= recovery.at_most:
                continue
            if isinstance(obstacle, Missing) and recovery.clause == "page":
                continue
            if not recovery.when(self.walk):
                continue
            self.used[name] += 1
            self._take(recovery, obstacle)
            return
        raise self._end_of(obstacle) from obstacle

    def _take(self, recovery: Recovery, obstacle: Obstacle) -> None:
        walk = self.walk
        name = recovery.by.__name__
        outcome = "done"
        try:
            recovery.by(walk)
        except Obstacle as another:
            outcome = f"met {type(another).__name__}: {another}"[:300]
            self.met.append(f"{recovery.clause} met: {another}")
        walk.recovered.append(recovery.clause if recovery.clause[0].isdigit() else f"{recovery.clause}: {name}")
        walk.journal.write(
            EventKind.RECOVERY,
            recovery.clause,
            on=f"{type(obstacle).__name__}: {obstacle}"[:300],
            by=name,
            outcome=outcome,
        )

    def _end_of(self, obstacle: Obstacle) -> CancellationError:
        if isinstance(obstacle, LeftTheSite):
            return Refusal("foreign_host", f"{obstacle}; nothing on that site was used. Correct the record by hand")
        if isinstance(obstacle, DeadLink) and self.walk.profile.drop_down_for(self.walk.request.account_number) is None:
            return NeedsHuman(
                "unsupported_prefix", f"{obstacle}, and there is no other way to its Cancellation Start Page"
            )
        if isinstance(obstacle, DeadLink | NothingHappened) and self.walk.updates and not self.walk.planning:
            return NeedsHuman(
                "link_unreachable", f"{obstacle}, after Update{self._met()}: open the Cancellation Start Page by hand"
            )
        code = next((code for kind, code in CODES if isinstance(obstacle, kind)), "unknown_page")
        return NeedsHuman(code, f"{obstacle}{self._met()}")

    def _met(self) -> str:
        return f" (tried: {'; '.join(self.met)})" if self.met else ""

    def _settle_earlier_intents(self) -> None:
        """Promise 4, for a run that takes up another's work: what was intended and not settled is read, twice if need be."""
        walk = self.walk
        open_intents = [
            i for i in walk.journal.intents() if i.outcome in {"", "unknown"} and _planned(walk, i.effect) is not None
        ]
        if not open_intents:
            return
        undone = []
        for intent in open_intents:
            if not _planned(walk, intent.effect):
                walk.journal.settle(intent.id, "done", "read before the run went on")
            elif intent.requests_sent == 0:
                walk.journal.settle(intent.id, "not_done", "nothing had been sent")
            else:
                undone.append(intent)
        if undone:
            self._read_twice([intent.id for intent in undone], [Effect(intent.effect) for intent in undone])

    def _read_twice(self, intents: list[str], effects: list[Effect]) -> None:
        walk = self.walk
        limit = walk.profile.timing.server_limit
        walk.session.pause(limit + 0.5)
        for intent, effect in zip(intents, effects, strict=True):
            done = self.carefully(lambda effect=effect: probe(walk, effect))  # type: ignore[misc]
            if done is None:
                walk.journal.settle(intent, "unknown", "no page tells")
                raise UnknownEffect(
                    f"{effect} was asked for by a run that was cut off, and no page tells whether it took place. Look at account "
                    f"{walk.request.account_number}: {WHERE_TO_LOOK[effect]}"
                )
            walk.journal.settle(intent, "done" if done else "not_done", f"read twice, {limit:g} s apart")
        walk.organization = None  # what was read before is old now
        for step in STEPS:
            if step.do in {look_up_account, read_record, open_start_page, read_account}:
                self.carry_out(step)

    def _put_back(self) -> None:
        """The App Module is put back at every end; if that fails the case file says so."""
        walk = self.walk
        if not walk.module_changed:
            return
        try:
            self.carefully(lambda: STEPS[-1].do(walk))
        except (CancellationError, Obstacle, Interrupted) as error:
            walk.journal.write(EventKind.WARNING, "7a", text=f"the App Module could not be put back: {error}"[:300])

    def _said(self) -> tuple[End, str]:
        walk = self.walk
        if walk.end is End.ALREADY_CANCELLED:
            return walk.end, "the account was cancelled before; nothing was clicked"
        rows = len(pending(rows_before(walk) or (), walk.profile))
        billings = f"{rows} billing{'' if rows == 1 else 's'} cancelled"
        return walk.end, f"licenses 0, status DELETE, nothing scheduled, {billings}, the form saved"


def _planned(walk: Walk, effect: str) -> bool | None:
    """Whether the plan still needs the effect; None for effects that are not the plan's."""
    if walk.plan is None:
        return None
    return next((planned.needed for planned in walk.plan.effects if planned.effect == effect), None)
