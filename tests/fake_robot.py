"""A robot without a browser: it writes the events of a run and ends as the test says."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any, ClassVar, Self

from flows.errors import NotYetApproved, Refusal
from flows.journal import EventKind
from flows.model import (
    AccountReading,
    BillingRow,
    CancellationRequest,
    Effect,
    End,
    Outcome,
    Plan,
    PlannedEffect,
    ProofLine,
)


class Robot:
    """Stands in for `rpa.robot.Robot`. The class attributes are set by the test, and reset by its fixture."""

    ends: ClassVar[dict[str, tuple[str, str]]] = {}
    """Account number -> end, code; others are cancelled."""
    found: ClassVar[list[tuple[str, str]]] = []
    started: ClassVar[list[str]] = []
    """Account numbers, in the order in which they were begun."""
    opened: ClassVar[list[dict[str, Any]]] = []
    interrupt_at: ClassVar[str] = ""
    """At this account, a Ctrl-C arrives."""
    pause: ClassVar[float] = 0.0
    hash: ClassVar[str] = "0123456789abcdef" * 4
    """Of each plan: another one stands for an account that has changed."""
    licenses: ClassVar[int | None] = 3
    waited: ClassVar[list[str]] = []
    """Account numbers whose plan was not approved yet."""
    compared: ClassVar[list[Any]] = []
    """The baseline that each request was compared with, by revision; None: with none."""
    stop: Any = None
    baseline: Any = None
    mark = "--no-browser"
    served = 0

    def memory(self) -> int:
        return 0

    def recycle(self) -> None:
        pass

    def give_up(self) -> None:
        pass

    def end_processes(self) -> None:
        pass

    def __init__(self, profile: Any, credentials: Any, **options: Any) -> None:
        type(self).opened.append({"credentials": credentials, **options})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    @classmethod
    def reset(cls) -> None:
        cls.ends, cls.found, cls.started, cls.opened, cls.interrupt_at, cls.pause = {}, [], [], [], "", 0.0
        cls.hash, cls.licenses, cls.waited, cls.compared = "0123456789abcdef" * 4, 3, [], []

    def check_sign_in(self) -> str:
        return "signed in as robot"

    def candidates(self, account_name: str) -> list[tuple[str, str]]:
        return [pair for pair in self.found if account_name in pair[1]]

    def plan(self, request: CancellationRequest) -> Plan:
        if self.ends.get(request.account_number, ("", ""))[0] == "refused":
            raise Refusal("not_found", f"no account {request.account_number} under Organization")
        row = BillingRow(number="B-1", amount=Decimal("49.95"), amount_text="$49.95", status="Scheduled")
        reading = AccountReading(
            account_number=request.account_number,
            account_name=request.account_name,
            license_count=self.licenses,
            billing=(row,),
        )
        effect = PlannedEffect(
            effect=Effect.SET_STATUS,
            clause="6.3",
            what="Set Account Status",
            before="ACTIVE",
            after="DELETE",
            needed=True,
        )
        return Plan(
            request=request,
            reading=reading,
            effects=(effect,),
            rows_to_stop=(row,),
            money_stopped=Decimal("49.95"),
            warnings=("[red]B-1[/red] is due in 3 days",),
            hash=self.hash,
        )

    def cancel(
        self,
        request: CancellationRequest,
        journal: Any,
        *,
        stop: threading.Event | None = None,
        approve: Callable[[Plan], bool] | None = None,
    ) -> Outcome:
        self.started.append(request.account_number)
        self.compared.append(self.baseline and self.baseline.revision)
        if request.account_number not in self.ends:
            journal.write(EventKind.PLAN, plan=self.plan(request))
        if approve is not None and request.account_number not in self.ends and not journal.intents():
            try:
                approve(self.plan(request))
            except NotYetApproved as waits:
                self.waited.append(request.account_number)
                return _waits(request, str(waits))
        for clause, title in (
            ("2", "look the account name up"),
            ("6.1", "remove the licence count, change to 0"),
        ):
            journal.write(EventKind.STEP_STARTED, clause, title=title)
            time.sleep(self.pause)
            if clause == "6.1":
                intent = journal.intend("remove_license_count", clause, {"number": request.account_number}, "page", "3")
                journal.sent(intent, [{"method": "POST", "path": "/x", "status": 200}])
                journal.settle(intent, "done", "0")
            journal.write(EventKind.STEP_ENDED, clause, title=title, outcome="done", note="")
            if request.account_number == self.interrupt_at and clause == "2":
                import signal  # noqa: PLC0415

                signal.raise_signal(signal.SIGINT)
                while stop is not None and not stop.is_set():  # the main thread takes it
                    time.sleep(0.01)
        journal.write(EventKind.RECOVERY, "4a", on="DeadLink", by="press_update", outcome="done")
        journal.write(EventKind.WARNING, text="something [bold]odd[/bold] \x1b[31m")
        end, code = self.ends.get(request.account_number, ("cancelled", ""))
        if stop is not None and stop.is_set() and request.account_number == self.interrupt_at:
            end, code = "needs_human", "interrupted"
        proof = (ProofLine(clause="6.1", claim="licences 0", expected="0", seen="0", page="start page", ok=True),)
        return Outcome.of(
            request,
            end=End(end),
            code=code,
            message=f"ended as {end}",
            recoveries=("4a",),
            proof=proof if end == "cancelled" else (),
            seconds=1.25,
        )


def _waits(request: CancellationRequest, why: str) -> Outcome:
    """As the robot tells it (rpa.robot): no end."""
    return Outcome.of(
        request,
        end=End.NEEDS_HUMAN,
        code="waiting_approval",
        message=why,
    )
