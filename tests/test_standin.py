"""The stand-in itself, over real HTTP: the skins, the accounts, the ledger."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from fixtures.standin import FAULTS, SKINS, StandIn
from fixtures.standin.by_hand import ByHand
from fixtures.standin.model import EFFECTS

ARTICLE = "611974"
THE_FOUR_LINKS = (
    "Remove License Count, change to 0",
    "Cancel All Scheduled and Submitted Billings.",
    "Set Account Status = 'DELETE'",
    "Set Organization / Contact Info",
)
ROLES = [
    "ordinary",
    "dead_link",
    "server_location_missing",
    "backend_only",
    "server_not_in_table",
    "link_unreachable",
    "role_denied",
    "role_denied_persistent",
    "several",
    "already_cancelled",
    "half_cancelled",
    "near_twin",
    "same_name",
    "other_prefix",
    "no_dropdown",
    "self_service",
    "stubborn_billing",
    "submitted_billing",
    "paged_billing",
    "no_billing",
    "unusual_status",
    "hostile_name",
    "foreign_location",
    "protected",
    "leading_zeros",
    "update_rejected",
    "locked_record",
]


@pytest.fixture(params=SKINS)
def site(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with StandIn(request.param) as site:
        yield site


@pytest.fixture
def person(site: StandIn) -> Iterator[ByHand]:
    with ByHand(site) as person:
        person.sign_in()
        yield person


def words(page: str) -> str:
    """What a reader sees: no mark-up, single spaces, small letters."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", page))
    return " ".join(text.split()).lower()


def today(site: StandIn) -> str:
    return date(2026, 11, 23).strftime(str(site.facts()["date_format"]))


def reason(site: StandIn) -> str:
    return str((site.facts()["reasons"] or ["Moved away"])[-1])


def test_every_skin_can_be_cancelled_in_and_each_effect_is_in_the_ledger_once(site: StandIn, person: ByHand) -> None:
    person.cancel(ARTICLE, today(site), reason(site))
    account = site.account(ARTICLE)
    assert account.cancelled
    assert account.cancellation_date == "2026-11-23"
    effects = [entry for entry in site.ledger if entry.kind != "sign_in"]
    form = "cancellation_form" if site.facts()["cancellation_form"] == "own button" else "update_organization"
    assert [entry.kind for entry in effects] == [*EFFECTS, form]
    assert all(entry.applied and entry.account_number == ARTICLE for entry in effects)
    assert effects[0].changed == ("licenses",)
    assert effects[0].before["licenses"] == 5
    assert effects[0].after["licenses"] == 0


def test_every_skin_keeps_the_articles_words(site: StandIn, person: ByHand) -> None:
    organization = words(person.see("organization", ARTICLE).text)
    for phrase in (
        "Required for Cancellation",
        "Date of Cancellation",
        "Reason",
        "Opt Out of any future emails",
    ):
        assert phrase.lower() in organization, phrase
    assert "server location" in organization
    assert "new aws links for 05 & 06 servers act # starts w/ 500, 600, 700" in organization
    assert "newmanageacctslink" in organization
    start = words(person.see("start_page", ARTICLE).text)
    assert "cancellation start page" in start
    assert "cancel subscription / cancel bills / delete account" in start
    assert "link to ar: 611974 - 12-10 test" in start
    links = words(person.see("cancel_page", ARTICLE).text)
    places = [links.index(phrase.lower()) for phrase in THE_FOUR_LINKS]
    assert places == sorted(places)
    assert ARTICLE in links + person.see("cancel_page", ARTICLE).text


def test_facts_tell_the_words_that_are_shown(site: StandIn, person: ByHand) -> None:
    facts = site.facts()
    json.dumps(facts)
    for what in ("licenses", "status", "contact_info", "self_service"):
        page = words(person.see(facts[what]["page"], ARTICLE).text)
        assert facts[what]["label"].lower() in page, what
    assert facts["contact_info"]["before"].lower() in person.see(facts["contact_info"]["page"], ARTICLE).text.lower()
    assert facts["look_up"]["none"].lower() in words(person.see("look_up", q="no such name").text)
    look_up = person.see("look_up").text.lower()
    assert facts["look_up"]["label"].lower() in words(look_up)
    assert facts["look_up"]["button"].lower() in look_up


def test_pages_of_results_and_billings_hold_every_row_once(site: StandIn, person: ByHand) -> None:
    account = site.account("540331")
    seen: list[str] = []
    rows = "billing_rows" if site.skin in ("spa", "frames") else "billing"
    for page in range(1, 40):
        found = re.findall(r"540331-\d{3}", person.see(rows, "540331", page=page).text)
        if seen and found[-1] == seen[-1]:
            break
        seen += found
    assert sorted(seen) == sorted(row.invoice for row in account.billing)


def test_hostile_names_are_shown_as_text(site: StandIn, person: ByHand) -> None:
    for account in site.accounts_with("hostile_name"):
        for page in ("organization", "start_page", "cancel_page", "billing"):
            text = person.see(page, account.number).text
            assert "<script>fetch(" not in text
            assert "<img src=x" not in text
        shown = html.unescape(person.see("organization", account.number).text)
        assert account.name in shown


