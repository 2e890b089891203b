"""Recordings: the site's own wording is kept, and nothing of a customer."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from page_objects.document import Document
from page_objects.portrait import Portrait, Thing
from page_objects.screen import Screen
from rpa.drift.addresses import Symbols
from rpa.drift.kept_words import KeptWords
from rpa.drift.packing import packed
from rpa.drift.scrubbing import Scrubber
from rpa.drift.shapes import figures_kept
from tests.drift_bench import WHOSE, control, document, profile, run

PORTRAIT = Portrait(
    "organization", things=(Thing("form.reason", "choose", "Reason"),), links=("Reports", "Page # of #")
)
LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd"], exclude_characters="xX0")
NAMES = st.text(LETTERS, min_size=4, max_size=12).map(lambda text: f"Zq{text}")
"""No word of any profile; x, X and 0 are what a shape is made of."""
SITE = profile()
KEPT = KeptWords(SITE, WHOSE, [PORTRAIT])


def scrubbed(one: Document, kept: KeptWords = KEPT) -> dict[str, Any]:
    [told] = Scrubber(SITE, kept).screen(Screen((one,)), SITE.words.billing)
    return told


def again(one: Document, kept: KeptWords = KEPT) -> Document:
    """As it is read from a recording."""
    return Document.parse(json.dumps(scrubbed(one, kept)))


@given(NAMES)
@settings(max_examples=40, deadline=None)
def test_nothing_of_a_customer_survives_wherever_it_stands(secret: str) -> None:
    page = document(
        [
            run(secret, 1), run(f"Account Name: {secret}", 2), run(f"Reports {secret}", 3, 0), run(f"12-10 Test {secret}", 4),
            run(f"{secret}@{secret}.com", 5), run(f"Phone   {secret}", 6), run(f"611974 - {secret}", 7, 1),
        ],
        [
            control(line=3, href=f"https://u:{secret}@crm.example.com/{secret}/a.jsp;s={secret}?q={secret}#{secret}"),
            control(line=7, href=f"javascript:openOrg('{secret}', {secret})", does=f'go("{secret}")', sends=f"submit /{secret}"),
            control("field", 8, value=secret, labels=[f"Name {secret}"], names=[secret], own=secret, target=secret),
            control("field", 8, value=secret, type="password"),
            control("select", 9, value=secret, options=[[secret, True, False, secret]], popup=secret, expanded=secret),
            control("button", 9, value=secret, type=secret),
        ],
        title=secret, url=f"https://{secret}@crm.example.com/o?name={secret}",
    )  # fmt: skip
    told = json.dumps(scrubbed(page), ensure_ascii=False)
    assert secret.casefold() not in told.casefold()
    assert not re.search(r"[\w.]+@[\w.]+", told), "nor the look of an e-mail"


@given(st.text(max_size=40), st.lists(st.integers(1, 39), max_size=3, unique=True))
@settings(max_examples=40, deadline=None)
def test_a_text_keeps_its_length_and_its_seams(text: str, seams: list[int]) -> None:
    seams = sorted(one for one in seams if one < len(text))
    [told] = again(document([run(text, 1, -1, seams)])).runs
    assert (len(told.text), told.seams) == (len(text), tuple(seams))
    assert [c.isspace() for c in told.text] == [c.isspace() for c in text]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Set Account Status = 'DELETE'", "Set Account Status = 'DELETE'"),
        ("Remove License Count, change to 0", "Remove License Count, change to 0"),
        ("Account Number: 611974", "Account Number: 611974"),
        ("Account Number: 611975", "Account Number: 000000"),
        ("Link to AR: 611974 - 12-10 Test", "Link to AR: 611974 - 12-10 Test"),
        ("Link to AR: 611974 - 12-10 TEST", "Xxxx xx XX: 611974 - 00-00 XXXX"),
        ("12-10 Test 2", "12-10 Test 0"),
        ("12-10 Testing", "00-00 Xxxxxxx"),
        ("Page 3 of 17", "Page 0 of 00"),
        ("Reports", "Reports"),
        ("Account Status: Lapsed", "Account Status: Xxxxxx"),
        ("Phone: 555-123-4567", "Phone: 000-000-0000"),
        ("E-mail: ann@acme.example", "E-mail: xxxxxxxx.xxxxxxx"),
    ],
)
def test_what_is_kept_of_a_text(text: str, kept: str) -> None:
    assert again(document([run(text, 1)])).runs[0].text == kept


def test_a_phrase_of_which_only_a_part_is_a_link_is_kept_as_a_whole() -> None:
    told = again(document([run("Link to AR: ", 1), run("611974 - 12-10 Test", 1, 0)], [control(line=1)]))
    assert told.line_texts[1] == "Link to AR: 611974 - 12-10 Test"


def test_a_link_to_another_account_is_no_wording_though_the_portrait_has_it() -> None:
    kept = KeptWords(SITE, WHOSE, [Portrait("organization", links=("Acme Ltd", "Reports"))])
    links = [control(line=1, href="/org.jsp?id=611975"), control(line=2, href="/reports.jsp?id=611974")]
    told = again(document([run("Acme Ltd", 1, 0), run("Reports", 2, 1)], links), kept)
    assert [one.text for one in told.runs] == ["Xxxx Xxx", "Reports"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("$1,249.95", "$1,249.95"), ("Nov 26, 2026", "Nov 26, 2026"), ("INV-1047", "XXX-1047"), ("611974-001", "611974-001"),
        ("USD 99.00", "USD 99.00"), ("Call 555-123-4567", "Xxxx 000-000-0000"), ("5551234567", "0000000000"),
        ("Renewal for Ann 2", "Xxxxxxx xxx Xxx 0"), ("ann@x.org 12", "xxxxx.xxx 00"),
    ],
)  # fmt: skip
def test_figures_of_billings_are_kept_where_they_are_no_sentence(text: str, kept: str) -> None:
    assert figures_kept(text, WHOSE) == kept


def test_what_leads_elsewhere_still_does_and_what_leads_to_the_same_place_too() -> None:
    hrefs = ["/a.jsp?id=1", "/a.jsp?id=2", "/a.jsp?id=1", "", "#", None, "javascript:void(0)", "/b.jsp", "//host/b.jsp"]
    told = again(document([], [control(line=n, href=href, sends=href or "") for n, href in enumerate(hrefs)])).controls
    for number, one in enumerate(told):
        for other, another in enumerate(told):
            assert (one.href == another.href, one.sends == another.sends) == (
                hrefs[number] == hrefs[other], (hrefs[number] or "") == (hrefs[other] or ""),
            )  # fmt: skip
    was = document([], [control(href=href) for href in hrefs]).controls
    assert [(one.plain_link, one.doubtful, one.plainly_dead) for one in told] == [
        (one.plain_link, one.doubtful, one.plainly_dead) for one in was
    ]


def test_an_address_keeps_the_sites_host_and_no_other() -> None:
    symbols = Symbols({"billing"}, "611974", {"crm.example.com"})
    assert symbols.address("https://bob:pw@crm.example.com:8443/billing/611974.jsp?t=1") == (
        "https://crm.example.com:8443/billing/611974.jsp?~1"
    )
    assert "evil" not in symbols.address("https://evil.example/")
    assert symbols.address("http://[bad") == "http://[~3", "what is no address is a text of the mark-up"


def test_a_document_is_packed_as_the_eye_told_it_but_at_rest() -> None:
    was = document([run("Update", 1, 0, [3])], [control("select", 1, options=[["a", True, False, ""]], labels=["L"])])
    now = Document.parse(json.dumps(packed(was)))
    assert (now.runs, now.controls, now.cells, now.counts) == (was.runs, was.controls, was.cells, was.counts)
    assert (now.mutations, now.ready, now.url) == (0, "complete", was.url)


def test_scrubbing_again_changes_nothing() -> None:
    page = document(
        [run("Acme Ltd: Bob", 1), run("Update", 2, 0)], [control(line=2, href="/x?y=z", does="go('k')", sends="/x?y=z")]
    )
    once = again(page)
    twice = again(once)
    assert (once.runs, once.controls) == (twice.runs, twice.controls)
