"""What Prometheus and the probes are told: counted from events, read from the queue, and nobody's name in a label."""

import datetime as dt
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import Engine, create_engine, insert

from flows.journal import Event, EventKind
from flows.model import End, Outcome
from rpa.database.queue_tables import line, notices, workers
from rpa.log import start_log
from rpa.queue.gauges import Gauges
from rpa.queue.health import SILENT, STARTING, Health
from rpa.queue.lately import Lately
from rpa.queue.metrics import Metrics
from rpa.queue.metrics_server import MetricsError, metrics_server
from rpa.queue.people import Nobody
from rpa.queue.reading import read_queue
from rpa.queue.told import Logged, Told
from rpa.results import Result
from tests.queue_rows import a_database, a_request, now, put_job

REQUEST = a_request(1)
MINUTE = dt.timedelta(minutes=1)


def event(kind: EventKind, clause: str = "", **data: Any) -> Event:
    return Event(kind=kind, clause=clause, at=now(), data=data)


def ended(end: End | None, code: str = "", *, earlier: bool = False) -> Result:
    if end is None:
        return Result(REQUEST, None, "why", code)
    names = {"id": REQUEST.id, "account_name": REQUEST.account_name, "account_number": REQUEST.account_number}
    return Result(REQUEST, Outcome(**names, end=end, code=code, message="", seconds=12.5), earlier=earlier)


class Lease:
    """What is asked of a lease here."""

    good = True

    def __init__(self) -> None:
        self.desks = [{"desk": 1, "doing": REQUEST.id, "bytes": 250_000_000}, {"desk": 2, "doing": "", "bytes": 0}]

    def valid(self) -> bool:
        return self.good


class Shop:
    def __init__(self) -> None:
        self.lease = Lease()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def health(engine: Engine) -> Health:
    health = Health(engine, threading.Event())
    health(Shop())  # type: ignore[arg-type]
    return health


class TestCounted:
    def test_ends_steps_recoveries_and_effects(self) -> None:
        metrics = Metrics()
        metrics.started(REQUEST)
        for one in (
            event(EventKind.STEP_STARTED, "6.1", title="t"),
            event(EventKind.STEP_ENDED, "6.1", title="t", outcome="done"),
            event(EventKind.STEP_STARTED, "9", title="it did not come to its end"),
            event(EventKind.RECOVERY, "4a", on="DeadLink", by="press_update", outcome="done"),
            event(EventKind.INTENT, "6.1", intent="i1", effect="set_status"),
            event(EventKind.EFFECT_SETTLED, "6.1", intent="i1", effect="set_status", outcome="unknown"),
        ):
            metrics.event(REQUEST, one)
        metrics.ended(ended(End.NEEDS_HUMAN, "unknown_effect"))
        metrics.ended(ended(End.CANCELLED, earlier=True))
        metrics.ended(ended(None, "site_down"))
        figure = metrics.registry.get_sample_value
        assert figure("rpa_ends_total", {"end": "needs_human", "code": "unknown_effect"}) == 1
        assert figure("rpa_ends_total", {"end": "cancelled", "code": ""}) is None, "an earlier one's end"
        assert figure("rpa_put_backs_total", {"code": "site_down"}) == 1
        assert figure("rpa_attempts_total") == 1
        assert figure("rpa_step_seconds_count", {"clause": "6.1"}) == 1
        assert figure("rpa_step_seconds_count", {"clause": "9"}) is None
        assert figure("rpa_request_seconds_sum", {"end": "needs_human"}) == 12.5
        assert figure("rpa_recoveries_total", {"clause": "4a", "by": "press_update"}) == 1
        assert figure("rpa_intents_total", {"effect": "set_status"}) == 1
        assert figure("rpa_effects_total", {"effect": "set_status", "outcome": "unknown"}) == 1
        assert metrics._since == {}

    def test_a_label_is_a_word_of_ours_or_other(self, engine: Engine, health: Health) -> None:
        metrics = Metrics()
        metrics.registry.register(Gauges(health))
        metrics.started(REQUEST)
        metrics.event(REQUEST, event(EventKind.STEP_STARTED, "Grüne Wiese"))
        metrics.event(REQUEST, event(EventKind.STEP_ENDED, "Grüne Wiese"))
        metrics.event(REQUEST, event(EventKind.RECOVERY, "4a", by='Grüne"} 1\n', on="Grüne Wiese"))
        metrics.ended(ended(End.REFUSED, "Grüne Wiese"))
        shown = generate_latest(metrics.registry).decode()
        assert 'rpa_recoveries_total{by="other",clause="4a"} 1.0' in shown
        assert not [word for word in ("Grüne", "Wiese", "Ltd", "Pat", "R-0001", "611001") if word in shown]


