"""Promise 2, whatever brings a run to an effect again: it is not asked for a second time."""

from unittest.mock import MagicMock

import pytest

from flows.errors import UnknownEffect
from flows.gate import pass_gate
from flows.model import Effect, End
from page_objects.cancel_page import CancelPage
from page_objects.obstacles import SiteDown
from tests.conftest import Bench


def test_an_obstacle_on_the_page_that_follows_an_effect_brings_no_second_click(
    classic: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = CancelPage.here
    met: list[CancelPage] = []

    def down_once(page: CancelPage) -> bool:
        if "set_status" in classic.received("611974") and not met:
            met.append(page)
            raise SiteDown("the page kept being replaced while it was read")
        return here(page)

    monkeypatch.setattr(CancelPage, "here", down_once)
    outcome = classic.cancel("611974")
    assert met
    assert outcome.end is End.CANCELLED, outcome.message
    assert classic.received("611974").count("set_status") == 1


@pytest.mark.parametrize("outcome", ["", "unknown", "answered", "done"])
def test_the_gate_lets_no_effect_through_that_was_asked_for_before(outcome: str) -> None:
    walk, act = MagicMock(), MagicMock()
    walk.journal.intents.return_value = [MagicMock(effect="set_status", outcome=outcome)]
    with pytest.raises(UnknownEffect):
        pass_gate(walk, Effect.SET_STATUS, MagicMock(), act, "ACTIVE")
    act.assert_not_called()
