"""reply.txt: what the customer may be told. No codes, no internals, nothing of other customers."""

from flows.model import CancellationRequest, End
from rpa.cases.case import CaseFile
from rpa.cases.text import one_line
from rpa.cases.wording import BY_PERSON

_SELF_SERVICE = "Account tab > License Billing > Cancel Subscription"


def reply_text(case: CaseFile) -> bytes:
    """The reply for a case's end. Only a proven end says that nothing more is billed; one that a person has given says
    no more than he did."""
    request = case.request
    account = f'"{one_line(request.account_name)}" (account number {one_line(request.account_number, 40)})'
    bodies = _BODIES | _BY_PERSON if case.outcome.code == BY_PERSON else _BODIES
    body = bodies[case.outcome.end](request, account)
    return f"Hello,\n\n{body}\n\nKind regards,\nPlanPlus Online Support\n".encode()


def _day(request: CancellationRequest) -> str:
    return f"{request.date:%B} {request.date.day}, {request.date.year}"


def _cancelled(request: CancellationRequest, account: str) -> str:
    told = [
        f"your account {account} has been cancelled as you asked.",
        f"The date of cancellation is {_day(request)}.",
        "No further billing is scheduled for this account.",
    ]
    if request.opt_out:
        told.append("As you wished, it has also been opted out of future emails.")
    return "\n".join(told)


def _already(_request: CancellationRequest, account: str) -> str:
    return (
        f"your account {account} was already cancelled when we looked at it.\n"
        "No further billing is scheduled for this account, and there is nothing more for you to do."
    )


def _referred(_request: CancellationRequest, account: str) -> str:
    return (
        f"you can cancel your account {account} yourself, at the time that suits you:\n"
        f"sign in and go to {_SELF_SERVICE}.\n\n"
        "If you do not find it there, reply to this message and we will cancel the account for you."
    )


def _refused(_request: CancellationRequest, account: str) -> str:
    return (
        f"we could not carry out your request about {account} as it stands, and have changed nothing.\n"
        "Please reply with the exact account name and account number, as they stand on your invoice."
    )


def _working(_request: CancellationRequest, account: str) -> str:
    return (
        f"we have received your request about your account {account} and are working on it.\n"
        "One of our staff is looking at it in person, and will write to you as soon as it is settled.\n"
        "There is nothing you need to do."
    )


def _withdrawn(_request: CancellationRequest, account: str) -> str:
    return f"your request about your account {account} was withdrawn, and we have changed nothing."


def _cancelled_by_person(request: CancellationRequest, account: str) -> str:
    return (
        f"one of our staff has cancelled your account {account} in person, as you asked.\n"
        f"The date of cancellation is {_day(request)}."
    )


def _already_by_person(_request: CancellationRequest, account: str) -> str:
    return f"one of our staff has looked at your account {account} in person: it was already cancelled."


def _refused_by_person(_request: CancellationRequest, account: str) -> str:
    return (
        f"we could not carry out your request about {account} as it stands.\n"
        "Please reply with the exact account name and account number, as they stand on your invoice."
    )


_BODIES = {
    End.CANCELLED: _cancelled,
    End.ALREADY_CANCELLED: _already,
    End.REFERRED: _referred,
    End.REFUSED: _refused,
    End.NEEDS_HUMAN: _working,
    End.WITHDRAWN: _withdrawn,
}
_BY_PERSON = {
    End.CANCELLED: _cancelled_by_person,
    End.ALREADY_CANCELLED: _already_by_person,
    End.REFUSED: _refused_by_person,
}
