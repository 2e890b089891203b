"""Which plans need another person's yes, who is another person, and what a yes is bound to."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from flows.model import AccountReading, BillingRow, Effect, PlannedEffect
from flows.planning import _hash
from flows.profile import Approval
from rpa.queue.approval_rules import asked_by, may_be_same, reasons_of
from tests.approval_bench import plan
from tests.queue_bench import request

UNREAD = (BillingRow(number="B-1", amount=Decimal(5)), BillingRow(number="B-2", amount=None, amount_text="on request"))
CREDIT = (BillingRow(number="B-1", amount=Decimal(100)), BillingRow(number="B-2", amount=Decimal(-60)))


@pytest.mark.parametrize(
    ("rules", "reading", "reasons"),
    [
        ({}, {}, []),
        ({}, {"license_count": None, "billing": None}, []),
        ({"all": True}, {}, ["each plan needs it"]),
        ({"licenses_from": 4}, {}, []),
        ({"licenses_from": 3}, {}, ["3 licenses (3 or more)"]),
        ({"licenses_from": 4}, {"license_count": None}, ["the license count was not read"]),
        ({"money_from": "100.01"}, {}, []),
        ({"money_from": 100}, {}, ["billings of 100.00 stop (100.00 or more)"]),
        ({"money_from": "1000"}, {"billing": None}, ["the billing page was not read, so the money that stops is not known"]),
        ({"money_from": "1000"}, {"billing": UNREAD}, ["an amount could not be read, so the money that stops is not known"]),
        ({"money_from": "100"}, {"billing": CREDIT}, ["billings of 100.00 stop (100.00 or more)"]),
        ({"money_from": "1"}, {"billing": ()}, []),
        ({"names": ["count 7"]}, {}, ['the name has "count 7" in it']),
        ({"names": ["Accóunt 7"]}, {}, ['the name has "Accóunt 7" in it']),
        ({"names": ["Other", "church"]}, {}, []),
        ({"names": ["church"]}, {"account_name": "St. Mary\u2019s C\u200bHURCH"}, ['the name has "church" in it']),
        ({"all": True, "licenses_from": 1}, {}, ["each plan needs it", "3 licenses (1 or more)"]),
    ],
)  # fmt: skip
def test_a_rule_is_met_or_what_it_needs_was_not_read(
    rules: dict[str, Any], reading: dict[str, Any], reasons: list[str]
) -> None:
    assert reasons_of(plan(request(7), **reading), Approval.model_validate(rules)) == reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann", "Ann"), ("Ann Lee", "  ANN   lee "), ("annlee", "Ann Lee"), ("Ann", "Ann Lee"), ("Lee, Ann", "Ann Lee"),
        ("ann.lee@example.com", "Ann Lee"), ("ann@example.com", "ann"), ("A\u200bnn", "ann"), ("José", "jose"),
        ("ＡＮＮ", "ann"), ("ann_lee", "ann-lee"), ("Bob", "Ann and Bob"), ("Straße", "STRASSE"),
    ],
)  # fmt: skip
def test_another_spelling_is_no_other_person(one: str, other: str) -> None:
    assert may_be_same(one, other)
    assert may_be_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("Bob", "Ann"), ("Ann Meyer", "Ann Lee"), ("Ann", "Annette"), ("--", "Ann")]
)
def test_another_name_is_another_person(one: str, other: str) -> None:
    assert not may_be_same(one, other)
    assert not may_be_same(other, one)


def test_those_behind_a_request_are_found_whatever_command_names_them() -> None:
    asked = request(0, requested_by="Carl")
    assert asked_by(asked, "rpa cancel by ann", "dora") == ("Carl", "dora", "ann")
    assert asked_by(request(0), "rpa run made by ann.csv", "rpa cancel by Ann Lee") == ("Ann Lee",)
    assert asked_by(request(0), "a file", " ") == ()


def test_a_yes_is_bound_to_all_that_a_person_sees() -> None:
    """Beside the warnings, which follow from it and the day."""
    row, other = BillingRow(number="B-1", amount=Decimal(5)), BillingRow(number="B-2", amount=Decimal(5))
    asked, read = request(0), AccountReading(account_number="611000", account_name="Account 0", billing=(row,))
    step = PlannedEffect(effect=Effect.SET_STATUS, clause="6.3", what="w", before="ACTIVE", after="DELETE", needed=True)
    first = _hash(asked, read, (step,), (row,))
    others = [
        _hash(request(0, date=dt.date(2026, 1, 3)), read, (step,), (row,)),
        _hash(request(0, reason="Other"), read, (step,), (row,)),
        _hash(request(0, opt_out=True), read, (step,), (row,)),
        _hash(request(0, account_number="611001"), read, (step,), (row,)),
        _hash(request(0, account_name="Account 1"), read, (step,), (row,)),
        _hash(asked, read.model_copy(update={"license_count": 3}), (step,), (row,)),
        _hash(asked, read.model_copy(update={"billing": (other,)}), (step,), (row,)),
        _hash(asked, read, (step.model_copy(update={"after": "GONE"}),), (row,)),
        _hash(asked, read, (), (row,)),
        _hash(asked, read, (step,), ()),
    ]
    assert len({first, *others}) == 1 + len(others)
    assert _hash(request(0, id="r-1", requested_by="Carl"), read, (step,), (row,)) == first
