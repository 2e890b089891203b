"""The whole procedure, once, on the plainest skin."""

from flows.model import End
from tests.conftest import Bench


def test_an_ordinary_account_is_cancelled_and_the_site_agrees(classic: Bench) -> None:
    outcome = classic.cancel("611974")
    assert outcome.end is End.CANCELLED, outcome.message
    classic.assert_cancelled("611974")
    classic.assert_no_harm("611974")
    assert all(line.ok for line in outcome.proof)
