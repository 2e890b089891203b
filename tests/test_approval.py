"""Approval: asked for once the plan is made and before anything of it is begun; never for what is half done."""

from typing import Any
from unittest.mock import MagicMock

import pytest

from flows.approval import have_plan_approved
from flows.errors import NotYetApproved
from flows.procedure import STEPS
from flows.steps import check_that_it_can_be_finished, read_account


def walk(*intents: tuple[str, str], needed: bool = True, blocked: tuple[str, ...] = ()) -> Any:
    made = MagicMock()
    made.plan.effects, made.plan.blocked = (MagicMock(needed=False), MagicMock(needed=needed)), blocked
    made.journal.intents.return_value = [MagicMock(effect=effect, outcome=outcome) for effect, outcome in intents]
    return made


@pytest.mark.parametrize(
    "before",
    [(), ("switch_module", "done"), ("update_organization", "done"), ("open_page", "done"), ("set_status", "not_done")],
)
def test_the_plan_is_approved_where_nothing_of_it_was_begun(before: tuple[str, str] | tuple[()]) -> None:
    one = walk(*([before] if before else []))
    one.session.approve.return_value = True
    assert have_plan_approved(one) == "done"
    one.session.approve.assert_called_once_with(one.plan)
    one.session.approve.return_value = False
    assert have_plan_approved(one) == "left out"


@pytest.mark.parametrize("outcome", ["", "unknown", "answered", "done"])
def test_what_is_half_done_is_finished_without_asking_again(outcome: str) -> None:
    one = walk(("set_status", outcome))
    assert have_plan_approved(one) == "already"
    one.session.approve.assert_not_called()


def test_nobody_is_asked_where_nothing_is_needed_or_nothing_could_be_done() -> None:
    for one, said in ((walk(needed=False), "already"), (walk(blocked=("no field for the reason",)), "left out")):
        assert have_plan_approved(one) == said
        one.session.approve.assert_not_called()


def test_a_plan_that_waits_ends_the_attempt() -> None:
    one = walk()
    one.session.approve.side_effect = NotYetApproved("the plan waits")
    with pytest.raises(NotYetApproved):
        have_plan_approved(one)


def test_it_stands_between_the_reading_and_the_first_click() -> None:
    order = [step.do for step in STEPS]
    place = order.index(have_plan_approved)
    assert order[place - 1] is read_account
    assert order[place + 1] is check_that_it_can_be_finished
    assert all(step.kind == "read" for step in STEPS[:place])
