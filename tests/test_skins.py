"""Every skin, every recovery. `make test` takes one of the skins (most other tests are on another, classic), `pytest -m long`
all. A class a skin: xdist's `--dist loadscope` gives each worker whole skins.
"""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from fixtures.standin import SKINS
from fixtures.standin.model import LedgerEntry
from flows.model import End
from flows.procedure import RECOVERIES, STEPS
from page_objects.obstacles import NothingHappened
from tests.conftest import FOUR, Bench, bench_on
from tests.test_procedure import Executed

EACH = {
    "4b and 7a": ("536601", ("4b", "7a")),
    "4a and 4c": ("532301", ("4a", "4c")),
}
"""What make test runs on each skin: account, and the article's recoveries that it needs, in order."""
MORE = {
    "ordinary": ("611974", ()),
    "4a": ("730103", ("4a",)),
    "4b": ("531201", ("4b",)),
    "7a": ("535501", ("7a",)),
    "4a and 7a": ("736603", ("4a", "7a")),
    "4c and 7a": ("536604", ("4a", "4c", "7a")),
    "paged billing": ("540331", ()),
    "more than a page scheduled": ("740333", ()),
    "one scheduled row on a late page": ("640332", ()),
}


class OnASkin:
    skin: ClassVar[str]
    executed: ClassVar[Executed]

    @pytest.fixture(scope="class")
    @classmethod
    def running(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
        kind = cls
        kind.executed = Executed()
        with (
            pytest.MonkeyPatch.context() as patch,
            bench_on(cls.skin, tmp_path_factory.mktemp(cls.skin)) as bench,
        ):
            kind.executed.watch(patch)
            yield bench

    @pytest.fixture
    def bench(self, running: Bench) -> Bench:
        running.site.reset()
        return running

    @pytest.mark.parametrize("what", EACH)
    def test_an_account_is_cancelled(self, bench: Bench, what: str) -> None:
        prove_cancelled(bench, *EACH[what])

    @pytest.mark.long
    @pytest.mark.parametrize("what", MORE)
    def test_an_account_is_cancelled_whatever_stands_in_the_way(self, bench: Bench, what: str) -> None:
        prove_cancelled(bench, *MORE[what])

    def test_every_step_and_recovery_was_executed_here(self, request: pytest.FixtureRequest) -> None:
        mine = [item.callspec.params["what"] for item in request.session.items if is_mine(item, type(self))]
        if not set(EACH) <= set(mine):
            pytest.skip("only a part of this skin's runs was selected")
        assert self.executed.steps == set(STEPS)
        taken = {recovery.clause for recovery in self.executed.recoveries}
        assert {"4a", "4b", "4c", "7a"} <= taken


@pytest.mark.long
class TestClassic(OnASkin):
    skin = "classic"


@pytest.mark.long
class TestFrames(OnASkin):
    skin = "frames"


@pytest.mark.long
class TestHover(OnASkin):
    skin = "hover"


@pytest.mark.long
class TestPopups(OnASkin):
    skin = "popups"


@pytest.mark.long
class TestPortal(OnASkin):
    skin = "portal"


class TestPostback(OnASkin):
    """Its dead link is one to "#": only a click that leads nowhere tells."""

    skin = "postback"

    def test_the_ladder_was_climbed_because_nothing_happened(self, request: pytest.FixtureRequest) -> None:
        if sum(is_mine(item, type(self)) for item in request.session.items) < len(EACH):
            pytest.skip("only a part of this skin's runs was selected")
        assert {one for one in RECOVERIES if one.on is NothingHappened} <= self.executed.recoveries


@pytest.mark.long
class TestSpa(OnASkin):
    skin = "spa"


def test_every_skin_has_its_class() -> None:
    assert {kind.skin for kind in OnASkin.__subclasses__()} == set(SKINS)


def is_mine(item: pytest.Item, kind: type) -> bool:
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return getattr(item, "cls", None) is kind and "what" in parameters


def prove_cancelled(bench: Bench, number: str, recoveries: tuple[str, ...]) -> None:
    """Judged by the site's ledger: what was asked for, once, on this account, and everything put back."""
    location = bench.site.account(number).server_location
    outcome = bench.cancel(number)
    assert outcome.end is End.CANCELLED, outcome.message
    bench.assert_cancelled(number)
    bench.assert_no_harm(number)
    assert all(line.ok for line in outcome.proof)
    assert tuple(one for one in outcome.recoveries if one[0].isdigit()) == recoveries
    entries = [entry for entry in bench.site.ledger if entry.kind != "sign_in"]
    effects = [entry.kind for entry in entries if entry.kind in FOUR]
    assert effects == ["remove_license_count", "cancel_billings", "set_status", "set_contact_info"]
    assert sum("cancellation_date" in entry.changed for entry in entries) == 1
    updates = len([one for one in recoveries if one in {"4a", "4b"}])
    assert len(entries) == 5 + updates + 2 * recoveries.count("7a")
    prove_module_put_back(entries, switched="7a" in recoveries)
    prove_location_written_only_when_empty(bench, number, location, entries)


def prove_module_put_back(entries: list[LedgerEntry], *, switched: bool) -> None:
    modules = [(e.before["module"], e.after["module"]) for e in entries if e.kind == "switch_module"]
    if not switched:
        assert modules == []
        return
    (start, chosen), (left, end) = modules
    assert chosen == left == "Premium Edition"
    assert start == end != "Premium Edition"


def prove_location_written_only_when_empty(bench: Bench, number: str, before: str, entries: list[LedgerEntry]) -> None:
    written = [entry.after["server_location"] for entry in entries if "server_location" in entry.changed]
    server = bench.site.account(number).server
    expected = bench.profile.server_location_for(number, server) if not before else None
    assert written == ([expected] if expected else [])
