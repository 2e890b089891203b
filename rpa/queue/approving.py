"""Approval: where policy asks for it, nothing of a plan is begun unless another person has said yes to this very plan."""

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine

from flows.errors import NotYetApproved
from flows.model import CancellationRequest, Outcome, Plan
from flows.profile import SiteProfile
from rpa.database import writing
from rpa.queue.approval_rows import NO, SHOWN, Answer, Asked, answer, ask, make_void, moment, newest
from rpa.queue.approval_rules import reasons_of
from rpa.queue.outbox import notify
from rpa.records.redaction import Redactor


class Approvals:
    """What policy asks for before an attempt begins its plan (`rpa.queue.shop.Policy`)."""

    def __init__(self, engine: Engine, profile: SiteProfile, secrets: Sequence[str] = ()) -> None:
        self._engine, self._profile, self._secrets = engine, profile, secrets

    def may_begin(self, request: CancellationRequest, plan: Plan, check: Callable[[Connection], None]) -> str:
        """Who has approved this very plan, in time; empty: policy asks for nothing. Else raises NotYetApproved; and what
        `check` raises.
        """
        with writing(self._engine) as connection:
            check(connection)
            by, why_not = self._answered(connection, request, plan)
        if why_not:
            raise NotYetApproved(why_not)
        return by

    def after_end(self, connection: Connection, request: CancellationRequest, outcome: Outcome) -> None:  # noqa: ARG002
        """What was asked and not used is void."""
        make_void(connection, request.id, (Answer.WAITING, Answer.APPROVED))

    def waits_for(self, request: CancellationRequest, plan: Plan) -> list[str]:
        """Why this plan would have to wait for approval now; nothing is asked yet."""
        with writing(self._engine) as connection:
            asked = newest(connection, request.id)
            approved = asked is not None and _approved(connection, asked, plan)
        return [] if approved else reasons_of(plan, self._profile.policy.approval)

    def _answered(self, connection: Connection, request: CancellationRequest, plan: Plan) -> tuple[str, str]:
        """Who said yes, or why it may not be begun."""
        last = newest(connection, request.id)
        if last is not None and last.state in NO:
            return "", f"the plan was not approved: {last.state}"
        reasons = reasons_of(plan, self._profile.policy.approval)
        if not reasons:
            return "", ""
        if last is not None and _approved(connection, last, plan):
            if last.state is Answer.APPROVED:
                answer(connection, last, Answer.USED, last.by)
            return last.by, ""
        if last is None or not _still_asked(connection, last, plan):
            self._ask(connection, request, plan, reasons, anew=last is not None)
        return "", f"the plan waits for approval ({'; '.join(reasons)}): rpa approve {request.id} --by NAME"

    def _ask(
        self, connection: Connection, request: CancellationRequest, plan: Plan, reasons: list[str], *, anew: bool
    ) -> None:
        redactor = Redactor(self._profile.privacy.masked_fields, (request.account_name, request.account_number))
        redactor.hide(self._secrets)
        kept = json.dumps(redactor.data(plan) | {"hash": plan.hash})
        asked = ask(connection, request.id, plan.hash, kept, reasons, self._profile.policy.approval.hours)
        again = " It is asked for anew: the account has changed since, or the time was over." if anew else ""
        body = (
            f"Account {request.account_number}. Money that stops: {money_of(plan)}. Why: {'; '.join(reasons)}.{again}"
            f" If nobody else than the requester approves it by {asked.expires_at:%Y-%m-%d %H:%M} UTC, it is not cancelled.\n"
            f"rpa approve {request.id} --by NAME --plan {plan.hash[:SHOWN]}"
        )
        notify(connection, "approval", f"Request {request.id} waits for approval", body, request.id)


def money_of(plan: Plan) -> str:
    """The money that stops, in words."""
    if plan.reading.billing is None:
        return "not known, as the billing page was not read"
    bills = len(plan.rows_to_stop)
    more = " or more" if any(row.amount is None for row in plan.rows_to_stop) else ""
    return f"{plan.money_stopped:,.2f}{more} in {bills} billing{'' if bills == 1 else 's'}"


def _approved(connection: Connection, asked: Asked, plan: Plan) -> bool:
    """Whether a person's yes to this very plan holds. Once used it goes on to hold: for a worker that died before it
    could begin.
    """
    yes = asked.state in {Answer.APPROVED, Answer.USED}
    return yes and asked.plan_hash == plan.hash and asked.in_time(moment(connection))


def _still_asked(connection: Connection, asked: Asked, plan: Plan) -> bool:
    return asked.state is Answer.WAITING and asked.plan_hash == plan.hash and asked.in_time(moment(connection))
