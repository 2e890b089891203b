"""Admin sites that share nothing with the stand-in: written by people who had not seen the robot,
from the article and a page of what is known of the UI.

Each account of tests/blind/accounts.toml is cancelled once, on the site as it stands then; the site's own ledger and
state are the judges. `make test` takes a telling account of four sites, `pytest -m long` the others.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from flows.model import End, Outcome
from tests.blind_bench import BLIND, FOUR, HERE, THE_FORM, BlindBench, Entry, blind_bench

NOTHING_CHANGED = {End.ALREADY_CANCELLED, End.REFUSED}
ON_A_BUSY_MACHINE = "page: close_and_reopen"
"""It changes nothing: a page that did not come in time is left and come to again."""
TABLE: dict[str, list[dict[str, Any]]] = tomllib.loads((HERE / "accounts.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Account:
    """A line of the table. `may`: the recoveries that it allows. `quick`: make test takes it."""

    number: str
    name: str
    end: End = End.CANCELLED
    code: str = ""
    may: tuple[str, ...] = ()
    quick: bool = False
    why: str = ""


def cases(site: str) -> list[Any]:
    return [
        pytest.param(one, marks=[] if one.quick else [pytest.mark.long], id=f"{one.number} {one.name[:16]}")
        for one in (Account(**line) for line in TABLE[site])
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "account" in metafunc.fixturenames:
        metafunc.parametrize("account", cases(metafunc.cls.site))


class OnABlindSite:
    """A class a site: xdist's `--dist loadscope` gives each worker whole sites."""

    site: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def bench(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlindBench]:
        with blind_bench(cls.site, tmp_path_factory.mktemp(cls.site)) as bench:
            yield bench

    def test_an_account_ends_as_an_author_who_never_saw_the_robot_expected(
        self, bench: BlindBench, account: Account
    ) -> None:
        before, earlier = bench.accounts(), len(bench.ledger())
        outcome = bench.cancel(account.number, account.name)
        entries, after = bench.ledger()[earlier:], bench.accounts()
        print(f"{outcome.end}:{outcome.code} {outcome.recoveries} {outcome.seconds} s; {outcome.message}")  # noqa: T201
        assert (outcome.end, outcome.code) == (End(account.end), account.code), outcome.message
        assert set(outcome.recoveries) <= {*account.may, ON_A_BUSY_MACHINE}
        assert_nobody_else_was_touched(account.number, entries, before, after)
        assert_nothing_outside_of_the_procedure(bench, entries)
        assert_the_module_is_put_back(entries)
        judge_the_end(bench, account, outcome, before, after, entries)


class TestWebforms(OnABlindSite):
    site = "webforms"


class TestFrameset(OnABlindSite):
    site = "frameset"


class TestSpa(OnABlindSite):
    site = "spa"


class TestPhp(OnABlindSite):
    site = "php"


class TestIntranet(OnABlindSite):
    site = "intranet"


class TestTabbed(OnABlindSite):
    site = "tabbed"


class TestMaterial(OnABlindSite):
    site = "material"


def assert_nobody_else_was_touched(
    number: str, entries: list[Entry], before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert {entry.account for entry in entries} <= {number, ""}, entries
    assert {key for key in before if before[key] != after[key]} <= {number}


def assert_nothing_outside_of_the_procedure(bench: BlindBench, entries: list[Entry]) -> None:
    """Each effect at most once, nothing dangerous, Server Location only where it was empty, in the form only the form."""
    kinds = [entry.kind for entry in entries]
    assert not [kind for kind in kinds if kind.startswith("danger")]
    assert all(kinds.count(kind) <= 1 for kind in (*FOUR, "form")), kinds
    assert kinds.count("update") <= 2
    for entry in entries:
        if entry.kind == "update":
            assert set(entry.changed) <= {bench.site.location, "stale", "link"}, entry
            assert entry.changed.get(bench.site.location, ("", ""))[0] == "", entry
        if entry.kind == "form" and "cdate" in entry.changed:
            assert set(entry.changed) <= THE_FORM, entry


def assert_the_module_is_put_back(entries: list[Entry]) -> None:
    modules = [entry.changed[""] for entry in entries if entry.kind == "module" and entry.changed]
    assert not modules or modules[0][0] == modules[-1][1], modules


def judge_the_end(
    bench: BlindBench,
    account: Account,
    outcome: Outcome,
    before: dict[str, Any],
    after: dict[str, Any],
    entries: list[Entry],
) -> None:
    if outcome.end is End.CANCELLED:
        truth = bench.site.truth(after[account.number])
        assert (truth.licenses, truth.status, truth.pending) == (0, "DELETE", 0), truth
        assert truth.contact_info
        assert truth.form == bench.site.form
        assert all(line.ok for line in outcome.proof)
    if outcome.end in NOTHING_CHANGED or outcome.code == "unsupported_prefix":
        assert before == after
        assert {entry.kind for entry in entries} <= {"sign_in"}


def test_every_site_has_its_class_and_most_an_account_that_make_test_takes() -> None:
    assert {kind.site for kind in OnABlindSite.__subclasses__()} == set(TABLE) == set(BLIND)
    quick = {site: sum(line.get("quick", False) for line in lines) for site, lines in TABLE.items()}
    left_out = {"material", "webforms", "tabbed"}  # they take longest
    assert quick == {site: int(site not in left_out) for site in TABLE}
