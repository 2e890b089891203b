"""The session ends just as an effect is asked for (promise 4): read twice, and only then asked for once more."""

import pytest

from flows.journal import EventKind
from flows.model import End
from flows.notes import Notes
from page_objects.obstacles import SignedOut
from tests.conftest import Bench
from tests.faults_bench import NUMBER, leave_to_do


@pytest.mark.parametrize("fault", ["session_expired_before", pytest.param("sign_in_200", marks=pytest.mark.long)])
def test_after_the_sign_in_page_the_account_is_read_twice_before_it_is_asked_for_again(
    classic: Bench, fault: str
) -> None:
    leave_to_do(classic, NUMBER, "set_status")
    classic.site.arm(fault, on="set_status", times=1)
    notes = Notes(f"t-{NUMBER}", NUMBER)
    outcome = classic.cancel(NUMBER, notes)
    assert outcome.end is End.CANCELLED, outcome.message
    classic.assert_cancelled(NUMBER)
    classic.assert_no_harm(NUMBER)
    first, second = notes.intents()
    assert (first.outcome, second.outcome) == ("not_done", "done")
    assert (second.at - first.at).total_seconds() > classic.profile.timing.server_limit
    settled = next(e for e in notes.events if e.kind is EventKind.EFFECT_SETTLED)
    assert "twice read as not done" in settled.data["seen"]


@pytest.mark.long
def test_a_site_that_turns_the_robot_away_each_time_is_a_persons_business(classic: Bench) -> None:
    leave_to_do(classic, NUMBER, "set_status")
    classic.site.arm("sign_in_200", on="set_status", times=None)
    outcome = classic.cancel(NUMBER)
    assert (outcome.end, outcome.code) == (End.NEEDS_HUMAN, "sign_in"), outcome.message
    assert classic.received(NUMBER) == ["set_status"] * 2


@pytest.mark.long
def test_an_answer_that_was_lost_is_never_asked_for_again(classic: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: if every trouble counted as the sign-in page, a second request would follow."""
    leave_to_do(classic, NUMBER, "set_status")
    classic.site.arm("rst_before", on="set_status", times=1)
    assert classic.cancel(NUMBER).code == "unknown_effect"
    assert classic.received(NUMBER) == ["set_status"]
    classic.site.reset()
    leave_to_do(classic, NUMBER, "set_status")
    classic.site.arm("rst_before", on="set_status", times=1)
    monkeypatch.setattr("flows.effects.SignedOut", Exception)
    classic.cancel(NUMBER)
    assert classic.received(NUMBER) == ["set_status"] * 2
    assert SignedOut is not Exception
