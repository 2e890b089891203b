"""Every fault with its defined end. The ledger is the judge: what the robot says is never better than the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fixtures.standin import FAULTS
from flows.journal import EventKind
from flows.model import End, Outcome
from flows.notes import Notes
from tests.conftest import Bench, bench_on
from tests.faults_bench import (
    NUMBER,
    Blow,
    Struck,
    browser_killed,
    driver_frozen,
    driver_killed,
    endless_loop,
    fresh,
    judge,
    leave_to_do,
    renderers_killed,
)

DONE = frozenset({"cancelled"})
UNKNOWN = frozenset({"unknown_effect"})
EITHER = DONE | UNKNOWN
"""What may be read may be proven; what may not be read is handed to a person."""
STATUS, FORM, BILLINGS = ("set_status",), ("form",), ("cancel_billings",)


@dataclass(frozen=True)
class Row:
    """One fault: where it strikes, and the codes that are right for it ("cancelled": the end itself)."""

    fault: str
    on: str | None = None
    ends: frozenset[str] = DONE
    params: dict[str, Any] = field(default_factory=dict)
    left: tuple[str, ...] = STATUS
    times: int | None = 1
    number: str = NUMBER
    quick: bool = False

    def __str__(self) -> str:
        about = [f"{key}={value}" for key, value in self.params.items()] + ["for ever"] * (self.times is None)
        whose = [f"of {self.number}"] * (self.number != NUMBER)
        return " ".join([self.fault, f"on {self.on}" if self.on else "anywhere", *about, *whose])


def codes(*names: str) -> frozenset[str]:
    return frozenset(names)


EFFECTS = "set_status"
TO_THE_EFFECT = [
    Row("rst_before", EFFECTS, UNKNOWN, quick=True),
    Row("rst_after", EFFECTS, DONE, quick=True),
    Row("rst_before", EFFECTS, EITHER, {"connection": "fresh"}),
    Row("rst_before", EFFECTS, DONE, {"connection": "reused"}),
    Row("rst_after", EFFECTS, DONE, {"connection": "fresh"}),
    Row("rst_after", EFFECTS, DONE, {"connection": "reused"}),
    Row("apply_no_answer", EFFECTS, DONE),
    Row("hang", EFFECTS, UNKNOWN),
    Row("apply_late", EFFECTS, DONE, {"answer": "error"}),
    Row("apply_late", EFFECTS, DONE, {"answer": "reset"}),
    Row("apply_late", EFFECTS, DONE, {"answer": "hang"}),
    Row("truncated", EFFECTS, DONE),
    Row("redirect_loop", EFFECTS, UNKNOWN),
    Row("status_429", EFFECTS, UNKNOWN),
    Row("status_500", EFFECTS, UNKNOWN),
    Row("status_502", EFFECTS, UNKNOWN),
    Row("status_503", EFFECTS, UNKNOWN),
    Row("status_504", EFFECTS, UNKNOWN),
    Row("sign_in_200", EFFECTS, DONE),
    Row("session_expired_before", EFFECTS, DONE),
    Row("session_expired_before", EFFECTS, DONE, {"resume": True}, quick=True),
    Row("session_expired_after", EFFECTS, DONE),
    Row("maintenance", EFFECTS, UNKNOWN),
    Row("role_error", EFFECTS, UNKNOWN),
    Row("foreign_redirect", EFFECTS, UNKNOWN),
    Row("backend_down", EFFECTS, UNKNOWN),
    Row("backend_down", EFFECTS, UNKNOWN, {"how": "reset"}),
    Row("success_not_done", EFFECTS, UNKNOWN),
    Row("error_but_done", EFFECTS, DONE),
    Row("effect_late", EFFECTS, DONE),
    Row("latency", EFFECTS, DONE, {"seconds": 2}),
    Row("locked", EFFECTS, codes("record_locked", "unknown_effect")),
    Row("refused", EFFECTS, EITHER),
    Row("refused", EFFECTS, DONE, {"seconds": 2}),
    Row("rst_before", "remove_license_count", UNKNOWN, left=("remove_license_count",)),
    Row("rst_after", "remove_license_count", DONE, left=("remove_license_count",)),
    Row("rst_before", "cancel_billings", UNKNOWN, left=BILLINGS),
    Row("rst_after", "cancel_billings", DONE, left=BILLINGS),
    Row("success_not_done", "cancel_billings", codes("still_scheduled"), left=BILLINGS),
    Row("error_but_done", "cancel_billings", DONE, left=BILLINGS),
    Row("locked", "cancel_billings", codes("still_scheduled", "record_locked", "unknown_effect"), left=BILLINGS),
    Row("rst_before", "set_contact_info", UNKNOWN, left=("set_contact_info",)),
    Row("rst_after", "set_contact_info", DONE, left=("set_contact_info",)),
]
SAVE = "update_organization"
TO_A_SAVE = [
    Row("rst_before", SAVE, UNKNOWN, left=FORM),
    Row("rst_after", SAVE, DONE, left=FORM),
    Row("truncated", SAVE, DONE, left=FORM),
    Row("error_but_done", SAVE, DONE, left=FORM),
    Row("success_not_done", SAVE, UNKNOWN, left=FORM),
    Row("apply_late", SAVE, DONE, left=FORM),
    Row("locked", SAVE, codes("record_locked", "unknown_effect"), left=FORM),
    Row("session_expired_before", SAVE, DONE, left=FORM),
    Row("session_expired_before", SAVE, DONE, {"resume": True}, left=FORM),
    Row("session_expired_after", SAVE, DONE, left=FORM),
    Row("update_fails", None, DONE, number="530101"),
    Row("update_fails", None, DONE, number="530101", times=None),
    Row("location_not_saved", None, DONE, number="531201"),
    Row("location_not_saved", None, DONE, number="531201", times=None),
    Row("rst_after", SAVE, DONE | codes("link_unreachable", "site_down"), number="530101"),
    Row("rst_before", SAVE, DONE | codes("link_unreachable", "site_down"), number="530101"),
]
FOREIGN = codes("foreign_host")
TO_A_PAGE = [
    *(
        Row(fault, page)
        for page in ("organization", "start_page", "cancel_page", "billing")
        for fault in ("status_503", "maintenance", "sign_in_200", "session_expired_before", "truncated")
    ),
    *(
        Row(fault, "billing")
        for fault in ("status_429", "status_500", "status_502", "status_504", "backend_down", "download", "role_error")
    ),
    Row("redirect_loop", "billing", DONE | codes("site_down")),
    Row("hang", "billing"),
    Row("role_persistent", "billing"),
    Row("role_persistent", "billing", codes("role_denied"), times=None),
    Row("role_error", "organization"),
    Row("role_error", "start_page"),
    Row("role_error", "cancel_page"),
    Row("status_503", "billing", codes("site_down"), times=None),
    Row("maintenance", "any", codes("maintenance"), times=None),
    Row("session_expired_before", "billing", codes("sign_in"), times=None),
    Row("latency", "any", DONE, {"seconds": 0.5}, times=None),
    Row("foreign_redirect", "organization", FOREIGN),
    Row("foreign_redirect", "start_page", FOREIGN),
    Row("foreign_redirect", "billing", FOREIGN, quick=True),
    Row("refused", None, codes("site_down")),
    Row("refused", None, DONE, {"seconds": 2}),
    Row(
        "backend_other_account",
        "start_page",
        codes("name_mismatch", "number_mismatch", "wrong_account"),
        {"other": "611975"},
        times=None,
    ),
    Row(
        "backend_other_account",
        "billing",
        codes("wrong_account", "identity_unreadable", "number_mismatch", "name_mismatch", "drift"),
        {"other": "611975"},
    ),
    Row(
        "backend_other_account",
        "cancel_page",
        codes("wrong_account", "identity_unreadable", "number_mismatch", "name_mismatch", "drift"),
        {"other": "611975"},
        times=None,
    ),
    Row("stale_status", "page", codes("unknown_effect"), times=None),
    Row("stale_status", "start_page", times=None),
    Row("resort", "page", EITHER, times=None, left=BILLINGS, number="540331"),
    Row("module_missing", "page", codes("role_denied", "drift"), times=None, number="535501"),
    Row("back_elsewhere", "start_page", number="535501"),
]
DELETE = "Set Account Status = 'DELETE'"
SHOWN = [
    Row(
        "changed_word",
        "cancel_page",
        codes("drift"),
        {"old": DELETE, "new": "Set Account State = 'DELETE'"},
        times=None,
    ),
    Row(
        "changed_word",
        "billing",
        DONE | codes("still_scheduled", "unknown_status", "unknown_effect", "drift"),
        {"old": "Scheduled", "new": "Planned"},
        times=None,
        left=BILLINGS,
    ),
    Row(
        "changed_word",
        "organization",
        DONE | codes("drift", "identity_unreadable"),
        {"old": "Account Name", "new": "Client"},
        times=None,
    ),
    Row("duplicate_word", "cancel_page", codes("drift"), {"words": DELETE}, times=None),
    Row("duplicate_word", "organization", DONE | codes("drift"), {"words": "Update"}, times=None, left=FORM),
    *(Row(fault, "page", times=None) for fault in ("slow_script", "foreign_image", "foreign_script", "foreign_frame")),
    Row("popup", "page", times=None, quick=True),
    Row("popup", "page", DONE, {"foreign": True}, times=None),
    Row("rerender", "cancel_page", times=None),
    Row("rerender", "page", times=None),
    Row("dialog", "page", DONE | codes("unexpected_dialog"), times=None),
    Row("two_dialogs", "page", DONE | codes("unexpected_dialog"), times=None),
    Row("dialog", "cancel_page", codes("unexpected_dialog"), {"when": "click"}, times=None),
    Row(
        "dialog",
        "cancel_page",
        codes("unexpected_dialog"),
        {"when": "click", "text": "Purge all data of this account?"},
        times=None,
    ),
    Row("dialog", "cancel_page", DONE, {"when": "click", "type": "alert", "text": "Hello"}, times=None),
    Row("overlay", "page", codes("drift", "unknown_page", "sign_in"), times=None),
    Row("overlay", "cancel_page", DONE, {"seconds": 2}, times=None),
]
ROWS = [*TO_THE_EFFECT, *TO_A_SAVE, *TO_A_PAGE, *SHOWN]


def told(outcome: Outcome) -> str:
    return "cancelled" if outcome.end is End.CANCELLED else outcome.code


@pytest.fixture(scope="module")
def bench_of_faults(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One at a time: Playwright's sync API does not stand two in one thread. Another skin closes the one before."""
    skin = getattr(request, "param", "classic")
    with bench_on(skin, tmp_path_factory.mktemp(skin)) as bench:
        yield bench


