"""The nouns of a cancellation: request, plan, readings, proof, end. All frozen, all JSON-able."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


def _is_empty(value: str) -> bool:
    return not value


class Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CancellationRequest(Noun):
    """What is asked for: one account, by name and number, from a date, for a reason (clauses 2 and 10)."""

    id: str
    account_name: str
    account_number: str
    date: dt.date
    reason: str
    opt_out: bool = False
    requested_by: str = ""


class End(StrEnum):
    """How a request ends; exactly one each."""

    CANCELLED = "cancelled"
    ALREADY_CANCELLED = "already_cancelled"
    REFERRED = "referred"
    REFUSED = "refused"
    NEEDS_HUMAN = "needs_human"
    WITHDRAWN = "withdrawn"


class Effect(StrEnum):
    """What the robot changes. The first five belong to the account's cancellation, the others lie on the way."""

    REMOVE_LICENSE_COUNT = "remove_license_count"
    CANCEL_BILLINGS = "cancel_billings"
    SET_STATUS = "set_status"
    SET_CONTACT_INFO = "set_contact_info"
    FILL_FORM = "fill_form"
    UPDATE = "update_organization"
    SWITCH_MODULE = "switch_module"
    RESTORE_MODULE = "restore_module"
    OPEN_PAGE = "open_page"


MODULES = frozenset({Effect.SWITCH_MODULE, Effect.RESTORE_MODULE})
ON_THE_WAY = MODULES | {Effect.OPEN_PAGE}
"""Effects that are no change of the account: the robot's own App Module, pages that are not safe to read."""

CLAUSE_OF_EFFECT = {
    Effect.REMOVE_LICENSE_COUNT: "6.1",
    Effect.CANCEL_BILLINGS: "6.2",
    Effect.SET_STATUS: "6.3",
    Effect.SET_CONTACT_INFO: "6.4",
    Effect.FILL_FORM: "10",
    Effect.UPDATE: "4a",
    Effect.SWITCH_MODULE: "7a",
    Effect.RESTORE_MODULE: "7a",
    Effect.OPEN_PAGE: "",
}


class BillingRow(Noun):
    """One row of the billing page; `cells` as read, by column heading."""

    number: str = ""
    due: dt.date | None = None
    amount: Decimal | None = None
    amount_text: str = ""
    status: str = ""
    cells: tuple[tuple[str, str], ...] = ()


class FormValues(Noun):
    """The form "Required for Cancellation" as read (clause 10); None: not on the page."""

    date: str | None = None
    reason: str | None = None
    reason_text: str | None = None
    opt_out: bool | None = None


class AccountReading(Noun):
    """The account as freshly read from its pages; None: not shown on any page that was read."""

    account_number: str
    account_name: str
    license_count: int | None = None
    account_status: str | None = None
    contact_info: str | None = None
    server_location: str | None = None
    form: FormValues | None = None
    billing: tuple[BillingRow, ...] | None = None
    cancelled_billing: tuple[BillingRow, ...] | None = None
    self_service: bool = False
    sources: dict[str, str] = Field(default_factory=dict)
    """Which page (by name) told each value."""


class FreshReading(Noun):
    """What was read for the proof, after the effects that it is to prove."""

    billing: tuple[BillingRow, ...] = ()
    cancelled: tuple[BillingRow, ...] = ()
    form: FormValues | None = None


class PlannedEffect(Noun):
    effect: Effect
    clause: str
    what: str
    before: str
    after: str
    needed: bool
    """False: it is already so."""


class Plan(Noun):
    """What would be done (promise 10); `hash` binds an approval to it."""

    request: CancellationRequest
    reading: AccountReading
    effects: tuple[PlannedEffect, ...]
    rows_to_stop: tuple[BillingRow, ...]
    money_stopped: Decimal
    warnings: tuple[str, ...]
    blocked: tuple[str, ...] = ()
    """Why it could not be finished or proven as the site and the profile are: then nothing of it is begun."""
    hash: str


class ProofLine(Noun):
    """One line of the proof: what had to be true, what was seen, where."""

    clause: str
    claim: str
    expected: str
    seen: str
    page: str
    ok: bool
    evidence: str = ""
    """File name, in the case file, of the picture or text that shows it."""


class Outcome(Noun):
    """The end of one request."""

    id: str
    account_name: str
    account_number: str
    end: End
    code: str = ""
    message: str
    recoveries: tuple[str, ...] = ()
    proof: tuple[ProofLine, ...] = ()
    case_dir: str = ""
    seconds: float = 0.0
    drift: str = Field(default="", exclude_if=_is_empty)
    """What is not as it was learned of the admin UI, and an effect relies on: it stops the line. Written only where there is
    something: what was written before there was such a field reads the same."""

    @classmethod
    def of(
        cls,
        request: CancellationRequest,
        *,
        end: End,
        message: str,
        code: str = "",
        recoveries: tuple[str, ...] = (),
        proof: tuple[ProofLine, ...] = (),
        seconds: float = 0.0,
        drift: str = "",
    ) -> Self:
        """The end of that request."""
        whose = {"id": request.id, "account_name": request.account_name, "account_number": request.account_number}
        became = {"end": end, "code": code, "message": message, "recoveries": recoveries, "proof": proof}
        return cls.model_validate(whose | became | {"seconds": seconds, "drift": drift})
