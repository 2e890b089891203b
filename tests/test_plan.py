"""A plan reads and says what would be done (promise 10). It causes no effect, whatever the account."""

import contextlib
import re
from decimal import Decimal

import pytest

from flows.errors import CancellationError, Refusal
from flows.model import Plan
from tests.conftest import Bench
from tests.test_ends import changed

ROLES = (
    "server_location_missing", "backend_only", "several", "submitted_billing",
)  # fmt: skip
"""What a plan could be tempted to change something for: run by make test."""
OTHERS = (
    "ordinary", "dead_link", "near_twin", "leading_zeros", "same_name", "server_not_in_table", "link_unreachable",
    "self_service", "role_denied_persistent", "already_cancelled", "half_cancelled", "old_server",
    "stubborn_billing", "paged_billing", "no_billing", "unusual_status", "hostile_name",
    "foreign_location", "update_rejected", "locked_record", "role_denied", "no_dropdown",
)  # fmt: skip


def plan(bench: Bench, number: str, **changes: object) -> Plan:
    return bench.robot.plan(bench.request(number, **changes))


def needed(made: Plan) -> list[str]:
    return [str(one.effect) for one in made.effects if one.needed]


@pytest.mark.parametrize("role", [*ROLES, *(pytest.param(role, marks=pytest.mark.long) for role in OTHERS)])
def test_a_plan_causes_no_effect(classic: Bench, role: str) -> None:
    number = classic.site.accounts_with(role)[0].number
    before = {account.number: account for account in classic.site.accounts()}
    with contextlib.suppress(CancellationError):
        assert re.fullmatch("[0-9a-f]{64}", plan(classic, number).hash)
    assert {entry.kind for entry in classic.site.ledger} <= {"sign_in"}
    assert {account.number: account for account in classic.site.accounts()} == before
    assert classic.site.foreign_visits == []


def test_the_plan_names_the_effects_the_rows_and_the_money(classic: Bench) -> None:
    account = classic.site.account("611974")
    made = plan(classic, "611974")
    stops = account.rows("Scheduled", "Submitted")
    assert needed(made) == [
        "remove_license_count",
        "cancel_billings",
        "set_status",
        "set_contact_info",
        "fill_form",
    ]
    assert {row.number for row in made.rows_to_stop} == {row.invoice for row in stops}
    assert made.money_stopped == sum(Decimal(row.amount) for row in stops)
    assert made.reading.license_count == account.licenses
    assert (made.effects[0].before, made.effects[0].after) == (str(account.licenses), "0")


def test_the_hash_is_stable_and_binds_the_account_and_the_request(classic: Bench) -> None:
    first = plan(classic, "541000").hash
    assert plan(classic, "541000").hash == first
    assert plan(classic, "541000", id="another id", requested_by="somebody else").hash == first
    assert plan(classic, "541000", reason="Another reason").hash != first
    classic.site.person_cancels("541000", ["remove_license_count"])
    assert plan(classic, "541000").hash != first


def test_the_reason_is_planned_as_the_form_will_say_it(classic: Bench) -> None:
    made = plan(classic, "541000")
    assert "reason Too expensive," in made.effects[-1].after
    assert made.warnings == ()
    other = plan(classic, "541000", reason="Moving to Mars")
    assert "reason Other," in other.effects[-1].after
    assert any('"Moving to Mars" is not offered' in warning for warning in other.warnings)


def test_what_is_true_already_is_not_planned_again(classic: Bench) -> None:
    classic.site.person_cancels("541000", ["cancel_billings", "set_status"])
    made = plan(classic, "541000")
    assert needed(made) == ["remove_license_count", "set_contact_info", "fill_form"]
    assert made.money_stopped == 0
    assert made.rows_to_stop == ()


def test_a_plan_for_a_cancelled_account_needs_nothing(classic: Bench) -> None:
    made = plan(classic, "537701")
    assert needed(made) == []


def test_money_of_many_pages_is_summed_whole(classic: Bench) -> None:
    rows = classic.site.account("740333").rows("Scheduled", "Submitted")
    made = plan(classic, "740333")
    assert len(made.rows_to_stop) == len(rows) == 64
    assert made.money_stopped == sum(Decimal(row.amount) for row in rows)


def test_a_plan_warns_of_what_is_due_soon_or_submitted(classic: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice is stretched, because the stand-in's dates stand still and the clock does not."""
    monkeypatch.setattr(classic.robot, "profile", changed(classic.profile, policy={"notice_days": 365}))
    made = plan(classic, "540221")
    submitted = [row.number for row in made.rows_to_stop if row.status == "Submitted"]
    assert submitted
    assert [f"billing {number} is already Submitted" for number in submitted] == [
        text for text in made.warnings if "Submitted" in text
    ]
    assert any("is due" in text and "within 365 days" in text for text in made.warnings)


@pytest.mark.parametrize(
    ("number", "warning"),
    [
        ("539901", "the customer could cancel by himself"),
        ("531201", "Server Location is empty; it may be set to "),
        ("740553", "has the status"),
    ],
)
def test_a_plan_warns_of_what_a_person_should_know(classic: Bench, number: str, warning: str) -> None:
    made = plan(classic, number)
    assert any(warning in text for text in made.warnings), made.warnings


def test_a_plan_is_refused_as_the_cancellation_would_be(classic: Bench) -> None:
    with pytest.raises(Refusal) as refused:
        plan(classic, "611974", account_name="12-10 TEST.")
    assert refused.value.code in {"not_found", "name_mismatch"}
    assert {entry.kind for entry in classic.site.ledger} <= {"sign_in"}
