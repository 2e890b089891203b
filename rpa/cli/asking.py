"""Questions to a person, and the request that the command line's options make."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from flows.model import CancellationRequest, Plan
from flows.profile import SiteProfile
from rpa.cli.desk import a_person_is_here, today
from rpa.cli.errors import NotApproved, UsageError
from rpa.cli.screen import Screen, plain_table
from rpa.request_files import FieldFaults, request_from
from rpa.words_on_screen import safe

if TYPE_CHECKING:
    from rpa.robot import Robot

DIGITS = 4
"""So many of the account number's last digits approve a plan."""


class Draft:
    """What was asked for on the command line, perhaps still without an account number."""

    def __init__(self, fields: Mapping[str, str | bool], profile: SiteProfile) -> None:
        """Check all fields at once. Raises UsageError, naming each option that is wrong."""
        self._fields, self._profile = dict(fields), profile
        self.number, self.name = str(fields["account_number"]), str(fields["account_name"])
        self.request(self.number or "0")

    def request(self, number: str) -> CancellationRequest:
        """The request, with that account number."""
        try:
            return request_from(
                self._fields | {"account_number": number},
                read_date=self._profile.read_date,
                today=today(self._profile),
            )
        except FieldFaults as error:
            told = [f"--{column.replace('_', '-')} {message}" for column, message in error.faults]
            raise UsageError("\n".join(told)) from error

    def settle(self, robot: "Robot", screen: Screen) -> CancellationRequest:
        """The request; without a number, if the look-up gives one account and a person says it is meant."""
        if self.number:
            return self.request(self.number)
        found = [(str(number), name) for number, name in robot.candidates(self.name)]
        number = only_one(found)
        screen.say("The look-up gives one account:", safe(number, "bold"), safe(found[0][1], width=200))
        if not typer.confirm("Is this the account?", default=False, err=screen.json):
            raise NotApproved("nothing was done: name the account with --account-number")
        return self.request(number)


def must_be_able_to_ask(*, number: str, yes: bool) -> None:
    """Raise UsageError where a number is missing and nobody can confirm what the look-up gives."""
    if not number and (yes or not a_person_is_here()):
        why = "--yes skips the question" if yes else "standard input is no terminal"
        raise UsageError(f"--account-number is missing: a person must confirm what the look-up gives, and {why}")


def only_one(found: Iterable[tuple[str, str]]) -> str:
    """The number of the only account found. Raises Unsettled."""
    accounts = list(found)
    if not accounts:
        raise Unsettled("the look-up gives no account of that name; check its spelling, or give --account-number")
    if len(accounts) > 1:
        listed = ", ".join(f"{number} {name}" for number, name in accounts[:10])
        raise Unsettled(f"the look-up gives {len(accounts)} accounts; give --account-number: {listed}")
    return accounts[0][0]


def agree(question: str, unattended: str, screen: Screen) -> None:
    """Have a person say yes. Raises NotApproved, with `unattended` if nobody is at the terminal."""
    if not a_person_is_here():
        raise NotApproved(unattended)
    if not typer.confirm(question, default=False, err=screen.json):
        raise NotApproved("nothing was done")


class Unsettled(Exception):
    """Without an account number it is not known which account is meant; nothing was done."""

    end, code = "refused", "ambiguous"


def approve(plan: Plan, screen: Screen, unseen: str = "--yes approves it unseen") -> None:
    """Have a person type the last digits of the account number. Raises NotApproved."""
    if not a_person_is_here():
        raise NotApproved(f"the plan waits for approval: nobody is at the terminal. {unseen}")
    wanted = plan.reading.account_number[-DIGITS:]
    question = f"To cancel this account, type the last {len(wanted)} digits of its number"
    if str(typer.prompt(question, default="", show_default=False, err=screen.json)).strip() != wanted:
        raise NotApproved("these are not the last digits of the account number; nothing was done")


def show_plan(plan: Plan, screen: Screen) -> None:
    """The plan for a person: what would change, the money that stops, warnings, the hash."""
    request = plan.request
    account = Text(f"{request.account_number}  ", "bold") + safe(request.account_name, width=300)
    opt_out = "yes" if request.opt_out else "no"
    screen.facts(
        {
            "Account": account,
            "Date": request.date,
            "Reason": safe(request.reason, width=300),
            "Opt out": opt_out,
        }
    )
    screen.console.print()
    table = plain_table("", "What is done", "Now", "Then")
    for effect in plan.effects:
        style = "" if effect.needed else "dim"
        then = safe(effect.after, style, width=60) if effect.needed else Text("already so", "dim")
        table.add_row(effect.clause, safe(effect.what, style, width=60), safe(effect.before, style, width=60), then)
    screen.console.print(table)
    screen.console.print()
    _show_money(plan, screen)
    for warning in plan.warnings:
        screen.say(Text("Warning:", "yellow"), safe(warning, width=400))
    for reason in plan.blocked:
        screen.say(Text("Not possible yet:", "red"), safe(reason, width=400))
    screen.say("Plan", Text(plan.hash[:16], "bold"))


def _show_money(plan: Plan, screen: Screen) -> None:
    if plan.reading.billing is None:
        screen.say("Money that stops:", Text("not known", "bold"), "(the billing page was not read)")
        return
    count = len(plan.rows_to_stop)
    bills = f"{count} billing{'' if count == 1 else 's'}"
    screen.say("Money that stops:", Text(f"{plan.money_stopped:,.2f}", "bold"), f"in {bills}")
    table = plain_table("Due", "Invoice", "Amount", "Status")
    for row in plan.rows_to_stop:
        amount = safe(row.amount_text or row.amount or "", width=20)
        table.add_row(str(row.due or ""), safe(row.number, width=30), amount, safe(row.status, width=20))
    if count:
        screen.console.print(table)
