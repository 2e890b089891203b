"""The survey on the stand-in: all pages, read only; and what is told when the site has changed."""

import pytest

from flows.baseline import Baseline
from flows.change import PAGES
from flows.drift import Change, compare, learned
from flows.profile import Canary
from tests.conftest import Bench

EVERY_PAGE = set(PAGES)


@pytest.fixture(scope="module")
def baseline(classic_bench: Bench) -> Baseline:
    classic_bench.site.reset()
    return learned([classic_bench.robot.survey(canary(classic_bench))], "stand-in", "test")


def canary(bench: Bench, role: str = "ordinary") -> Canary:
    account = bench.site.accounts_with(role)[0]
    return Canary(account_name=account.name, account_number=account.number, role=role)


def changes(bench: Bench, baseline: Baseline, *words: tuple[str, str]) -> tuple[Change, ...]:
    for old, new in words:
        bench.site.arm("changed_word", times=None, old=old, new=new)
    return compare(baseline, [bench.robot.survey(canary(bench))], bench.profile.words)


def test_every_page_is_reached_and_nothing_is_changed(classic: Bench, baseline: Baseline) -> None:
    assert set(baseline.pages) == EVERY_PAGE
    assert changes(classic, baseline) == ()
    assert {entry.kind for entry in classic.site.ledger} <= {"sign_in"}


def test_the_four_links_and_all_their_neighbours_are_known(baseline: Baseline) -> None:
    links = baseline.pages["cancel_page"].links
    first = links.index("Remove License Count, change to 0")
    assert links[first + 1 : first + 4] == (
        "Cancel All Scheduled and Submitted Billings.", "Set Account Status = 'DELETE'", "Set Organization / Contact Info",
    )  # fmt: skip
    assert "Purge Account and all Data" in links


def test_a_baseline_holds_nothing_of_the_account(classic: Bench, baseline: Baseline) -> None:
    account = classic.site.accounts_with("ordinary")[0]
    text = baseline.model_dump_json()
    assert account.name not in text
    assert account.number not in text


def test_where_the_link_is_dead_the_backend_leads_on(classic: Bench) -> None:
    survey = classic.robot.survey(canary(classic, "dead_link"))
    assert {one.page for one in survey.portraits} == EVERY_PAGE
    assert not survey.unreached
    record = survey.portrait("organization")
    link = record.thing("organization.manage_link") if record else None
    assert link is None or not link.live
    assert {entry.kind for entry in classic.site.ledger} <= {"sign_in"}


def test_where_a_page_is_not_reached_what_is_missing_has_a_name_and_the_rest_is_read(
    classic: Bench, baseline: Baseline
) -> None:
    told = changes(
        classic, baseline, ("Account Number", "Client Number"), ("Set Organization / Contact Info", "Set Contact Info")
    )
    by_key = {one.key: one for one in told if one.page in {"organization", "cancel_page"}}
    number, link = by_key["words.organization.account_number"], by_key["words.cancel_page.set_contact_info"]
    assert {one.kind for one in told if one.page == "organization"} >= {"unreached", number.kind}
    assert (number.nearest, link.nearest) == ("Client Number", "Set Contact Info")
    assert number.matters
    assert link.matters
    assert link.box is not None
    assert "?" not in "".join(one.sentence for one in told if "http" in one.sentence)
