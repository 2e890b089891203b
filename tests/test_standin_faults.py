"""The stand-in's faults, over real HTTP: each does what it says, and the ledger tells it truly."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.standin import FAULTS, StandIn
from fixtures.standin.by_hand import ByHand

NUMBER, NAME = "611974", "12-10 Test"
SORRY = "Sorry your current role does not have access"
BROKEN = (OSError, http.client.HTTPException)


@pytest.fixture
def site() -> Iterator[StandIn]:
    with StandIn(server_time_limit=0.3) as site:
        yield site


@pytest.fixture
def person(site: StandIn) -> Iterator[ByHand]:
    with ByHand(site, timeout=1.0) as person:
        person.sign_in()
        yield person


def deleted(site: StandIn) -> bool:
    return site.account(NUMBER).status == "DELETE"


@pytest.mark.parametrize(
    ("fault", "params", "applied"),
    [
        ("rst_before", {}, False),
        ("rst_before", {"connection": "reused"}, False),
        ("rst_after", {"connection": "reused"}, True),
        ("apply_no_answer", {}, True),
        ("hang", {"on": "set_status"}, False),
        ("truncated", {"on": "set_status"}, True),
        ("apply_late", {"answer": "hang", "after": 9}, False),
        ("backend_down", {"on": "set_status", "how": "reset"}, False),
    ],
)
def test_an_effect_whose_answer_never_comes(
    site: StandIn, person: ByHand, fault: str, params: dict[str, Any], applied: bool
) -> None:
    site.arm(fault, **params)
    with pytest.raises(BROKEN):
        person.carry_out("set_status", NUMBER)
    entry = site.ledger[-1]
    assert (entry.kind, entry.applied, entry.fault, deleted(site)) == ("set_status", applied, fault, applied)


def test_a_reset_is_a_real_one_and_only_on_the_kind_of_connection_asked_for(site: StandIn, person: ByHand) -> None:
    site.arm("rst_before", on="set_status", connection="reused")
    person.hang_up()
    person.carry_out("set_status", NUMBER)
    assert site.ledger[-1].request_on_connection == 1
    assert deleted(site)
    with pytest.raises(ConnectionResetError):
        person.carry_out("set_status", NUMBER)
    assert site.ledger[-1].request_on_connection == 2
    assert site.ledger[-1].connection == site.ledger[-2].connection


@pytest.mark.parametrize(
    ("fault", "params", "applied", "status", "says"),
    [
        ("status_429", {"on": "set_status"}, False, 429, "Too Many"),
        ("status_500", {"on": "set_status"}, False, 500, "Internal"),
        ("status_502", {"on": "set_status"}, False, 502, "Bad Gateway"),
        ("status_503", {"on": "set_status"}, False, 503, "Unavailable"),
        ("status_504", {"on": "set_status"}, False, 504, "Timeout"),
        ("maintenance", {"on": "set_status"}, False, 200, "maintenance"),
        ("redirect_loop", {"on": "set_status"}, False, 302, ""),
        ("sign_in_200", {"on": "set_status"}, False, 200, "Password"),
        ("session_expired_before", {"on": "set_status"}, False, 200, "Password"),
        ("session_expired_after", {}, True, 200, "Password"),
        ("success_not_done", {}, False, 200, "Account status set to DELETE."),
        ("error_but_done", {}, True, 500, "NullPointerException"),
        ("locked", {}, False, 200, "locked by another user"),
        ("apply_late", {"after": 9}, False, 200, "timed out"),
        ("backend_down", {"on": "set_status"}, False, 503, "Unavailable"),
        ("role_error", {"on": "set_status"}, False, 200, SORRY),
    ],
)
def test_an_effect_with_a_misleading_answer(
    site: StandIn, person: ByHand, fault: str, params: dict[str, Any], applied: bool, status: int, says: str
) -> None:
    site.arm(fault, **params)
    answer = person.carry_out("set_status", NUMBER)
    assert answer.status == status
    assert says in answer.text
    entry = site.ledger[-1]
    assert (entry.kind, entry.applied, entry.fault, deleted(site)) == ("set_status", applied, fault, applied)


def test_applied_late_means_after_the_client_gave_up(site: StandIn, person: ByHand) -> None:
    site.arm("apply_late", after=0.1)
    person.carry_out("set_status", NUMBER)
    assert not deleted(site)
    time.sleep(0.2)
    assert deleted(site)
    assert site.ledger[-1].applied
    assert site.ledger[-1].changed == ("status",)


def test_an_effect_may_show_late_and_a_status_may_be_old(site: StandIn, person: ByHand) -> None:
    site.arm("effect_late", seconds=0.15)
    person.carry_out("set_status", NUMBER)
    assert deleted(site)
    assert "DELETE" not in person.see("organization", NUMBER).text
    time.sleep(0.2)
    assert "DELETE" in person.see("organization", NUMBER).text
    site.arm("stale_status", on="organization")
    assert "DELETE" not in person.see("organization", NUMBER).text
    assert "DELETE" in person.see("organization", NUMBER).text


@pytest.mark.parametrize(
    ("fault", "params", "on", "shows"),
    [
        (
            "changed_word",
            {"old": "Set Account Status = 'DELETE'", "new": "Mark as gone"},
            "cancel_page",
            "Mark as gone<",
        ),
        ("popup", {}, "cancel_page", "{crm}/notice'"),
        ("dialog", {"text": "Hello?"}, "cancel_page", 'confirm("Hello?")'),
        (
            "dialog",
            {"text": "Hello?", "type": "alert", "when": "click"},
            "cancel_page",
            'alert("Hello?")===false',
        ),
        ("two_dialogs", {"text": "One?", "second": "Two?"}, "cancel_page", 'confirm("One?");confirm("Two?")'),
        ("overlay", {}, "cancel_page", "z-index:99999"),
        ("rerender", {"every": 50}, "cancel_page", "setInterval(all,50)"),
        ("slow_script", {"seconds": 2}, "cancel_page", 'src="/analytics.js?seconds=2.0"'),
        ("slow_script", {"origin": "foreign"}, "cancel_page", "{foreign}/analytics.js"),
        ("foreign_image", {}, "cancel_page", "{foreign}/pixel.gif"),
        ("foreign_script", {}, "cancel_page", "{foreign}/tracker.js"),
        ("foreign_frame", {}, "cancel_page", "{foreign}/frame"),
        ("role_persistent", {}, "start_page", SORRY),
        ("backend_other_account", {"other": "520310"}, "start_page", "Lakeside Dental"),
    ],
)
def test_a_page_that_is_not_as_it_was(
    site: StandIn, person: ByHand, fault: str, params: dict[str, Any], on: str, shows: str
) -> None:
    shows = shows.replace("{foreign}", site.foreign_url).replace("{crm}", site.crm_url)
    assert shows not in person.see(on, NUMBER).text
    site.arm(fault, on=on, **params)
    assert shows in person.see(on, NUMBER).text
    assert shows not in person.see(on, NUMBER).text


def test_a_word_may_stand_there_twice(site: StandIn, person: ByHand) -> None:
    for skin in ("classic", "hover", "spa", "portal"):
        with StandIn(skin) as site, ByHand(site) as person:
            person.sign_in()
            words = r"remove\s+license\s+count,\s+change"
            site.arm("duplicate_word", on="cancel_page", words="Remove License Count, change to 0")
            assert len(re.findall(words, person.see("cancel_page", NUMBER).text, re.I)) == 2, skin
            assert len(re.findall(words, person.see("cancel_page", NUMBER).text, re.I)) == 1, skin


def test_update_may_fail_or_forget_the_server_location(site: StandIn, person: ByHand) -> None:
    there = site.facts()["server_locations"]["05"]
    site.arm("update_fails")
    assert "Update failed" in person.update("531201", server_location=there).text
    assert not site.ledger[-1].applied
    site.arm("location_not_saved")
    assert "has been updated" in person.update("531201", server_location=there).text
    assert site.account("531201").server_location == ""
    assert site.ledger[-1].applied


def test_the_role_error_of_any_page_goes_away_in_premium_edition(site: StandIn, person: ByHand) -> None:
    site.arm("role_error", on="start_page", times=None)
    site.arm("module_missing", on="organization")
    assert SORRY in person.see("start_page", NUMBER).text
    assert "Premium Edition" not in person.see("organization", NUMBER).text
    person.send(site.address("switch_module"), {"module": "Premium Edition"})
    assert "Cancellation Start Page" in person.see("start_page", NUMBER).text


def test_going_back_may_lead_elsewhere_and_rows_may_be_sorted_anew(site: StandIn, person: ByHand) -> None:
    site.arm("back_elsewhere", on="start_page")
    assert "Cancellation Start Page" in person.see("start_page", NUMBER).text
    assert "Cancellation Start Page" not in person.see("start_page", NUMBER).text
    site.arm("resort", on="billing", times=None)
    orders = {tuple(re.findall(r"740333-\d+", person.see("billing", "740333").text)) for _ in range(4)}
    assert len(orders) > 1


def test_downloads_and_foreign_redirects(site: StandIn, person: ByHand) -> None:
    site.arm("download", on="start_page")
    assert "attachment" in person.see("start_page", NUMBER).headers["Content-Disposition"]
    site.arm("foreign_redirect", on="start_page")
    assert person.see("start_page", NUMBER).url.startswith(site.foreign_url)
    assert [visit.path for visit in site.foreign_visits] == ["/redirected"]


def test_a_refused_connection_comes_back_on_the_same_port(site: StandIn, person: ByHand) -> None:
    site.arm("refused", origin="backend", seconds=0.15)
    with pytest.raises(BROKEN):
        person.see("start_page", NUMBER)
    with pytest.raises(ConnectionRefusedError):
        person.see("start_page", NUMBER)
    assert person.see("organization", NUMBER).status == 200
    time.sleep(0.25)
    assert person.see("start_page", NUMBER).status == 200


def test_latency_and_a_sign_in_that_leads_back_to_an_effect(site: StandIn, person: ByHand) -> None:
    site.arm("latency", on="start_page", seconds=0.1)
    started = time.monotonic()
    person.see("start_page", NUMBER)
    assert time.monotonic() - started >= 0.1
    site.arm("session_expired_before", on="set_status", resume=True)
    asked = person.carry_out("set_status", NUMBER)
    assert "Password" in asked.text
    assert "status.do" in asked.text


def test_faults_may_be_given_when_the_site_is_made() -> None:
    with (
        StandIn(faults=[{"fault": "maintenance", "on": "sign_in", "times": None}]) as site,
        ByHand(site) as person,
    ):
        assert "maintenance" in person.see("sign_in").text
        site.disarm()
        assert "maintenance" not in person.see("sign_in").text


def test_an_unknown_fault_is_an_error_and_every_known_one_is_tried_here(site: StandIn) -> None:
    with pytest.raises(ValueError, match="no fault 'rain'"):
        site.arm("rain")
    tried = Path(__file__).read_text(encoding="utf-8")
    assert [fault for fault in FAULTS if f'"{fault}"' not in tried] == []
