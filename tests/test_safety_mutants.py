"""Each safety rule, proven able to fail: a check that is green on the code, and red once the rule is taken out of it."""

import contextlib
import csv
import datetime as dt
import importlib
import inspect
import io
import socket
import sqlite3
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows import effects, gate, proof, recoveries
from flows.errors import CancellationError, Interrupted, LeaseLost, NeedsHuman, UnknownEffect
from flows.journal import EventKind
from flows.model import BillingRow, CancellationRequest, Effect, End, FormValues, FreshReading, PlannedEffect
from flows.notes import Notes
from flows.profile import ServerLocation
from flows.session import SentRequests
from flows.walk import Walk
from page_objects.act import Aftermath
from page_objects.admin_page import Identity
from page_objects.obstacles import NotHere
from page_objects.words import Words
from rpa.cases.rendering import ENGINE
from rpa.egress import Egress
from rpa.fence import Fence, FencedJournal
from rpa.queue.sweeping import take_over
from rpa.records import CaseJournal
from rpa.results import Result, as_csv
from tests.case_samples import PROFILE, a_request, records_in, tell_case
from tests.faults_wire import Wire, ask, page
from tests.queue_bench import bench_in, outcome
from tests.queue_bench import effect as one_effect
from tests.queue_bench import request as a_waiting_request
from tests.test_permit import FORM, Desk, chromium, desk, dies_when_reused  # noqa: F401 (fixtures)

Patch = pytest.MonkeyPatch


def rewrite(patch: Patch, where: str, old: str, new: str) -> None:
    """Replace `old` by `new` in the source of a function ("module:name" or "module:Class.name") and put it in its place."""
    module_name, _, name = where.partition(":")
    module = importlib.import_module(module_name)
    owner = module
    for part in name.split(".")[:-1]:
        owner = getattr(owner, part)
    function = inspect.unwrap(getattr(owner, name.split(".")[-1]))
    source = textwrap.dedent(inspect.getsource(function))
    assert old in source, f"the mutant no longer fits {where}: {old}"
    made: dict[str, Any] = {}
    exec(compile(source.replace(old, new), f"<mutant of {where}>", "exec"), vars(module), made)
    patch.setattr(owner, name.split(".")[-1], made[name.split(".")[-1]])


# --- a walk without a browser ---


class Desk1:
    """Session, page and site in one: it answers as told, and counts presses and seconds of waiting."""

    name, stopped, words = "Cancel page", False, Words()

    def recognised(self, _screen: object) -> bool:
        return True

    def __init__(self, *, number: str = "611974", name: str = "12-10 Test", answered: bool = True) -> None:
        self.read = Identity((number,), (name,), (f"{number} - {name}",), "document-1")
        self.answered, self.presses, self.waited = answered, 0, 0.0
        self.tab, self.journal, self.at_press = self, Notes("R-1", "611974"), 0
        self.page = type("P", (), {"url": "http://crm.test/", "is_closed": lambda _self: False})()

    def identity(self, _document: object = None) -> Identity:
        return self.read

    def body(self, _screen: object) -> None: ...

    def glance(self) -> None: ...

    def settled(self) -> None: ...

    def arrival(self, _screen: object) -> None: ...

    def here(self) -> bool:
        return False

    def evidence(self, *_: object) -> str:
        return ""

    def check_stop(self) -> None: ...

    def pause(self, seconds: float) -> None:
        self.waited += seconds

    @contextlib.contextmanager
    def permit(self) -> Iterator[SentRequests]:
        sent = SentRequests()
        yield sent
        status = 200 if self.answered else None
        sent.requests.append({"method": "GET", "path": "/x", "status": status, "blocked": False})

    def press(self, _page: object = None) -> Aftermath:
        self.presses += 1
        if self.presses == 1:
            self.at_press = len(self.journal.intents())
        if not self.answered:
            raise NotHere("no answer")
        return Aftermath(presses=1)

    def walk(self, needed: bool = True) -> Walk:
        walk = Walk(a_request(), PROFILE, self, self.journal)  # type: ignore[arg-type]
        one = PlannedEffect(
            effect=Effect.SET_STATUS, clause="6.3", what="", before="ACTIVE", after="DELETE", needed=needed
        )
        walk.plan = type("P", (), {"effects": (one,), "reading": None})()  # type: ignore[assignment]
        walk.to_cancel_page = lambda: self  # type: ignore[assignment,method-assign,return-value]
        return walk