class TestTheQueue:
    def test_depth_age_line_workers_and_notices(self, engine: Engine) -> None:
        put_job(engine, 1, batch=None, since=now() - 9 * MINUTE)
        put_job(engine, 2, batch=None, since=now() - 99 * MINUTE, not_before=now() - 4 * MINUTE)
        put_job(engine, 3, batch=None, since=now() - 99 * MINUTE, not_before=now() + MINUTE)
        for number, state in enumerate(("working", "waiting_approval", "held", "ended"), 4):
            put_job(engine, number, state, batch=None)  # type: ignore[arg-type]
        worker = {
            "host": "h",
            "pid": 1,
            "kind": "work",
            "started_at": now(),
            "beat": 1,
            "lease_seconds": 7,
            "desks": "[]",
        }
        seen = ((now(), False), (now() - MINUTE, False), (now(), True))
        notice = {"kind": "k", "request_id": "", "title": "", "body": "", "tries": 0, "error": ""}
        with engine.begin() as connection:
            for number, (seen_at, fenced) in enumerate(seen):
                connection.execute(insert(workers), worker | {"id": str(number), "seen_at": seen_at, "fenced": fenced})
            connection.execute(insert(notices), [notice | {"at": now() - n * MINUTE} for n in (1, 3)])
            connection.execute(insert(notices), notice | {"at": now() - 9 * MINUTE, "sent_at": now()})
        reading = read_queue(engine)
        assert reading.depth == {"ready": 2, "later": 1, "working": 1, "waiting_approval": 1, "held": 1, "ended": 1}
        assert (round(reading.oldest_ready / 60), round(reading.oldest_notice / 60)) == (9, 3)
        assert (reading.line, reading.workers, reading.notices) == ("open", 1, 2)

    @pytest.mark.parametrize(
        ("state", "until", "shown"), [("stopped", None, "stopped"), ("parked", -1, "open"), ("parked", 1, "parked")]
    )
    def test_a_line_that_has_opened_by_itself_is_open(
        self, engine: Engine, state: str, until: int | None, shown: str
    ) -> None:
        row = {"id": 1, "state": state, "why": "", "by": "", "since": now(), "strikes": "[]", "parked_times": 0}
        with engine.begin() as connection:
            connection.execute(insert(line), row | {"until": None if until is None else now() + until * MINUTE})
        assert read_queue(engine).line == shown

    def test_the_gauges_show_it_beside_the_desks(self, engine: Engine, health: Health) -> None:
        put_job(engine, 1, batch=None)
        metrics = Metrics()
        metrics.registry.register(Gauges(health))
        figure = metrics.registry.get_sample_value
        assert figure("rpa_up") == figure("rpa_lease_valid") == figure("rpa_line", {"state": "open"}) == 1
        assert figure("rpa_queue_jobs", {"state": "ready"}) == 1
        assert figure("rpa_desk_memory_bytes", {"desk": "1"}) == 250_000_000
        assert (figure("rpa_desk_busy", {"desk": "1"}), figure("rpa_desk_busy", {"desk": "2"})) == (1, 0)

    def test_while_the_database_is_away_it_says_so_and_the_rest_is_told(self, tmp_path: Path) -> None:
        metrics = Metrics()
        metrics.started(REQUEST)
        health = Health(create_engine(f"sqlite:///{tmp_path / 'no folder' / 'rpa.db'}"), threading.Event())
        health(Shop())  # type: ignore[arg-type]
        metrics.registry.register(Gauges(health))
        figure = metrics.registry.get_sample_value
        assert (figure("rpa_up"), figure("rpa_attempts_total"), figure("rpa_queue_oldest_ready_seconds")) == (
            0,
            1,
            None,
        )
        assert health.unready() == "the database can't be read"


