"""When a plan needs the approval of another person, and who is another person. Where it can't be told: yes, and no."""

import re
import unicodedata
from decimal import Decimal

from flows.model import CancellationRequest, Plan
from flows.profile import Approval

_BY_COMMAND = re.compile(r"rpa [a-z]+ by (.+)", re.DOTALL)
"""How a command names itself and the person: "rpa cancel by ann"."""


def reasons_of(plan: Plan, rules: Approval) -> list[str]:
    """Why policy asks for the approval of this plan, in words; none: it does not."""
    found = ["each plan needs it"] if rules.all else []
    found += _of_licenses(plan.reading.license_count, rules.licenses_from)
    found += _of_money(plan, rules.money_from)
    names = _letters(plan.request.account_name), _letters(plan.reading.account_name)
    found += [f'the name has "{one}" in it' for one in rules.names if any(_letters(one) in name for name in names)]
    return found


def _of_licenses(count: int | None, least: int) -> list[str]:
    if not least or (count is not None and count < least):
        return []
    return [f"{count} licenses ({least} or more)" if count is not None else "the license count was not read"]


def _of_money(plan: Plan, least: Decimal) -> list[str]:
    """Credits would lower the sum, so they are left out."""
    if not least:
        return []
    if plan.reading.billing is None:
        return ["the billing page was not read, so the money that stops is not known"]
    if any(row.amount is None for row in plan.rows_to_stop):
        return ["an amount could not be read, so the money that stops is not known"]
    money = sum((row.amount for row in plan.rows_to_stop if row.amount and row.amount > 0), Decimal(0))
    return [f"billings of {money:,.2f} stop ({least:,.2f} or more)"] if money >= least else []


def asked_by(request: CancellationRequest, source: str, submitted_by: str) -> tuple[str, ...]:
    """All that stand behind a request, as they are named: none of them may approve it."""
    named = [_BY_COMMAND.fullmatch(name) for name in (source, submitted_by)]
    people = [request.requested_by, "" if named[1] else submitted_by, *(one[1] for one in named if one)]
    return tuple(dict.fromkeys(name for name in people if name.strip()))


def may_be_same(one: str, other: str) -> bool:
    """Whether two names may be one person's: the same, or one a part of the other, in whatever case, order and spelling,
    the part of a mail address after the @ aside. "Ann" may be "Ann Lee"; then she has to give her whole name.
    """
    words, others = _words(one), _words(other)
    if not words or not others:
        return False
    return words <= others or others <= words or _letters(_local(one)) == _letters(_local(other))


def names_somebody(person: str) -> bool:
    """Whether there is anything to tell a person by."""
    return bool(_words(person))


def _local(text: str) -> str:
    return re.sub(r"@\S*", " ", text)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", _folded(_local(text))))


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", _folded(text)))


def _folded(text: str) -> str:
    """In one case and without accents; what is not shown (zero-width blanks) is gone too."""
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(one for one in spelled if unicodedata.category(one) not in {"Mn", "Me", "Cf"})
