"""Every end and every code that the product can give, each at least once, judged by the site's ledger."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import flows
import rpa
from fixtures.standin.model import KINDS
from flows.errors import NO_END, Refusal
from flows.gate import not_done_code
from flows.model import End, Outcome
from flows.notes import Notes
from flows.profile import SiteProfile
from flows.results import open_result
from flows.runner import CODES
from flows.walk import Walk
from page_objects.obstacles import RoleDenied, SignedOut, UnexpectedDialog
from page_objects.result_list import Result
from rpa.browser_session import SignIns
from tests.conftest import FOUR, Bench

EFFECTS = set(KINDS) - {"sign_in", "switch_module"}
ELSEWHERE = {
    "half_done": "test_what_is_half_done_is_never_called_refused",
    "interrupted": "a person said stop: tests of the kill and of Ctrl-C",
    "waiting_approval": "test_robot_life.py: a plan that is not approved",
    "maintenance": "test_screen.py, and the tables of the faults",
    "browser_failed": "the browser died three times: tests of the faults",
    "unsafe_page": "test_unsafe_pages.py: a plan notes it and goes on",
    "no_baseline": "no end of a request: the gate's own; test_drift_gate.py",
    "ambiguous": "below, without a browser: the stand-in's numbers are unique",
}
"""Codes that have no row in CASES, and where they are tested."""


def changed(profile: SiteProfile, **parts: dict[str, Any]) -> SiteProfile:
    """The profile with some values of some parts replaced: site={"backend_url": None}."""
    copies = {part: getattr(profile, part).model_copy(update=values) for part, values in parts.items()}
    return profile.model_copy(update=copies)


def reworded(profile: SiteProfile, **labels: tuple[str, ...]) -> SiteProfile:
    return changed(profile, words={"organization": profile.words.organization.model_copy(update=labels)})


@dataclass(frozen=True)
class Case:
    """One way to an end. `profile` changes the site profile, `half`: it ends after effects."""

    end: End
    code: str
    number: str
    request: dict[str, Any] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()
    profile: Callable[[SiteProfile], SiteProfile] = lambda profile: profile
    half: bool = False


def fault(name: str, **values: Any) -> tuple[dict[str, Any], ...]:
    return ({"fault": name, "times": None, **values},)


def refused(code: str, number: str, **values: Any) -> Case:
    return Case(End.REFUSED, code, number, **values)


def human(code: str, number: str, **values: Any) -> Case:
    return Case(End.NEEDS_HUMAN, code, number, **values)


CASES = {
    "already cancelled": Case(End.ALREADY_CANCELLED, "", "537701"),
    "self-service, and policy refers": Case(
        End.REFERRED, "self_service", "539901", profile=lambda p: changed(p, self_service={"policy": "refer"})
    ),
    "no such name": refused("not_found", "611974", request={"account_name": "No Such Company"}),
    "a part of a name": refused("name_mismatch", "611974", request={"account_name": "12-10"}),
    "letter case": refused("name_mismatch", "611974", request={"account_name": "12-10 test"}),
    "the name of a near twin": refused("number_mismatch", "611975", request={"account_name": "12-10 Test"}),
    "another number": refused("number_mismatch", "611974", request={"account_number": "611999"}),
    "one digit more": refused("number_mismatch", "611974", request={"account_number": "6119744"}),
    "a leading zero too many": refused("number_mismatch", "611974", request={"account_number": "0611974"}),
    "protected by name": refused(
        "protected",
        "600001",
        profile=lambda p: changed(p, policy={"protected_names": ("Head Office - DO NOT CANCEL",)}),
    ),
    "protected by number": refused("protected", "611974", request={"account_number": "699999"}),
    "no drop-down and no backend URL": human(
        "unsupported_prefix", "810005", profile=lambda p: changed(p, site={"backend_url": None})
    ),
    "not even the backend knows it": human("link_unreachable", "634401"),
    "the role is denied in every module": human("role_denied", "635504"),
    "the site is down": human("site_down", "611974", faults=fault("status_503", on="page")),
    "another account on the backend": human(
        "wrong_account", "810005", faults=fault("backend_other_account", other="611975")
    ),
    "no page says whose it is": human(
        "identity_unreadable",
        "611974",
        profile=lambda p: reworded(p, account_number=("Nothing",), identity=("No. {number} of {name}",)),
    ),
    "the start page has another word": human(
        "unknown_page",
        "611974",
        faults=fault("changed_word", on="start_page", old="Cancel Subscription", new="End Subscription"),
        profile=lambda p: changed(p, timing={"page": 4.0}),
    ),
    "one of the four links has another word": human(
        "drift",
        "611974",
        faults=fault("changed_word", on="cancel_page", old="Set Account Status", new="Set Account State"),
    ),
    "one of the four links is there twice": human(
        "drift",
        "611974",
        faults=fault("duplicate_word", on="cancel_page", words="Set Organization / Contact Info"),
    ),
    "a dialog that asks for something else": human(
        "unexpected_dialog",
        "611974",
        faults=fault("dialog", on="cancel_page", text="Purge every account?", type="confirm", when="click"),
    ),
    "a row that stays scheduled": human("still_scheduled", "640112", half=True),
    "a row with a status never seen": human("unknown_status", "640552", half=True),
    "success said and nothing done": human(
        "unknown_effect", "611974", faults=fault("success_not_done", on="set_status"), half=True
    ),
    "the licence count is on no page": human(
        "unproven", "611974", profile=lambda p: reworded(p, license_count=("No such label",))
    ),
    "Update always fails": human("update_rejected", "643302", half=True),
    "the form can't be saved": human("update_rejected", "543301", half=True),
    "the record is locked by another user": human("record_locked", "544401", half=True),
}  # fmt: skip


LONG = {
    "the start page has another word",
    "Update always fails",
    "the form can't be saved",
    "the record is locked by another user",
    "a row that stays scheduled",
    "one digit more",
    "letter case",
}
"""They wait long, or other tests meet the same."""


@pytest.mark.parametrize("what", [pytest.param(one, marks=[pytest.mark.long] * (one in LONG)) for one in CASES])
def test_the_end_is_the_one_that_a_person_needs(classic: Bench, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[what]
    monkeypatch.setattr(classic.robot, "profile", case.profile(classic.profile))
    for one in case.faults:
        classic.site.arm(**one)
    outcome = classic.cancel(case.number, **case.request)
    assert (outcome.end, outcome.code) == (case.end, case.code), outcome.message
    assert len(outcome.message) > 20
    classic.assert_no_harm(case.number)
    if not case.half:
        assert_nothing_changed(classic)


def assert_nothing_changed(bench: Bench) -> None:
    """Not one effect was asked for, of any account, and no form was saved."""
    assert [entry for entry in bench.site.ledger if entry.kind in EFFECTS] == []


@pytest.mark.parametrize(
    "number",
    ["642202", "542203", *(pytest.param(one, marks=pytest.mark.long) for one in ("542201", "642204", "542205"))],
)
def test_a_server_location_that_leads_elsewhere_is_never_followed(classic: Bench, number: str) -> None:
    outcome = classic.cancel(number)
    assert (outcome.end, outcome.code) == (End.REFUSED, "foreign_host"), outcome.message
    assert classic.site.foreign_visits == []
    assert_nothing_changed(classic)


def test_a_wrong_password_is_tried_exactly_once_and_never_again(
    classic: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classic.robot, "_sign_ins", SignIns())
    classic.site.rotate_password()
    for number in ("611974", "541000"):
        outcome = classic.cancel(number)
        assert (outcome.end, outcome.code) == (End.NEEDS_HUMAN, "sign_in"), outcome.message
        assert classic.site.password not in outcome.message
    assert [entry.kind for entry in classic.site.ledger] == ["sign_in"]


def test_the_one_of_two_with_the_same_name_that_has_the_number_is_cancelled(classic: Bench) -> None:
    outcome = classic.cancel("720310")
    assert outcome.end is End.CANCELLED, outcome.message
    classic.assert_cancelled("720310")
    classic.assert_no_harm("720310")


def test_the_same_name_and_number_twice_is_ambiguous() -> None:
    twice = Result(("611974", "12-10 Test"), opens=None)  # type: ignore[arg-type]
    request = Bench.request(_Site(), "611974")  # type: ignore[arg-type]
    walk = Walk(request, None, None, None)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as ambiguous:
        open_result(walk, None, [twice, twice])  # type: ignore[arg-type]
    assert ambiguous.value.code == "ambiguous"


class _Site:
    """Just enough of a bench to make a request."""

    @property
    def site(self) -> "_Site":
        return self

    def account(self, number: str) -> Any:
        return type("Account", (), {"name": "12-10 Test", "number": number})


class Rearming(Notes):
    """Notes that tell when an effect was settled, so that trouble can begin in the middle of a run."""

    def __init__(self, number: str, after: str, then: Callable[[], None]) -> None:
        super().__init__(f"t-{number}", number)
        self.after, self.then = after, then

    def settle(self, intent: str, outcome: str, seen: str) -> None:
        super().settle(intent, outcome, seen)
        if next(one for one in self.intents() if one.id == intent).effect == self.after:
            self.then()


def test_what_is_half_done_is_never_called_refused(classic: Bench) -> None:
    """After the four effects the look-up no longer lists the account: a person has to look, and soon."""

    def vanish() -> None:
        classic.site.arm("changed_word", on="results", times=None, old="12-10 Test", new="Nobody")

    outcome = classic.cancel("611974", Rearming("611974", "set_contact_info", vanish))
    assert set(classic.received("611974")) >= FOUR
    assert outcome.end is End.NEEDS_HUMAN, f"{outcome.end} {outcome.code}: {outcome.message}"
    assert "The site has answered already to: 6.1 Remove License Count, change to 0; 6.2" in outcome.message


HALF_DONE = ("538804", "538801", "638802", "738803", "638805")
"""Further halves; one more is run by make test."""


@pytest.mark.parametrize("number", ["738806", *(pytest.param(one, marks=pytest.mark.long) for one in HALF_DONE)])
def test_of_a_half_cancelled_account_only_the_rest_is_done(classic: Bench, number: str) -> None:
    before = classic.site.account(number)
    needed = {
        "remove_license_count": before.licenses != 0,
        "cancel_billings": bool(before.rows("Scheduled", "Submitted")),
        "set_status": before.status != "DELETE",
        "set_contact_info": before.contact_info != "cancelled",
        "update_organization": not (before.cancellation_date and before.cancellation_reason),
    }
    outcome = classic.cancel(number)
    assert outcome.end is End.CANCELLED, outcome.message
    assert classic.received(number) == [kind for kind, is_needed in needed.items() if is_needed]
    classic.assert_cancelled(number)


SOON = ("641102", "000611")
"""Run by make test. The rest is `long`: quotes, right-to-left, 5,000 characters."""
LATER = (
    "541101",
    "541107",
    "641110",
    "541103",
    "641104",
    "541105",
    "641106",
    "641108",
    "541109",
    "541111",
    "641112",
    "541113",
    "0611974",
)


@pytest.mark.parametrize("number", [*SOON, *(pytest.param(one, marks=pytest.mark.long) for one in LATER)])
def test_a_hostile_name_is_only_a_name(classic: Bench, number: str) -> None:
    untouched = {account.number: account for account in classic.site.accounts() if account.number != number}
    outcome = classic.cancel(number)
    assert outcome.end is End.CANCELLED, f"{outcome.end} {outcome.code}: {outcome.message[:300]}"
    classic.assert_cancelled(number)
    classic.assert_no_harm(number)
    assert {account.number: account for account in classic.site.accounts() if account.number != number} == untouched


@pytest.mark.long
@pytest.mark.parametrize("number", ["611975", "611976", "611977", "611947", "520310", "520311"])
def test_a_near_twin_is_cancelled_and_its_twins_are_not(classic: Bench, number: str) -> None:
    test_a_hostile_name_is_only_a_name(classic, number)


# --- the list of codes is complete ---


def codes_in_the_source() -> set[str]:
    """The first argument of everything that makes an end, wherever it is a word in the source."""
    found = {code for _, code in CODES} | {"unknown_effect"}
    found |= {not_done_code(one("")) for one in (UnexpectedDialog, SignedOut, RoleDenied)} | {not_done_code(None)}
    for package in (flows, rpa):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                found |= _code(node)
    return found


def _code(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        first = node.args[0]
        if node.func.id in {"Refusal", "Referral", "NeedsHuman"} and isinstance(first, ast.Constant):
            return {str(first.value)}
    if isinstance(node, ast.FunctionDef) and node.name == "_code_of_fault":
        return {str(leaf.value) for leaf in _constants(node) if str(leaf.value).isidentifier()} & {"browser_failed"}
    return set()


def _constants(node: ast.AST) -> list[ast.Constant]:
    return [leaf for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]


def test_every_code_has_a_case() -> None:
    cases = {case.code for case in CASES.values() if case.code} | {"foreign_host", "sign_in"}
    assert codes_in_the_source() | NO_END == cases | set(ELSEWHERE)


def test_every_end_has_a_case() -> None:
    tested = {case.end for case in CASES.values()} | {End.CANCELLED}
    assert set(End) - tested == {End.WITHDRAWN}, "withdrawn is a person's doing, before the first effect"


def test_the_outcome_is_one_object_that_json_can_carry() -> None:
    outcome = Outcome(
        id="r",
        account_name='"\u202e',
        account_number="0611974",
        end=End.REFUSED,
        code="not_found",
        message="x",
    )
    assert Outcome.model_validate_json(outcome.model_dump_json()) == outcome
