"""The procedure of Solution 801493 as data: its steps in the article's order, its recoveries as a bounded table.

`PROCEDURE.md` holds the article's sentences, clause by clause; a test holds the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flows import effects, recoveries, steps
from flows.approval import have_plan_approved
from flows.walk import Walk
from page_objects.obstacles import (
    DeadLink,
    NotHere,
    NothingHappened,
    Obstacle,
    RoleDenied,
    SignedOut,
    SiteDown,
)


@dataclass(frozen=True)
class Step:
    """`clause` names the article's clause; `do` returns "done", "already", "answered" or "left out"."""

    clause: str
    title: str
    do: Callable[[Walk], str]
    kind: str = "read"
    """read, effect, or proof."""


@dataclass(frozen=True)
class Recovery:
    """What is done on an obstacle, at most so often in one run, where `when` allows it."""

    clause: str
    on: type[Obstacle]
    by: Callable[[Walk], None]
    at_most: int
    when: Callable[[Walk], bool] = lambda _walk: True


STEPS = (
    Step("2", "refuse accounts that the profile protects", steps.check_protected),
    Step("2", "look up the Account Name under Organization", steps.look_up_account),
    Step("1", "see whether the customer can cancel within their own account", steps.check_self_service),
    Step("2", "read the record before anything is changed", steps.read_record),
    Step("3-4", "choose the drop-down, click (NewManageAcctsLink), Cancellation Start Page", steps.open_start_page),
    Step("7-9", "read billing and Cancelled tab, take the snapshot, make the plan", steps.read_account),
    Step("5", "have the plan approved before the first click, where policy asks for it", have_plan_approved),
    Step(
        "8-10", "make sure that the form can be filled out and the end be proven", steps.check_that_it_can_be_finished
    ),
    Step("5", "click Cancel Subscription / Cancel Bills / Delete Account", steps.open_cancel_page),
    Step("6.1", "Remove License Count, change to 0", effects.remove_license_count, "effect"),
    Step("6.2", "Cancel All Scheduled and Submitted Billings.", effects.cancel_billings, "effect"),
    Step("6.3", "Set Account Status = 'DELETE'", effects.set_status, "effect"),
    Step("6.4", "Set Organization / Contact Info", effects.set_contact_info, "effect"),
    Step(
        "7-9", "double check by Link to AR: nothing Scheduled, the Cancelled tab", steps.double_check_billing, "proof"
    ),
    Step("10", "fill out the form Required for Cancellation", effects.fill_form, "effect"),
    Step("8-10", "prove it: billing, the Cancelled tab, the record and its form", steps.prove_all, "proof"),
    Step("7a", "put the App Module back", steps.restore_module),
)

RECOVERIES = (
    Recovery("4a", DeadLink, recoveries.press_update, 1, recoveries.may_update),
    Recovery("4b", DeadLink, recoveries.enter_server_location, 1, recoveries.may_enter_server_location),
    Recovery("4c", DeadLink, recoveries.use_backend_url, 1, recoveries.may_use_backend),
    Recovery("4a", NothingHappened, recoveries.press_update, 1, recoveries.may_update),
    Recovery("4b", NothingHappened, recoveries.enter_server_location, 1, recoveries.may_enter_server_location),
    Recovery("4c", NothingHappened, recoveries.use_backend_url, 1, recoveries.may_use_backend),
    Recovery("7a", RoleDenied, recoveries.switch_to_premium_and_return, 1, recoveries.may_switch_module),
    Recovery("session", SignedOut, recoveries.sign_in_again, 3),
    Recovery("site", SiteDown, recoveries.wait_and_retry, 2),
    Recovery("page", NotHere, recoveries.close_and_reopen, 1),
    Recovery("4c", NotHere, recoveries.use_backend_url, 1, recoveries.may_use_backend_for_a_wrong_page),
)
