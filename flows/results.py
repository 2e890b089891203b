"""Which of the look-up's results is the account (clause 2): exactly one, by name and number, or a refusal."""

from typing import TYPE_CHECKING

from flows.errors import Refusal
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch
from page_objects.result_list import Result

if TYPE_CHECKING:
    from flows.walk import Walk

SAME_NAMES = 10
"""So many records of one name are opened to find the one with the number, where the list shows no numbers."""


def open_result(walk: "Walk", search: OrganizationSearch, found: list[Result]) -> OrganizationPage:
    """The one result that is the account. Raises Refusal: not_found, name_mismatch, number_mismatch, ambiguous."""
    request = walk.request
    named = [one for one in found if one.names(request.account_name)]
    exact = [one for one in named if one.numbers(request.account_number)]
    if len(exact) == 1:
        return search.open(exact[0])
    if len(exact) > 1:
        raise Refusal("ambiguous", f"the look-up lists this name with this number {len(exact)} times: look at the list")
    if not named:
        _refuse_unnamed(walk, found, search.look_up.asked)
    numbers = [number for one in named for number in one.shown_numbers]
    if numbers:
        raise Refusal(
            "number_mismatch",
            f'"{request.account_name[:120]}" is listed with number {", ".join(numbers[:3])}, not '
            f"{request.account_number}: check the request",
        )
    return _open_each(walk, search, named)


def _open_each(walk: "Walk", search: OrganizationSearch, named: list[Result]) -> OrganizationPage:
    """The list shows no numbers: open the records of this name one after another, until one has the number."""
    numbers: list[str] = []
    for place in range(min(len(named), SAME_NAMES)):
        page = search.open(named[place]) if place == 0 else _open_place(walk, place, len(named))
        seen = page.identity().numbers
        if walk.request.account_number in seen or len(named) == 1:
            return page
        numbers += seen
    raise Refusal(
        "number_mismatch" if len(named) <= SAME_NAMES else "ambiguous",
        f"the look-up lists this name {len(named)} times, with numbers {', '.join(numbers[:5])}, not "
        f"{walk.request.account_number}: check the request",
    )


def _open_place(walk: "Walk", place: int, count: int) -> OrganizationPage:
    search = walk.to_search()
    found = search.search(walk.request.account_name, walk.request.account_number)
    named = (
        [] if isinstance(found, OrganizationPage) else [one for one in found if one.names(walk.request.account_name)]
    )
    if len(named) != count:
        raise Refusal("ambiguous", "the look-up's list changed while its records were opened: look at the list")
    return search.open(named[place])


def _refuse_unnamed(walk: "Walk", found: list[Result], asked: str) -> None:
    request = walk.request
    if any(one.numbers(request.account_number) for one in found):
        raise Refusal(
            "name_mismatch",
            f'number {request.account_number} is listed with another name than "{request.account_name[:120]}" '
            "(letter case counts): check the request",
        )
    raise Refusal(
        "not_found", f'no account is called "{request.account_name[:120]}" ({asked}): check the name in the request'
    )
