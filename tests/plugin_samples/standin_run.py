"""On the stand-in, with --tracing, --screenshot and --reruns 3."""

import pathlib

import pytest

from flows.errors import CancellationError
from flows.runner import Runner
from rpa.testing import EffectRefused

STARTS = pathlib.Path("starts")


def started(name):
    """How often the test of this name has begun."""
    with STARTS.open("a") as file:
        file.write(f"{name}\n")
    return STARTS.read_text().splitlines().count(name)


def test_pages_are_arrived_and_the_accounts_own(organization_page, ar_billing_page, admin_account):
    assert admin_account.number == "611974"
    for page in (organization_page, ar_billing_page):
        assert page.here()
        said = page.identity()
        assert admin_account.number in " ".join((*said.numbers, *said.lines))


def test_the_backend_is_signed_in_and_the_way_is_a_plans(backend_look_up_page, look_up_page, admin_tab, walk, standin):
    assert backend_look_up_page.here()
    assert look_up_page.here()
    assert walk.planning
    admin_tab.page.goto(standin.foreign_url)
    assert standin.foreign_visits == [], "the browser talks to the profile's origins only (promise 14)"


def test_a_plan_takes_the_backends_way_where_the_link_is_dead(dead_link_account, start_page, truth):
    assert start_page.here()
    assert not truth(dead_link_account).links_live, "a plan presses no Update"


@pytest.mark.admin_account("paged_billing")
def test_a_mark_names_the_role(admin_account, truth):
    assert "paged_billing" in truth(admin_account).roles


@pytest.mark.flaky(reruns=0)
def test_one_test_has_one_account(ordinary_account, dead_link_account, admin_account):
    raise AssertionError("never reached")


def test_without_the_mark_nothing_is_pressed(cancel_page, effects, cancel_account, standin):
    with pytest.raises(EffectRefused, match="not marked"):
        cancel_page.remove_license_count()
    with pytest.raises(EffectRefused, match="not marked"), effects("6.1"):
        cancel_page.remove_license_count()
    with pytest.raises(EffectRefused, match="not marked"):
        cancel_account()
    assert standin.ledger == []


@pytest.mark.admin_effects
def test_an_effect_is_caused_once_and_in_its_block(cancel_page, effects, truth, admin_account, standin):
    with pytest.raises(EffectRefused, match="in a block"):
        cancel_page.set_status()
    with effects("6.1") as sent:
        cancel_page.remove_license_count()
    assert sent.reached
    assert truth(admin_account).licenses == 0
    with pytest.raises(EffectRefused, match="asked for before"), effects("6.1"):
        cancel_page.remove_license_count()
    cancel_page.tab.open(standin.address("cancel_page", "541000"))  # another account's
    with pytest.raises(CancellationError), effects("6.3"):
        cancel_page.arrived().set_status()
    assert [entry.kind for entry in standin.ledger] == ["remove_license_count"]


def test_the_site_is_as_seeded_for_each_test(truth, ordinary_account, standin):
    assert not truth(ordinary_account).cancelled
    assert standin.ledger == []


@pytest.mark.flaky(reruns=3)
@pytest.mark.admin_effects
def test_with_effects_is_never_run_again(organization_page):
    assert started("effects") == 0, "fails each time"


def test_that_reads_may_be_run_again(ordinary_account):
    assert started("reading") == 3


@pytest.mark.flaky(reruns=0)
def test_the_password_is_in_no_trace(walk, standin):
    Runner(walk).carefully(walk.to_organization)
    standin.expire_sessions()
    walk.organization = None
    page = Runner(walk).carefully(walk.to_organization)
    assert len([entry for entry in standin.ledger if entry.kind == "sign_in"]) == 1, "signed in again in this context"
    pathlib.Path("cookies").write_text("\n".join(str(cookie["value"]) for cookie in page.tab.page.context.cookies()))
    raise AssertionError("on purpose: the trace is kept")