def test_every_metric_is_documented(engine: Engine, health: Health) -> None:
    metrics = Metrics()
    metrics.registry.register(Gauges(health))
    document = (Path(__file__).parents[1] / "docs" / "operating.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(rpa_\w+)` \|", document, re.MULTILINE))
    ours = [one for one in metrics.registry.collect() if one.name.startswith("rpa_")]
    assert named == {f"{one.name}_total" if one.type == "counter" else one.name for one in ours}


class TestLately:
    def test_a_reading_that_hangs_is_not_waited_for_and_not_begun_twice(self) -> None:
        go, begun = threading.Event(), []

        def read() -> int:
            begun.append(1)
            go.wait(10)
            return 7

        lately = Lately(read, keep=60, patience=0.02)
        assert [lately.get() for _ in range(3)] == [None] * 3
        assert len(begun) == 1
        go.set()
        assert lately._thread is not None
        lately._thread.join()
        assert (lately.get(), lately.get(), len(begun)) == (7, 7, 1)


class TestProbes:
    def test_a_worker_is_ready_until_it_is_to_stop(self, engine: Engine) -> None:
        stop = threading.Event()
        health, shop = Health(engine, stop), Shop()
        assert (health.dead(), health.unready()) == ("", "the worker has no good lease")
        health(shop)  # type: ignore[arg-type]
        assert (health.dead(), health.unready()) == ("", "")
        stop.set()
        assert (health.dead(), health.unready()) == ("", "the worker is stopping")
        shop.lease.good = False
        assert health.dead() == "the lease was lost"

    def test_one_that_never_began_or_fell_silent_is_dead(self, health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh = Health(health._lately._read, threading.Event())  # type: ignore[arg-type]
        later = health._seen
        monkeypatch.setattr("rpa.queue.health.boot_clock", lambda: later)
        assert (fresh.dead(), health.dead()) == ("", "")
        later += max(STARTING, SILENT) + 1
        assert fresh.dead() == "the worker did not begin"
        assert health.dead() == "the worker has not looked after itself for 91 s"


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class TestServer:
    @pytest.fixture
    def port(self, health: Health) -> Iterator[int]:
        with metrics_server(Metrics(), health, 0) as port:
            yield port

    def test_it_answers_prometheus_and_probes(self, health: Health, port: int) -> None:
        assert get(port, "/healthz") == get(port, "/readyz") == (200, "ok\n")
        status, shown = get(port, "/metrics")
        assert (status, "rpa_up 1.0\n" in shown, "process_resident_memory_bytes" in shown) == (200, True, True)
        assert get(port, "/other")[0] == 404
        health._stop.set()
        assert get(port, "/readyz") == (503, "the worker is stopping\n")

    def test_a_port_that_is_taken_is_told_in_a_sentence(self, health: Health, port: int) -> None:
        said = rf"port {port} of 127.0.0.1 can't be listened at: .*--metrics-port"
        with pytest.raises(MetricsError, match=said), metrics_server(Metrics(), health, port):
            raise AssertionError

    def test_afterwards_nobody_listens(self, health: Health) -> None:
        with metrics_server(Metrics(), health, 0) as port:
            pass
        with pytest.raises(urllib.error.URLError, match="refused"):
            get(port, "/healthz")


class TestTold:
    class Broken(Nobody):
        def event(self, request: object, event: object) -> None:
            raise KeyError(REQUEST.account_name)

    def test_a_watch_that_fails_keeps_nobody_from_being_told(self, tmp_path: Path) -> None:
        start_log(tmp_path)
        metrics = Metrics()
        told = Told(self.Broken(), metrics, Logged())
        told.started(REQUEST)
        told.event(REQUEST, event(EventKind.INTENT, "6.1", intent="i1", effect="set_status"))
        told.ended(ended(None, "interrupted"))
        assert metrics.registry.get_sample_value("rpa_intents_total", {"effect": "set_status"}) == 1
        log = (tmp_path / "rpa.log").read_text("utf-8")
        assert "Broken failed while it was told" in log
        assert "R-0001                           intent 6.1 intent=i1 effect=set_status" in log
        assert "put_back code=interrupted" in log