def test_a_dead_link_comes_alive_by_update_only_where_there_is_a_server_location(site: StandIn, person: ByHand) -> None:
    dead, missing, hopeless = "530101", "531201", "532301"
    for number in (dead, missing, hopeless):
        person.update(number)
    assert [site.account(number).links_live for number in (dead, missing, hopeless)] == [True, False, False]
    person.update(missing, server_location=site.facts()["server_locations"]["05"])
    person.update(hopeless, server_location=site.facts()["server_locations"]["05"])
    assert [site.account(number).links_live for number in (missing, hopeless)] == [True, False]
    assert person.see("start_page", hopeless).status == 200


def test_a_server_location_of_another_server_leads_to_no_account(site: StandIn, person: ByHand) -> None:
    path = urlsplit(site.address("start_page", ARTICLE)).path.replace("server06", "server05")
    answer = person.send(f"{site.backend_url}{path}?{urlsplit(site.address('start_page', ARTICLE)).query}")
    assert answer.status == 404
    assert "12-10 Test" not in answer.text


def test_the_role_error_goes_away_in_premium_edition_but_for_one_account(site: StandIn, person: ByHand) -> None:
    sorry = "sorry your current role does not have access to this page. please contact your company administrator"
    for number in ("535501", "635504"):
        assert sorry in words(person.see("billing", number).text)
    person.send(site.address("backend_switch_module"), {"module": "Premium Edition"})
    assert sorry not in words(person.see("billing", "535501").text)
    assert sorry in words(person.see("billing", "635504").text)
    switch = site.ledger[-1]
    assert (switch.kind, switch.after["module"]) == ("switch_module", "Premium Edition")


def test_dangerous_neighbours_act_at_once_and_are_in_the_ledger(site: StandIn, person: ByHand) -> None:
    for kind in ("danger_send_invoice", "danger_purge"):
        person.send(site.address(kind, ARTICLE), {})
    assert [entry.kind for entry in site.ledger][-2:] == ["danger_send_invoice", "danger_purge"]
    assert site.account(ARTICLE).dangers == ("danger_send_invoice", "danger_purge")


def test_without_a_session_nothing_is_shown_and_nothing_done(site: StandIn) -> None:
    with ByHand(site) as nobody:
        assert "12-10 Test" not in nobody.see("organization", ARTICLE).text
        nobody.carry_out("set_status", ARTICLE)
    assert site.account(ARTICLE).status == "ACTIVE"
    assert [(entry.kind, entry.applied) for entry in site.ledger] == [("set_status", False)]


def test_special_accounts_behave_as_their_roles_say() -> None:
    with StandIn() as site, ByHand(site) as person:
        person.sign_in()
        person.carry_out("cancel_billings", "540111")
        person.carry_out("set_status", "544401")
        refused = person.update("543301", server_location="http://elsewhere")
        assert [row.status for row in site.account("540111").rows("Scheduled")] == ["Scheduled"]
        assert "All scheduled" in person.carry_out("cancel_billings", "540111").text
        assert site.account("544401").status == "ACTIVE"
        assert "Update failed" in refused.text
        assert site.account("543301").server_location.startswith(site.backend_url)


def test_the_seed_has_every_role_and_knows_the_running_addresses() -> None:
    with StandIn() as site:
        assert len(site.accounts()) >= 70
        assert len(site.accounts_with("ordinary")) >= 20
        assert all(site.accounts_with(role) for role in ROLES)
        assert site.account(ARTICLE).name == "12-10 Test"
        assert max(len(account.name) for account in site.accounts()) >= 5000
        locations = [account.server_location for account in site.accounts()]
        assert not [location for location in locations if "{" in location]
        assert any(site.foreign_url in location for location in locations)


def test_a_person_meanwhile_is_true_but_not_in_the_ledger_and_reset_forgets_it() -> None:
    with StandIn() as site:
        site.person_cancels(ARTICLE)
        assert site.account(ARTICLE).cancelled
        assert not site.ledger
        site.reset()
        assert site.account(ARTICLE).status == "ACTIVE"


def test_the_control_interface_says_the_same() -> None:
    with StandIn() as site, ByHand(site) as person:
        person.sign_in()

        def control(path: str, told: dict[str, object] | None = None) -> object:
            data = None if told is None else json.dumps(told).encode()
            with urlopen(Request(site.control_url + path, data), timeout=5) as answer:
                return json.load(answer)

        control("/arm", {"fault": "success_not_done", "on": "set_status", "times": 1})
        person.carry_out("set_status", ARTICLE)
        ledger = control("/ledger")
        assert isinstance(ledger, list)
        assert (ledger[-1]["kind"], ledger[-1]["applied"], ledger[-1]["fault"]) == (
            "set_status",
            False,
            "success_not_done",
        )
        account = control(f"/account/{ARTICLE}")
        assert isinstance(account, dict)
        assert account["status"] == "ACTIVE"
        control("/reset", {})
        assert control("/ledger") == []
        with urlopen(site.control_url, timeout=5) as index:
            assert index.status == 200


def test_the_document_names_every_skin_fault_and_role() -> None:
    document = (Path(__file__).parents[1] / "docs" / "stand-in.md").read_text(encoding="utf-8")
    with StandIn() as site:
        roles = {role for account in site.accounts() for role in account.roles}
    assert [name for name in (*FAULTS, *roles) if f"`{name}`" not in document] == []
    assert [skin for skin in SKINS if f"| {skin} |" not in document] == []