# --- checks: each raises AssertionError where the promise is broken ---


def another_account_is_not_touched(_scene: "Scene") -> None:
    for other in (Desk1(number="611975"), Desk1(name="12-10 TEST"), Desk1(number="", name="")):
        with contextlib.suppress(CancellationError):
            gate.pass_gate(other.walk(), Effect.SET_STATUS, other, other.press, "ACTIVE")  # type: ignore[arg-type]
        assert other.presses == 0


def an_intent_is_there_before_the_click(_scene: "Scene") -> None:
    one = Desk1()
    gate.pass_gate(one.walk(), Effect.SET_STATUS, one, one.press, "ACTIVE")  # type: ignore[arg-type]
    assert one.at_press == 1


def no_click_without_a_durable_intent(_scene: "Scene") -> None:
    one = Desk1()

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    one.journal.intend = full  # type: ignore[method-assign,assignment]
    with contextlib.suppress(OSError):
        gate.pass_gate(one.walk(), Effect.SET_STATUS, one, one.press, "ACTIVE")  # type: ignore[arg-type]
    assert one.presses == 0


def an_intent_is_in_the_database_when_it_is_returned(scene: "Scene") -> None:
    with records_in(scene.folder) as records, records.begin(a_request(), profile=PROFILE) as journal:
        journal.intend("set_status", "6.3", {"number": "611974"}, "Cancel page", "ACTIVE")
        with contextlib.closing(sqlite3.connect(scene.folder / "rpa.db")) as other:
            assert other.execute("select count(*) from intents").fetchone() == (1,)


def after_trouble_it_is_read_twice_and_never_clicked_again(scene: "Scene") -> None:
    one = Desk1(answered=False)
    readings: list[float] = []
    scene.patch.setattr(effects, "probe", lambda _walk, _effect: bool(readings.append(one.waited)))
    code = ""
    try:
        effects._by_link(one.walk(), Effect.SET_STATUS, one.press)  # type: ignore[arg-type]
    except UnknownEffect as unknown:
        code = unknown.code
    except CancellationError as error:
        code = error.code
    assert one.presses == 1
    assert code == "unknown_effect"
    assert len(readings) == 2
    assert readings[1] - readings[0] > PROFILE.timing.server_limit


def what_is_not_in_the_plan_is_not_pressed(_scene: "Scene") -> None:
    one = Desk1()
    assert effects._by_link(one.walk(needed=False), Effect.SET_STATUS, one.press) == "already"  # type: ignore[arg-type]
    assert one.presses == 0


ROW = BillingRow(number="B-1", status="Scheduled")
GONE = BillingRow(number="B-1", status="Cancelled")
PAID = BillingRow(number="B-9", status="Paid")
SAVED = FormValues(date="09/30/2026", reason="Too expensive", opt_out=True)
WORLDS: dict[str, dict[str, Any]] = {
    "licences": {"license_count": "3"}, "no licences": {"license_count": None}, "status": {"account_status": "ACTIVE"},
    "scheduled": {"billing": (ROW,)}, "not cancelled": {"cancelled": ()}, "form": {"form": FormValues(date="", reason="")},
    "submitted": {"billing": (BillingRow(number="B-2", status="Submitted"),)}, "vanished": {"before": (ROW, PAID)},
}  # fmt: skip


def proven(**wrong: Any) -> bool:
    """Whether the proof goes through in a world that is right but for `wrong`."""
    one = Desk1()
    walk = one.walk()
    told = {"license_count": "0", "account_status": "DELETE"} | {key: wrong[key] for key in wrong if "_" in key}
    walk.facts = {name: {"Start page": value} for name, value in told.items() if value is not None}
    walk.request = a_request().model_copy(update={"date": dt.date(2026, 9, 30), "reason": "Too expensive"})
    before = wrong.get("before", (ROW,))
    one.journal.snapshot = type("Reading", (), {"billing": before})  # type: ignore[method-assign,assignment]
    one.journal.intend("fill_form", "10", {}, "Organization", "")
    one.now = lambda: dt.datetime.now(dt.UTC)  # type: ignore[attr-defined]
    fresh = FreshReading(
        billing=wrong.get("billing", ()), cancelled=wrong.get("cancelled", (GONE,)), form=wrong.get("form", SAVED)
    )
    try:
        proof.judge(walk, proof.prove(walk, fresh), fresh)
    except NeedsHuman:
        return False
    return True


