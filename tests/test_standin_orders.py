"""Faults as they are ordered, in one line or as JSON: what could never strike, or only break, is refused with a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from fixtures.standin import FAULTS, StandIn, read_order
from fixtures.standin.by_hand import ByHand
from tests.cli_bench import rpa

NUMBER = "611974"
WORDS = "changed_word on=cancel_page times=0 old='Set Account Status' new=\"Set State\""
REFUSED = [
    ("rain", "no fault 'rain'"),
    ("latency@999", "there is no account 999"),
    ("latency@", "there is no account number after the @"),
    ("latency on=nowhere", "on=nowhere is no page or request"),
    ("latency times=often", "times must be a whole number; 0 is for ever"),
    ("latency colour=red", "latency takes no colour; it takes: seconds, on, times, account"),
    ("latency seconds=soon", "seconds must be a number from 0 to 86400; not 'soon'"),
    ("changed_word", "changed_word needs old=... and new=... (old reads new in what is shown)"),
    ("changed_word old='' new=x", "old must not be empty"),
    ("duplicate_word", "duplicate_word needs words=..."),
    ("changed_word old=Set Account", "'Account' is not of the form NAME=VALUE"),
    ("changed_word old='Set", "a quotation mark is not closed"),
    ("hang seconds=1 seconds=2", "seconds is given twice"),
    ("refused origin=both", "origin must be crm or backend"),
    ("backend_other_account other=999", "there is no account 999"),
]


@pytest.fixture
def site() -> Iterator[StandIn]:
    with StandIn() as site:
        yield site


@pytest.mark.parametrize(("order", "says"), REFUSED)
def test_an_order_that_cannot_be_carried_out_is_refused(order: str, says: str) -> None:
    result = rpa("site", "--fault", order)
    assert result.exit_code == 2
    assert says in result.stderr


def test_an_order_in_one_line_carries_place_times_and_parameters(site: StandIn) -> None:
    assert read_order(f"latency@{NUMBER}") == {"fault": "latency", "account": NUMBER}
    site.arm(**read_order(WORDS))
    site.arm(**read_order("maintenance on=start_page status=503 times=2"))
    with ByHand(site) as person:
        person.sign_in()
        for _ in range(3):
            assert "Set State" in person.see("cancel_page", NUMBER).text
        assert [person.see("start_page", NUMBER).status for _ in range(3)] == [503, 503, 200]


def test_what_a_fault_does_names_all_that_it_takes() -> None:
    for name, kind in FAULTS.items():
        taken = {*kind.takes.split(), *kind.needs.split()}
        assert set(re.findall(r"`(\w+)`", kind.does)) - {"on"} <= taken, name


def test_the_control_endpoint_refuses_the_same(site: StandIn) -> None:
    def told(path: str, body: Any = None) -> tuple[int, str]:
        data = None if body is None else json.dumps(body).encode()
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(site.control_url + path, data), timeout=5)
        return caught.value.code, json.load(caught.value)["error"]

    for order, says in REFUSED[3:7]:
        code, error = told("/arm", read_order(order))
        assert (code, says in error) == (400, True), error
    assert told("/arm", {"fault": "latency", "account": "999"}) == (400, "there is no account 999")
    assert told("/arm", [])[0] == 400
    assert "must be a JSON object" in told("/arm", [])[1]
    assert told("/arm", {"fault": "latency", "params": 3}) == (400, "params must be a JSON object")
    assert told("/arm", {"fault": "latency", "self": 3})[1].startswith("latency takes no self")
    assert told("/person", {"number": "999"})[0] == 400
    assert told("/account/999") == (404, "there is no account 999")