@pytest.fixture
def bench(bench_of_faults: Bench) -> Bench:
    return fresh(bench_of_faults)


def carried_out(bench: Bench, row: Row) -> Outcome:
    leave_to_do(bench, row.number, *row.left)
    bench.site.arm(row.fault, on=row.on, times=row.times, **row.params)
    notes = Notes(f"t-{row.number}", row.number)
    outcome = bench.cancel(row.number, notes)
    judge(bench, row.number, outcome, notes)
    return outcome


def marks(row: Row) -> list[pytest.MarkDecorator]:
    return [pytest.mark.long] * (not row.quick)


@pytest.mark.parametrize("row", [pytest.param(row, marks=marks(row), id=str(row)) for row in ROWS])
def test_a_fault_has_its_defined_end(bench: Bench, row: Row) -> None:
    outcome = carried_out(bench, row)
    assert told(outcome) in row.ends, f"{outcome.end} {outcome.code}: {outcome.message}"


def test_every_fault_of_the_stand_in_has_a_row() -> None:
    assert {row.fault for row in ROWS} == set(FAULTS)


# --- the browser's own faults ---

BLOWS = [
    pytest.param(
        browser_killed, EventKind.PLAN, "", id="the browser is killed before the effect", marks=pytest.mark.long
    ),
    pytest.param(browser_killed, EventKind.INTENT, "set_status", id="the browser is killed before the click"),
    pytest.param(
        browser_killed, EventKind.EFFECT_SENT, "", id="the browser is killed after the click", marks=pytest.mark.long
    ),
    pytest.param(renderers_killed, EventKind.PLAN, "", id="the page crashes before the effect", marks=pytest.mark.long),
    pytest.param(
        renderers_killed, EventKind.INTENT, "set_status", id="the page crashes before the click", marks=pytest.mark.long
    ),
    pytest.param(
        driver_killed, EventKind.PLAN, "", id="the driver is killed before the effect", marks=pytest.mark.long
    ),
    pytest.param(
        driver_killed,
        EventKind.INTENT,
        "set_status",
        id="the driver is killed before the click",
        marks=pytest.mark.long,
    ),
    pytest.param(driver_frozen, EventKind.PLAN, "", id="the driver hangs before the effect", marks=pytest.mark.long),
    pytest.param(endless_loop, EventKind.PLAN, "", id="the page hangs before the effect", marks=pytest.mark.long),
    pytest.param(
        endless_loop, EventKind.INTENT, "set_status", id="the page hangs before the click", marks=pytest.mark.long
    ),
]


