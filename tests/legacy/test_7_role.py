"""Clause 7a, gone through with: Premium Edition gives access to the billing page."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from fixtures.plugin import AdminAccount
from flows.modules import put_module_back
from flows.recoveries import switch_to_premium_and_return
from flows.session import SentRequests
from flows.walk import Walk
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.obstacles import RoleDenied

Effects = Callable[..., AbstractContextManager[SentRequests]]


@pytest.mark.admin_effects
@pytest.mark.clause("7a")
def test_changing_to_premium_edition_and_going_back_brings_one_to_the_billing_page(
    role_denied_account: AdminAccount, walk: Walk, start_page: CancellationStartPage, effects: Effects,
    assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    assert is_denied(walk, start_page), (
        f"the role has access to the billing page of {role_denied_account.number} already"
    )
    with effects("7a"):
        switch_to_premium_and_return(walk)
        try:
            rows = walk.to_billing(walk.fresh_start()).rows()
        finally:
            put_module_back(walk)
    assert rows, f"the billing page of {role_denied_account.number} shows no billing in Premium Edition"
    assert not walk.module_changed, "the App Module was not put back"
    assert_nothing_else("switch_module")


def is_denied(walk: Walk, start: CancellationStartPage) -> bool:
    try:
        walk.to_billing(start).rows()
    except RoleDenied:
        return True
    return False