def cancelled_is_said_on_proof_only(_scene: "Scene") -> None:
    assert proven()
    assert not [name for name, wrong in WORLDS.items() if proven(**wrong)]


def server_location_is_written_only_where_empty_and_from_the_table(scene: "Scene") -> None:
    walk = Desk1().walk()
    known = (ServerLocation(prefixes=("6",), url="http://crm.test/server06"),)
    scene.patch.setattr(recoveries, "_record", lambda _walk: None)
    scene.patch.setattr(recoveries, "_server", lambda _walk, _page: "")
    walk.profile = PROFILE.model_copy(update={"server_locations": known})
    for location, may in (("", True), ("http://elsewhere.test", False), (None, False)):
        scene.patch.setattr(recoveries, "_location", lambda _walk, said=location: said)
        assert recoveries.may_enter_server_location(walk) is may
    walk.profile = PROFILE
    scene.patch.setattr(recoveries, "_location", lambda _walk: "")
    assert not recoveries.may_enter_server_location(walk)


def without_a_lease_nothing_leaves_the_proxy(_scene: "Scene") -> None:
    held = True
    with Wire(lambda _one: page("hello")) as site, Egress([site.url], lambda: held) as egress:
        port = int(egress.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=3) as peer:
            peer.sendall(f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n\r\n".encode())
            peer.recv(1000)
            held = False
            peer.sendall(b"GET /tunnel HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                peer.recv(1000)
        ask(port, f"GET {site.url}/ HTTP/1.1\r\n\r\n".encode())
        assert not site.received


def without_a_lease_the_permit_sends_nothing(scene: "Scene") -> None:
    here = scene.desk()
    here.permit._may_send = lambda: False
    here.show(FORM)
    here.carry_out()
    assert not here.effects


def without_a_lease_nothing_is_written(_scene: "Scene") -> None:
    one = Desk1()
    walk = one.walk()
    walk.journal = FencedJournal(one.journal, Fence(lambda: one.presses == 0))
    with contextlib.suppress(LeaseLost):
        gate.pass_gate(walk, Effect.SET_STATUS, one, one.press, "ACTIVE")  # type: ignore[arg-type]
    assert one.journal.events[-1].kind is EventKind.INTENT


def a_plan_takes_no_recovery_that_changes_anything(scene: "Scene") -> None:
    walk = Desk1().walk()
    walk.planning = True
    scene.patch.setattr(recoveries, "_record", lambda _walk: None)
    scene.patch.setattr(recoveries, "_server", lambda _walk, _page: "")
    walk.profile = PROFILE.model_copy(
        update={"server_locations": (ServerLocation(prefixes=("6",), url="http://crm.test/"),)}
    )
    scene.patch.setattr(recoveries, "_location", lambda _walk: "http://crm.test/")
    assert not recoveries.may_update(walk)
    assert not recoveries.may_switch_module(walk)
    scene.patch.setattr(recoveries, "_location", lambda _walk: "")
    assert not recoveries.may_enter_server_location(walk)


def three_unknown_ends_in_a_row_stop_the_line(scene: "Scene") -> None:
    with bench_in(scene.folder) as bench:
        for number in range(3):
            bench.line.end(outcome(a_waiting_request(number), "needs_human", "unknown_effect"))
        assert bench.line.stopped


def the_cap_of_effects_holds(scene: "Scene") -> None:
    with bench_in(scene.folder, max_effects_per_run=9) as bench, bench.shop() as shop:
        bench.submit(a_waiting_request(0), a_waiting_request(1))
        bench.carry_out(shop, "r-0", one_effect)
        assert bench.carry_out(shop, "r-1").started == []


def a_fenced_worker_sets_out_nothing(scene: "Scene") -> None:
    with bench_in(scene.folder) as bench, bench.shop() as shop:
        bench.submit(a_waiting_request(0))

        def freezes(asked: CancellationRequest, journal: CaseJournal, *_: object) -> tuple[str, str]:
            take_over(bench.jobs, shop.lease.id)
            with contextlib.suppress(Interrupted):
                journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
                raise AssertionError
            return "cancelled", ""

        with contextlib.suppress(LeaseLost):
            bench.carry_out(shop, "r-0", freezes)


def a_closed_line_sets_out_nothing(scene: "Scene") -> None:
    with bench_in(scene.folder) as bench, bench.shop() as shop:
        bench.submit(a_waiting_request(0))

        def paused(asked: CancellationRequest, journal: CaseJournal, *_: object) -> tuple[str, str]:
            bench.line.pause("lunch", "ann")
            with contextlib.suppress(Interrupted):
                journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
                raise AssertionError
            return "withdrawn", "interrupted"

        bench.carry_out(shop, "r-0", paused)


def one_worker_at_a_time_on_an_account(scene: "Scene") -> None:
    with bench_in(scene.folder) as bench, bench.shop() as one, bench.shop() as other:
        bench.submit(a_waiting_request(0), a_waiting_request(1, account_number="611000"))
        seen: list[str] = []

        def meanwhile(*_: object) -> tuple[str, str]:
            seen.extend(bench.carry_out(other, "r-1").started)
            return "cancelled", ""

        bench.carry_out(one, "r-0", meanwhile)
        assert seen == []


def an_edit_of_the_case_file_is_found(scene: "Scene") -> None:
    with records_in(scene.folder) as records:
        tell_case(records, a_request(), End.CANCELLED)
        case_dir = records.find("R-0001").case_dir
        journal = next(case_dir.rglob("journal.jsonl"))
        journal.write_bytes(journal.read_bytes().replace(b"DELETE", b"ACTIVE", 1))
        assert not records.verify("R-0001").ok


def no_end_without_a_whole_case_file(scene: "Scene") -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    scene.patch.setattr("rpa.records.journal.write_case", full)
    with records_in(scene.folder) as records:
        with contextlib.suppress(OSError):
            tell_case(records, a_request(), End.CANCELLED)
        assert records.find("R-0001").outcome is None


def the_foreign_host_hears_nothing(_scene: "Scene") -> None:
    with Wire(lambda _one: page("evil")) as evil, Egress(["http://crm.test:80"]) as egress:
        port = int(egress.url.rpartition(":")[2])
        for raw in (f"GET {evil.url}/ HTTP/1.1\r\n\r\n", f"CONNECT 127.0.0.1:{evil.port} HTTP/1.1\r\n\r\n"):
            with contextlib.suppress(TimeoutError):
                ask(port, raw.encode(), seconds=0.5)
        assert not evil.connections


def secrets_reach_no_file(scene: "Scene") -> None:
    with records_in(scene.folder) as records, records.begin(a_request(), profile=PROFILE) as journal:
        journal.redact(["Correct-Horse-9"])
        journal.intend("set_status", "6.3", {"name": "Correct-Horse-9"}, "p", "typed Correct-Horse-9")
        journal.keep(
            "p.html", b"<p>Correct-Horse-9", media_type="text/html", clause="", moment="page", page="p", url=""
        )
    for file in scene.folder.rglob("*"):
        assert not file.is_file() or b"Correct-Horse-9" not in file.read_bytes(), file


def mark_up_in_a_name_stays_text(_scene: "Scene") -> None:
    assert "<script>" not in ENGINE.from_string("<p>{{ name }}</p>").render(name="<script>alert(1)</script>")


def a_formula_in_a_name_stays_text(_scene: "Scene") -> None:
    request = CancellationRequest(
        id="r", account_name="A", account_number="611974", date=dt.date(2026, 11, 30), reason="x"
    )
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        (row,) = csv.DictReader(io.StringIO(as_csv([Result(request, None, text)]).decode("utf-8-sig"), newline=""))
        assert not row["message"].startswith(("=", "+", "-", "@", "\t", "\r"))


def only_one_post_on_a_dead_connection(scene: "Scene") -> None:
    here = scene.desk()
    here.show(FORM)
    here.answers["/effect"] = dies_when_reused
    here.carry_out()
    assert len(here.effects) == 1


def a_script_gets_one_request_through(scene: "Scene") -> None:
    here = scene.desk()
    here.show(
        "<button onclick=\"for (const n of [1, 2, 3]) fetch('/effect', {method: 'POST', body: '' + n})\">Go</button>"
    )
    here.carry_out()
    assert len(here.effects) == 1


# --- mutants: the rule taken out ---


def text(where: str, old: str, new: str) -> Callable[[Patch], None]:
    return lambda patch: rewrite(patch, where, old, new)


def put(where: str, value: Any) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(where, value)


def clicks_again(patch: Patch) -> None:
    def again(walk: Walk, _passage: object) -> str:
        gate.pass_gate(walk, Effect.SET_STATUS, walk.to_cancel_page(), walk.session.press, "")  # type: ignore[attr-defined]
        raise UnknownEffect("clicked again")

    patch.setattr(effects, "probe_after_trouble", again)


def writes_end_without_case(patch: Patch) -> None:
    old = "manifest = write_case(self.case_dir, self._request.id, self._file.lines)"
    rewrite(patch, "rpa.records.journal:CaseJournal.finish", old, "manifest = ''")


@dataclass(frozen=True)
class Rule:
    promise: str
    check: Callable[["Scene"], None]
    mutant: Callable[[Patch], None]
    name: str


INTENT = "intent = walk.journal.intend(effect, clause, state, page.name, before)"
ACT = "aftermath, trouble, sent = _act(walk, act)"
SEND = "rpa.permit:Permit._send_once"
RULES = (
    Rule("1", another_account_is_not_touched, put("flows.walk.confirm_identity", lambda *_: None), "identity not compared"),
    Rule("1", another_account_is_not_touched, text("flows.gate:pass_gate", "walk.confirm(page, page.identity())", "page.identity()"), "gate does not confirm"),
    Rule("1", another_account_is_not_touched, put("flows.identity.same_name", lambda *_: True), "any name will do"),
    Rule("2", only_one_post_on_a_dead_connection, text(SEND, "note = self._note", "return route.continue_()\n    note = self._note"), "Chromium sends by itself"),
    Rule("2", a_script_gets_one_request_through, put("rpa.permit.Permit._may_pass", lambda *_: True), "all may pass"),
    Rule("2", a_script_gets_one_request_through, text("rpa.permit:Permit._may_pass", "self._changes_left == 0", "False"), "changes are not counted"),
    Rule("3", an_intent_is_there_before_the_click, text("flows.gate:pass_gate", INTENT, f"_act(walk, act)\n    {INTENT}"), "click first"),
    Rule("3", no_click_without_a_durable_intent, text("flows.gate:pass_gate", INTENT, f"try: {INTENT}\n    except OSError: intent = ''"), "a lost intent is passed over"),
    Rule("3", an_intent_is_in_the_database_when_it_is_returned, text("rpa.records.journal:CaseJournal.intend", "self._store(connection)", "pass"), "not stored"),
    Rule("4", after_trouble_it_is_read_twice_and_never_clicked_again, clicks_again, "clicks again"),
    Rule("4", after_trouble_it_is_read_twice_and_never_clicked_again, text("flows.effects:probe_after_trouble", "walk.session.pause(limit + 0.5)", "pass"), "reads twice at once"),
    Rule("4", after_trouble_it_is_read_twice_and_never_clicked_again, text("flows.effects:probe_after_trouble", "(1, 2)", "(2,)"), "reads once"),
    Rule("4", after_trouble_it_is_read_twice_and_never_clicked_again, put("flows.gate.Passage.nothing_left", True), "an error means that nothing was sent"),
    Rule("4", after_trouble_it_is_read_twice_and_never_clicked_again, put("flows.gate.Passage.answered", True), "an error is an answer"),
    Rule("5", cancelled_is_said_on_proof_only, put("flows.proof.judge", lambda *_: None), "proof not judged"),
    Rule("5", cancelled_is_said_on_proof_only, put("flows.proof.pending", lambda *_: ()), "nothing is ever scheduled"),
    Rule("5", cancelled_is_said_on_proof_only, put("flows.proof.is_deleted", lambda *_: True), "status not read"),
    Rule("5", cancelled_is_said_on_proof_only, put("flows.proof.license_count", lambda *_: 0), "licences not read"),
    Rule("5", cancelled_is_said_on_proof_only, put("flows.proof.form_saved", lambda *_: (True, "")), "form not read"),
    Rule("5", cancelled_is_said_on_proof_only, text("flows.proof:_row_line", "ok=bool(found) and", "ok=True or"), "rows not looked for"),
    Rule("5", cancelled_is_said_on_proof_only, text("flows.proof:_untouched", "ok=not gone", "ok=True"), "rows may vanish"),
    Rule("6", what_is_not_in_the_plan_is_not_pressed, put("flows.effects._needed", lambda *_: True), "the plan is not asked"),
    Rule("6", server_location_is_written_only_where_empty_and_from_the_table, text("flows.recoveries:may_enter_server_location", '_location(walk) != ""', "False"), "overwritten"),
    Rule("6", server_location_is_written_only_where_empty_and_from_the_table, put("flows.profile.SiteProfile.server_location_for", lambda *_: "http://guess.test"), "guessed"),
    Rule("7", without_a_lease_nothing_leaves_the_proxy, put("rpa.egress.Egress._check_lease", lambda _self: None), "the proxy hands it on"),
    Rule("7", without_a_lease_nothing_leaves_the_proxy, text("rpa.egress:Egress._pump_while_allowed", "not self._may_send()", "False"), "the tunnel hands it on"),
    Rule("7", without_a_lease_the_permit_sends_nothing, text(SEND, "not self._may_send()", "False"), "the permit does not ask"),
    Rule("7", without_a_lease_nothing_is_written, put("rpa.fence.Fence.open", lambda _self: True), "the journal does not ask"),
    Rule("9", three_unknown_ends_in_a_row_stop_the_line, put("rpa.line.STRIKES", frozenset()), "nothing is a strike"),
    Rule("7", one_worker_at_a_time_on_an_account, put("rpa.queue.jobs.Jobs.lock_account", lambda *_: None), "accounts not locked"),
    Rule("7", a_fenced_worker_sets_out_nothing, put("rpa.queue.leases.Lease.check", lambda *_: None), "the lease is not asked"),
    Rule("7", a_fenced_worker_sets_out_nothing, put("rpa.queue.guard.Guard.before_intent", lambda *_, **__: None), "no guard"),
    Rule("8", a_closed_line_sets_out_nothing, put("rpa.line.Line.closed_in", lambda *_, **__: None), "the line is not asked"),
    Rule("9", the_cap_of_effects_holds, put("rpa.line.Line._room", lambda *_: ""), "effects not counted"),
    Rule("10", a_plan_takes_no_recovery_that_changes_anything, text("flows.recoveries:may_update", "not walk.planning", "True"), "a plan presses Update"),
    Rule("10", a_plan_takes_no_recovery_that_changes_anything, text("flows.recoveries:may_enter_server_location", "or walk.planning", ""), "a plan writes"),
    Rule("10", a_plan_takes_no_recovery_that_changes_anything, put("flows.recoveries.may_switch_module", lambda _walk: True), "a plan switches"),
    Rule("11", no_end_without_a_whole_case_file, writes_end_without_case, "the end is recorded without its case file"),
    Rule("11", an_edit_of_the_case_file_is_found, put("rpa.cases.verifying.VerifyReport.ok", True), "verify is always content"),
    Rule("14", the_foreign_host_hears_nothing, put("rpa.egress.Egress._check", lambda *_: None), "the proxy lets all out"),
    Rule("15", secrets_reach_no_file, put("rpa.records.redaction.Redactor.text", lambda _self, said: said), "nothing is redacted"),
    Rule("16", mark_up_in_a_name_stays_text, lambda patch: patch.setattr(ENGINE, "autoescape", False), "no escaping"),
    Rule("16", a_formula_in_a_name_stays_text, put("rpa.results.harmless", str), "no guard for formulas"),
)  # fmt: skip


class Scene:
    """A folder, something to patch with, and a desk in a browser for those who ask."""

    def __init__(self, folder: Path, patch: Patch, request: pytest.FixtureRequest) -> None:
        self.folder, self.patch, self._request = folder, patch, request

    def desk(self) -> Desk:
        made: Desk = self._request.getfixturevalue("desk")
        return made


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: Patch, request: pytest.FixtureRequest) -> Scene:
    return Scene(tmp_path, monkeypatch, request)


CHECKS = list(dict.fromkeys(rule.check for rule in RULES))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_rule_holds(scene: Scene, check: Callable[[Scene], None]) -> None:
    check(scene)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.promise}: {rule.name}")
def test_without_the_rule_the_check_is_red(scene: Scene, rule: Rule) -> None:
    rule.mutant(scene.patch)
    with pytest.raises(AssertionError):
        rule.check(scene)


def test_every_promise_of_the_robot_has_a_mutant() -> None:
    assert {rule.promise for rule in RULES} == {
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
        "11",
        "14",
        "15",
        "16",
    }
