"""All clauses one after another, as the robot does them: the account and its billing are cancelled completely."""

from collections.abc import Callable

import pytest

from fixtures.plugin import AdminAccount
from fixtures.standin import AccountTruth
from flows.model import End, Outcome

pytestmark = pytest.mark.admin_effects


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4", "7", "8", "9", "10")
def test_account_and_billing_are_cancelled_completely(
    ordinary_account: AdminAccount, cancel_account: Callable[..., Outcome], known: Callable[[], AccountTruth | None]
) -> None:
    outcome = cancel_account(opt_out=True)
    ends = {End.CANCELLED, End.ALREADY_CANCELLED}  # a canary of a real site may have been cancelled by an earlier run
    assert outcome.end in ends, f"account {ordinary_account.number}: {outcome.message}"
    open_points = [f"{line.claim}: {line.seen}" for line in outcome.proof if not line.ok]
    assert outcome.proof, f"account {ordinary_account.number}: the proof has no lines"
    assert not open_points, f"not proven: {'; '.join(open_points)}"
    truth = known()
    assert truth is None or truth.cancelled, "the site does not hold the account as cancelled"


@pytest.mark.clause("7", "8", "9", "10")
def test_an_account_that_was_cancelled_before_is_proven_so_and_nothing_is_clicked(
    already_cancelled_account: AdminAccount, cancel_account: Callable[..., Outcome],
    assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    outcome = cancel_account()
    assert outcome.end is End.ALREADY_CANCELLED, f"account {already_cancelled_account.number}: {outcome.message}"
    assert_nothing_else()
