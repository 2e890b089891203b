"""The case file as people see it: the pages in a real browser, the reply, the restore sheet, the schema."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

from flows.journal import EventKind
from flows.model import Effect, End, Outcome, ProofLine
from page_objects.ar_billing_page import ArBillingPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.organization_page import OrganizationPage
from rpa.cases import CaseFile, index_page
from rpa.cases.article import ARTICLE, clauses_of
from rpa.cases.case import Evidence, SentRequest
from rpa.cases.comparison import money
from rpa.cases.reply import _BODIES
from rpa.cases.shown import BILLING, CANCELLED_TAB, RECORD, START_PAGE, Shown
from rpa.cases.text import clean, one_line
from rpa.cases.wording import ADVICE, EFFECTS, HEADLINES, NAMES, accepted_question, requests_in_words
from rpa.results import Result
from tests.case_samples import (
    HOSTILE,
    PROFILE,
    a_request,
    before,
    records_in,
    tell_case,
    tell_effects,
    tell_start,
    write_samples,
)

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page in a browser with scripts on, and what it tried to do beside showing itself."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_page()
        self.asked: list[str] = []
        self.ran: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("dialog", self._asked_person)
        self.page.on("console", lambda message: self.ran.append(message.text))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith("data:") and not request.is_navigation_request():
            self.asked.append(request.url)

    def _asked_person(self, dialog: Dialog) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()

    def open(self, path: Path) -> str:
        self.page.goto(path.as_uri())
        return self.page.inner_text("body")


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    shown = Watched(chromium)
    yield shown
    shown.page.close()


def case(samples: Path, id_: str) -> Path:
    return samples / "cases" / id_


# case.html


def test_the_page_tells_the_whole_story(samples: Path, watched: Watched) -> None:
    text = watched.open(case(samples, "R-0001") / "case.html")
    assert text.startswith("Cancelled, and proven\n\n611901 · 12-10 Test")
    assert "5 of 5 points of the proof hold" in text
    assert "1 Scheduled, 1 Submitted: $258.00" in text
    assert "Billing cancelled\tnone\t2 rows: $258.00" in text
    assert "Licenses\t7\t0\nAccount status\tACTIVE\tDELETE\n" in text
    assert "Server Location\tempty\thttps://aws05.test/ar\nApp module\tStandard Edition\tStandard Edition" in text
    assert "reason (empty), opt out not ticked\tdate 11/30/2026, reason Too expensive, opt out ticked" in text
    assert "rpa verify R-0001" in text
    assert [text.index(sentence) for sentence in ARTICLE.values() if sentence in text] == sorted(
        text.index(sentence) for sentence in ARTICLE.values() if sentence in text
    )
    assert all(sentence in text for key, sentence in ARTICLE.items() if key != "6")


def test_every_picture_is_inside_the_page_and_can_be_seen(samples: Path, watched: Watched) -> None:
    watched.open(case(samples, "R-0001") / "case.html")
    widths = watched.page.eval_on_selector_all("img", "all => all.map(one => one.naturalWidth)")
    assert widths == [480] * 16
    assert watched.asked == []


def test_the_box_says_what_a_person_has_to_look_at(samples: Path, watched: Watched) -> None:
    watched.open(case(samples, "R-0005") / "case.html")
    box = watched.page.inner_text(".ask")
    assert "Do not click it again" in box
    assert "All scheduled and submitted billings cancelled (clause 6.2), asked for on Cancel page" in box
    assert "2 requests were sent: POST /cancel.do (no answer), GET /cancel.jsp (answered 200)." in box
    watched.open(case(samples, "R-0006") / "case.html")
    assert "expected none, seen INV-106 Scheduled, on billing page" in watched.page.inner_text(".ask")
    watched.open(case(samples, "R-0001") / "case.html")
    assert watched.page.locator(".ask").count() == 0


def of_clause(watched: Watched, key: str) -> str:
    clauses = watched.page.locator(".clause")
    return clauses.filter(has=watched.page.get_by_text(key, exact=True)).inner_text()


def test_an_effect_tells_whose_page_it_was_what_was_sent_and_what_was_asked(samples: Path, watched: Watched) -> None:
    watched.open(case(samples, "R-0001") / "case.html")
    assert "Identity read there: 611901 - 12-10 Test; 1 request was sent: POST /cancel.do" in of_clause(watched, "6.1")
    assert "Then seen: the page says 0. Identity read there" in of_clause(watched, "6.1")
    assert "Identity read there: 611901 · 12-10 Test;" in of_clause(watched, "10")
    told = of_clause(watched, "6.2")
    assert "The site asked “Cancel all billings?”: accepted" in told
    assert "GET /cancel.jsp (answered 200); intent" in told
    warnings = watched.page.locator("section", has=watched.page.get_by_role("heading", name="Warnings")).inner_text()
    assert "INV-105 was already Submitted" in warnings
    assert "Cancel all billings" not in warnings


def test_what_the_site_answered_and_the_proof_confirmed_is_done(samples: Path, watched: Watched) -> None:
    text = watched.open(case(samples, "R-0001") / "case.html")
    chips = watched.page.locator(".clause .chip").all_inner_texts()
    assert "answered by the site" not in chips
    assert "open the page with the four links: done" in text


def test_each_clause_shows_or_links_the_picture_that_belongs_to_it(samples: Path, watched: Watched) -> None:
    watched.open(case(samples, "R-0001") / "case.html")
    shown = {key: of_clause(watched, key) for key in ("1", "2", "3", "4", "7", "8", "9")}
    assert "Picture: Organization page, as read" in shown["1"]
    assert "Picture: Cancellation Start Page, as read" in shown["4"]
    assert "Picture: billing page, as read" in shown["7"]
    assert "billing page, as read" in shown["8"]
    assert "billing page, Cancelled tab, as read" in shown["9"]
    assert not [key for key in ("2", "3", "8", "9") if "Picture: " in shown[key]]
    targets = watched.page.locator("a").evaluate_all("all => all.map(one => one.hash)")
    assert len(targets) == 3 + 5
    assert all(watched.page.locator(target).count() == 1 for target in targets)


@pytest.mark.parametrize("place", ["cases/R-hostile/case.html", "index.html"])
def test_hostile_text_neither_runs_nor_asks_the_network_nor_turns_the_reader(
    samples: Path, watched: Watched, place: str
) -> None:
    text = watched.open(samples / place)
    assert "<script>alert(1)</script>\"'><img src=x" in text
    assert "⟨U+001B⟩[31m⟨U+202E⟩gnp.exe" in text
    assert (watched.asked, watched.ran) == ([], [])
    assert watched.page.locator("script, iframe, object, embed, link, form").count() == 0
    assert not set((samples / place).read_text()) & {"\x1b", "\u202e", "\x00"}


def test_the_policy_stops_a_script_even_if_one_got_in(samples: Path, watched: Watched, tmp_path: Path) -> None:
    page = (case(samples, "R-0001") / "case.html").read_text()
    broken = '<script>alert(3)</script><img src="http://evil.test/x" onerror="alert(4)"><iframe src="http://evil.test"></iframe>'
    (tmp_path / "case.html").write_text(page.replace("<main>", "<main>" + broken))
    watched.open(tmp_path / "case.html")
    assert not {"3", "4"} & set(watched.ran)
    refused = " ".join(watched.ran)
    assert "script" in refused
    assert "img-src" in refused
    assert "frame" in refused


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("id_", ["R-0001", "R-0005", "R-hostile", "R-long"])
def test_the_page_fits_its_window(samples: Path, watched: Watched, id_: str, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": 800})
    watched.open(case(samples, id_) / "case.html")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_can_be_printed(samples: Path, watched: Watched) -> None:
    watched.open(case(samples, "R-0001") / "case.html")
    assert watched.page.pdf(format="A4").startswith(b"%PDF")


def test_an_interrupted_and_resumed_run_is_told_as_one_case(tmp_path: Path, watched: Watched) -> None:
    with records_in(tmp_path) as records:
        with records.begin(a_request(), profile=PROFILE) as journal:
            tell_start(journal, a_request())
            journal.intend(
                Effect.SET_STATUS, "6.3", {"number": "611974", "name": "12-10 Test"}, "Cancel page", "ACTIVE"
            )
        tell_case(records, a_request(), End.NEEDS_HUMAN, "unknown_effect", "x")
        told = records.find("R-0001").case_dir
    text = watched.open(told / "case.html")
    assert "stopped without an end" in text
    assert "Whether a request reached the server is not known." in text
    made = CaseFile.model_validate_json((told / "case.json").read_bytes())
    assert [attempt.end for attempt in made.attempts] == ["", "needs_human"]
    assert made.snapshot is not None
    assert made.snapshot.license_count == 7
    assert (made.effects[0].outcome, made.effects[0].requests) == ("unknown", None)


def test_a_reading_that_can_not_be_understood_costs_a_warning_not_the_case_file(tmp_path: Path) -> None:
    with records_in(tmp_path) as records, records.begin(a_request(), profile=PROFILE) as journal:
        journal.write(EventKind.SNAPSHOT, reading={"shape": "of another version"}, module="x")
        tell_effects(journal, a_request())
        outcome = Outcome(id="R-0001", account_name="a", account_number="1", end=End.NEEDS_HUMAN, message="m")
        told = Path(journal.finish(outcome).case_dir)
    made = CaseFile.model_validate_json((told / "case.json").read_bytes())
    assert "could not be read back" in made.warnings[0].text
    assert "No snapshot was taken" in (told / "restore.md").read_text()


# index.html


def test_the_index_links_each_case_and_counts_each_end(samples: Path, watched: Watched) -> None:
    watched.open(samples / "index.html")
    totals = watched.page.locator(".totals li").all_inner_texts()
    assert totals[0].split("\n") == ["2", "cancelled"]
    assert len(totals) == len(End) + 2
    links = watched.page.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links[0] == "cases/R-0001/case.html"
    assert links[9:] == ["cases/R-open/"]
    assert "1\nno end yet\n1\nnot started" in watched.page.inner_text(".totals")
    row = watched.page.locator("tr", has_text="Dogwood")
    assert row.inner_text().split("\t")[2:4] == ["no end yet", "stopped by a person"]
    watched.page.locator("a").first.click()
    assert watched.page.inner_text("h1") == "Cancelled, and proven"


def test_the_index_links_folders_with_odd_names_and_none_where_there_is_no_case(
    tmp_path: Path, watched: Watched
) -> None:
    folder = tmp_path / "my #1 cases?" / "R 1%"
    folder.mkdir(parents=True)
    (folder / "case.html").write_text("<h1>here</h1>")
    told = Outcome(id="a", account_name="n", account_number="1", end=End.REFUSED, message="m", case_dir=str(folder))
    (tmp_path / "out").mkdir()
    page = tmp_path / "out" / "index.html"
    outcomes = (told, told.model_copy(update={"case_dir": ""}))
    index_page([Result(a_request(), outcome) for outcome in outcomes], page, HOSTILE)
    watched.open(page)
    assert watched.page.locator("a").count() == 1
    watched.page.locator("a").click()
    assert watched.page.inner_text("h1") == "here"


@pytest.mark.parametrize("width", [390, 700, 900, 1200])
def test_the_index_breaks_no_word_and_cuts_no_link(samples: Path, watched: Watched, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": 800})
    watched.open(samples / "index.html")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    lines = """one => { const range = document.createRange(), text = one.querySelector("td bdi").firstChild;
        range.setStart(text, 0); range.setEnd(text, "Dogwood".length); return range.getClientRects().length }"""
    assert watched.page.locator("tr", has_text="Dogwood").evaluate(lines) == 1
    for link in watched.page.locator("a").all():
        box = link.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width - 20


def test_an_index_of_nothing_is_a_page(tmp_path: Path, watched: Watched) -> None:
    index_page([], tmp_path / "index.html", "Nothing")
    assert "0 requests" in watched.open(tmp_path / "index.html")


# reply.txt and restore.md


@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize("code", ["", "unknown_effect"])
def test_only_a_proven_end_tells_the_customer_that_the_account_is_cancelled(
    tmp_path: Path, end: End, code: str
) -> None:
    with records_in(tmp_path) as records:
        outcome = tell_case(records, a_request(name=HOSTILE), end, code, message="INTERNAL 700123")
    reply = (Path(outcome.case_dir) / "reply.txt").read_text()
    proven = end in {End.CANCELLED, End.ALREADY_CANCELLED}
    assert ("cancelled" in reply) is proven
    assert ("No further billing" in reply) is proven
    assert ("opted out" in reply) is (end is End.CANCELLED)
    assert ("Account tab > License Billing > Cancel Subscription" in reply) is (end is End.REFERRED)
    assert ("working on it" in reply) is (end is End.NEEDS_HUMAN)
    assert not {"\x1b", "\u202e"} & set(reply)
    for internal in ("INTERNAL", "700123", "unknown_effect", "R-0001", "robot"):
        assert internal not in reply


def test_the_restore_sheet_tells_the_values_from_before_the_first_effect(samples: Path) -> None:
    sheet = (case(samples, "R-0001") / "restore.md").read_text()
    assert "Set the license count back to **7**." in sheet
    assert "Set the account status back to **ACTIVE**." in sheet
    assert "| INV-106 | 2026-12-01 | $129.00 | Scheduled |" in sheet
    assert "INV-104" not in sheet
    assert "$258.00 in all" in sheet


def test_the_restore_sheet_says_where_to_look_first(samples: Path) -> None:
    sheet = (case(samples, "R-0005") / "restore.md").read_text()
    assert "(clause 6.2): not known\n\nLook first" in sheet
    assert "(clause 6.3)" not in sheet


def test_no_restore_sheet_where_nothing_was_set_out_to_be_changed(samples: Path) -> None:
    assert not (case(samples, "R-0002") / "restore.md").exists()


def test_a_hostile_name_has_no_mark_up_in_the_restore_sheet(samples: Path) -> None:
    sheet = (case(samples, "R-hostile") / "restore.md").read_text()
    assert "<script" not in sheet.replace("\\<", "")
    assert not {"\x1b", "\u202e"} & set(sheet)


# case.json and words


def test_each_line_of_the_proof_names_the_picture_of_its_page_from_after_the_effects(samples: Path) -> None:
    told = CaseFile.model_validate_json((case(samples, "R-0001") / "case.json").read_bytes())
    pictures = [line.evidence.split("-", 1)[1] for line in told.proof]
    assert pictures == ["start.png", "start.png", "billing.png", "cancelled-tab.png", "after-10.png"]
    assert told.outcome.proof == told.proof


def test_a_picture_from_before_an_effect_proves_nothing_of_it() -> None:
    shown = Shown()
    for page in (RECORD, START_PAGE, BILLING, BILLING):
        shown.taken(a_picture(page, f"before {page}"))
    shown.billing_read()
    line = ProofLine(clause="8", claim="c", expected="e", seen="s", page=f"{START_PAGE}, {RECORD}", ok=True)
    shown.effect(Effect.FILL_FORM)
    assert shown.beside(line).evidence == f"before {START_PAGE}"
    shown.effect(Effect.SET_STATUS)
    assert not shown.beside(line).evidence
    assert not shown.beside(line.model_copy(update={"page": CANCELLED_TAB})).evidence


def a_picture(page: str, file: str) -> Evidence:
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    return Evidence(file=file, sha256="", media_type="image/png", moment="page", clause="", page=page, url="", at=at)


def test_the_pages_are_called_as_the_page_objects_call_them() -> None:
    assert (OrganizationPage.name, CancellationStartPage.name, ArBillingPage.name) == (RECORD, START_PAGE, BILLING)


def test_the_schema_in_the_docs_is_the_models_own_and_fits(samples: Path) -> None:
    schema = json.loads((ROOT / "docs" / "case-file.schema.json").read_text())
    assert schema == CaseFile.model_json_schema(mode="serialization")
    for path in samples.glob("cases/*/case.json"):
        told = json.loads(path.read_text())
        assert told["schema"] == "planplus-case/2"
        assert set(schema["required"]) <= set(told)
        assert CaseFile.model_validate_json(path.read_bytes()).to_json() == path.read_bytes()


def test_the_sentences_are_the_articles_own() -> None:
    article = ROOT.parent / "shared" / "reference" / "kb-801493.txt"
    if not article.exists():
        pytest.skip("the article lies beside the repository only where it is developed")
    words = "".join(article.read_text().split()).replace("***", "")
    for sentence in ARTICLE.values():
        for part in sentence.replace(". ", ".\n").replace(" - (", "\n(").replace(".) You", ".)\nYou").splitlines():
            assert "".join(part.split()).rstrip(".") in words, part


def test_clauses_are_found_in_ranges() -> None:
    assert clauses_of("3-4") == ("3", "4")
    assert clauses_of("7-9") == ("7", "8", "9")
    assert clauses_of("6.1") == ("6.1",)
    assert clauses_of("4a") == ("4a",)
    assert clauses_of("") == clauses_of("nothing") == clauses_of("77") == ()


def test_every_end_code_and_effect_has_words() -> None:
    assert set(HEADLINES) == set(NAMES) == set(_BODIES) == set(End)
    assert set(EFFECTS) == set(Effect)
    article_codes = (
        "unsupported_prefix",
        "link_unreachable",
        "still_scheduled",
        "update_rejected",
        "role_denied",
    )
    assert {*article_codes, "unknown_effect", "unknown_page", "drift", "sign_in", "site_down", "maintenance"} <= set(
        ADVICE
    )


def test_what_was_sent_is_told_request_by_request() -> None:
    lost = SentRequest(method="POST", path="/a")
    assert requests_in_words([lost]) == "1 request was sent: POST /a (no answer)"
    assert "did not reach the server" in requests_in_words([lost.model_copy(update={"refused": True})])
    assert requests_in_words([lost.model_copy(update={"blocked": True})]) == "nothing left the browser"
    assert "not known" in requests_in_words(None)


@pytest.mark.parametrize(
    ("warning", "note"),
    [
        ('alert() said "Done.": accepted', "the site said “Done.”: accepted"),
        ('confirm() said "Sure?": dismissed', ""),
        ('after the intent: confirm() said "Sure?": accepted', ""),
    ],
)
def test_only_what_was_accepted_is_a_plain_note(warning: str, note: str) -> None:
    assert accepted_question(warning) == note


def test_money_names_what_it_could_not_read() -> None:
    rows = before(a_request()).billing or ()
    assert money(rows) == "$387.00"
    assert money((*rows, rows[0].model_copy(update={"amount": None}))) == "$387.00 and 1 without an amount"
    assert money((rows[0], rows[0].model_copy(update={"amount_text": "€129.00"}))) == "258.00"
    assert money(()) == "0.00"


def test_what_can_not_be_seen_is_written_out_and_what_is_spelled_with_joiners_stays() -> None:
    assert clean("a\u202eb\x07\u200b\ud800\U000e0041") == "a⟨U+202E⟩b⟨U+0007⟩⟨U+200B⟩⟨U+D800⟩⟨U+E0041⟩"
    assert clean("👩‍👧 می‌خواهم\nשלום\tx") == "👩‍👧 می‌خواهم\nשלום\tx"
    assert one_line("a\n\n b" + "c" * 300, 10) == "a bcccccc…"
