"""Promise 1: number and name, read on that same document, match the request exactly."""

import re

from flows.errors import NeedsHuman, Refusal
from flows.model import CancellationRequest
from page_objects.admin_page import Identity
from page_objects.wording import identity_text, same_name


def digits(text: str) -> str:
    """The account number in the value of its label; "" if the value has no digit, and so is none."""
    first = text.strip().lstrip("#").split()
    return first[0].strip("#(),;") if first and any(letter.isdigit() for letter in first[0]) else ""


def line_that_states_both(lines: tuple[str, ...], number: str, name: str, patterns: tuple[str, ...]) -> str:
    """The line that states number and name together, in one of the patterns; "" if none does.

    Where the number comes first, other words may stand before it ("Link to AR: 611974 - 12-10 Test"), but the name must
    end the line; where the name comes first, nothing may stand before it but a label with a colon: "Old 12-10 Test
    (611974)" is another name.
    """
    for pattern in patterns:
        wanted = identity_text(pattern.format(number=number, name=name))
        number_first = pattern.index("{number}") < pattern.index("{name}")
        before = r"(?:.*[^\w.-])?" if number_first else r"(?:[^:]*:\s*)?"
        expression = re.compile(before + re.escape(wanted), re.DOTALL)
        found = next((line for line in lines if wanted in line and expression.fullmatch(line)), "")
        if found:
            return found
    return ""


def other_numbers(identity: Identity, number: str) -> list[str]:
    """Labelled account numbers that are not the request's."""
    return [seen for seen in identity.numbers if digits(seen) and digits(seen) != number]


def confirm_identity(identity: Identity, request: CancellationRequest, patterns: tuple[str, ...], page: str) -> None:
    """Return if the document is the account's, by number and by name.

    Raises Refusal (number_mismatch, name_mismatch) if it states another account, NeedsHuman (identity_unreadable) if it
    does not state both.
    """
    wrong = other_numbers(identity, request.account_number)
    if wrong:
        raise Refusal(
            "number_mismatch",
            f"{page} shows account number {wrong[0][:60]}, the request says {request.account_number}: check the request",
        )
    if line_that_states_both(identity.lines, request.account_number, request.account_name, patterns):
        return
    for name in identity.names:
        if name and not _names(name, request):
            raise Refusal(
                "name_mismatch",
                f'{page} shows the account name "{name[:120]}", the request says "{request.account_name[:120]}": '
                "check the request",
            )
    numbers = [digits(seen) for seen in identity.numbers]
    missing = [what for what, seen in (("number", numbers), ("name", identity.names)) if not any(seen)]
    if missing:
        raise NeedsHuman(
            "identity_unreadable",
            f"{page} does not state the account's {' and '.join(missing)} where it can be read together with what is to "
            "be clicked; set words.organization.account_number, account_name or identity in the profile",
        )


def _names(seen: str, request: CancellationRequest) -> bool:
    """Whether a value beside "Account Name" is the request's name, alone or together with the number."""
    if same_name(seen, request.account_name):
        return True
    number, name = rf"\(?#?{re.escape(request.account_number)}\)?", re.escape(identity_text(request.account_name))
    gap = r"(?:\s*[-:,]\s*|\s+)"  # nothing else may stand beside the name: "12-10 Test#" is another one
    return bool(re.fullmatch(f"{number}{gap}{name}|{name}{gap}{number}", identity_text(seen)))