@pytest.mark.filterwarnings(
    "ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Playwright's own
@pytest.mark.parametrize(("blow", "at", "about"), BLOWS)
def test_a_browser_that_dies_costs_time_and_no_effect(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, blow: Blow, at: EventKind, about: str
) -> None:
    monkeypatch.setattr(bench.robot.running.watchdog, "_seconds", 12.0)
    leave_to_do(bench, NUMBER, *STATUS)
    notes = Struck(bench, NUMBER, at, blow, about)
    outcome = bench.cancel(NUMBER, notes)
    assert notes.struck
    judge(bench, NUMBER, outcome, notes)
    assert told(outcome) in EITHER, f"{outcome.code}: {outcome.message}"


@pytest.mark.long
def test_a_browser_that_dies_each_time_ends_with_a_person(bench: Bench) -> None:
    leave_to_do(bench, NUMBER, *STATUS)
    notes = Struck(bench, NUMBER, EventKind.PLAN, browser_killed, times=99)
    outcome = bench.cancel(NUMBER, notes)
    judge(bench, NUMBER, outcome, notes)
    assert (outcome.end, outcome.code) == (End.NEEDS_HUMAN, "browser_failed")
    assert not bench.received(NUMBER)


# --- what one table cannot hold ---


@pytest.mark.long
def test_a_backend_that_acts_on_another_account_is_never_called_a_refusal(bench: Bench) -> None:
    """The site's own error, after all was read well: an effect was asked for, so nobody may say "nothing done"."""
    leave_to_do(bench, NUMBER, *STATUS)
    bench.site.arm("backend_other_account", on="set_status", other="611975")
    outcome = bench.cancel(NUMBER)
    assert outcome.end is End.NEEDS_HUMAN, f"{outcome.end} {outcome.code}: {outcome.message}"


@pytest.mark.long
def test_after_an_effect_that_was_refused_no_other_is_pressed(bench: Bench) -> None:
    bench.site.arm("locked", on="remove_license_count")
    outcome = bench.cancel(NUMBER)
    assert outcome.end is End.NEEDS_HUMAN
    assert bench.received(NUMBER) == ["remove_license_count"]


@pytest.mark.long
def test_a_rotated_password_is_tried_once_and_never_again(bench: Bench) -> None:
    bench.site.rotate_password()
    for number in (NUMBER, "541000"):
        assert bench.cancel(number).code == "sign_in"
    assert [entry.kind for entry in bench.site.ledger] == ["sign_in"]


@pytest.mark.long
def test_a_person_who_cancels_meanwhile_is_not_in_the_way(bench: Bench) -> None:
    notes = Struck(bench, NUMBER, EventKind.PLAN, lambda there: there.site.person_cancels(NUMBER))
    outcome = bench.cancel(NUMBER, notes)
    bench.assert_no_harm(NUMBER)
    assert outcome.end is not End.REFUSED


@pytest.mark.long
@pytest.mark.parametrize(
    ("bench_of_faults", "fault", "on", "ends"),
    [
        ("frames", "rst_after", EFFECTS, DONE),
        ("frames", "truncated", "billing", DONE),
        ("frames", "overlay", "cancel_page", codes("drift", "unknown_page")),
        ("frames", "dialog", "cancel_page", DONE | codes("unexpected_dialog")),
        ("spa", "rst_after", EFFECTS, DONE),
        ("spa", "error_but_done", EFFECTS, DONE),
        ("spa", "rerender", "page", DONE | codes("drift")),  # what is cloned has lost its listeners
        ("hover", "rst_after", EFFECTS, DONE),
        ("postback", "session_expired_before", EFFECTS, DONE),
        ("popups", "rst_after", EFFECTS, DONE),
    ],
    indirect=["bench_of_faults"],
)
def test_faults_in_other_skins(bench: Bench, fault: str, on: str, ends: frozenset[str]) -> None:
    once = on == EFFECTS or fault == "truncated"
    outcome = carried_out(bench, Row(fault, on, ends, times=1 if once else None))
    assert told(outcome) in ends, f"{outcome.end} {outcome.code}: {outcome.message}"
