"""How a worker ends, and what it does while the database is away."""

import contextlib
import threading
import time

from sqlalchemy.exc import OperationalError

from rpa.queue import leases
from rpa.queue import worker as w
from rpa.queue.people import Nobody
from rpa.queue.worker import Worker
from tests.queue_bench import Robot, bench_in, effect, request


class Opened(Robot):
    mark, served = "--none", 0

    def memory(self):
        return 0

    def recycle(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def make(bench, **more):
    return Worker(
        bench.records, bench.profile, bench.folder, lambda lease: Opened(effect), 1, threading.Event(), Nobody(), **more
    )


def test_a_worker_that_has_ended_does_not_take_its_own_end_for_a_lost_lease(tmp_path, monkeypatch):
    with bench_in(tmp_path, max_effects_per_run=9) as bench:
        bench.submit(*[request(n) for n in range(4)])
        real, count = w.take_over, []

        def slow(jobs, worker):
            real(jobs, worker)
            if len(count) < 2:
                count.append(worker)
                time.sleep(
                    3.2
                )  # the engine's DELETE/UPDATE of what was handed out takes its time; a beat falls into it

        monkeypatch.setattr(w, "take_over", slow)
        worker = make(bench, done=lambda jobs: not jobs.open(), patient=False, kind="run")
        threading.Timer(40, worker.stop.set).start()
        worker.run()
        done = sum(len(bench.records.intents(f"r-{n}")) for n in range(4))
        assert len(set(count)) == 1, (count, done, worker.exhausted)


def test_a_worker_outlives_a_database_that_is_away(tmp_path, monkeypatch):
    with bench_in(tmp_path) as bench:
        worker = make(bench)
        away = threading.Event()
        real = leases.writing

        @contextlib.contextmanager
        def writing(engine):
            if away.is_set():
                raise OperationalError("x", {}, Exception("connection refused"))
            with real(engine) as c:
                yield c

        monkeypatch.setattr(leases, "writing", writing)
        monkeypatch.setattr(
            leases.Lease,
            "_extend",
            lambda self, started: (
                (_ for _ in ()).throw(OperationalError("x", {}, Exception("refused")))
                if away.is_set()
                else setattr(self, "_until", started + self.seconds)
            ),
        )
        monkeypatch.setitem(leases.LEASE_SECONDS, "sqlite", 2)
        threading.Timer(1, away.set).start()
        threading.Timer(6, away.clear).start()
        threading.Timer(9, worker.stop.set).start()
        worker.run()
