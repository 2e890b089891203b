"""How things stand, for Prometheus, asked at the moment of the scrape: the queue in the database, this worker's desks."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rpa.line import LineState
from rpa.queue.health import Health
from rpa.queue.reading import QueueReading


class Gauges(Collector):
    """A collector; while the database is away it says so, and leaves out what only the database knows."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Called at each scrape."""
        reading = self._health.reading()
        yield _one("rpa_up", "Whether the database can be read.", float(reading is not None))
        yield _one("rpa_lease_valid", "Whether this worker may act.", float(self._health.may_act))
        yield from self._desks()
        if reading is not None:
            yield from _queue(reading)

    def _desks(self) -> Iterator[Metric]:
        memory = GaugeMetricFamily("rpa_desk_memory_bytes", "Memory of a desk's browser.", labels=["desk"])
        busy = GaugeMetricFamily("rpa_desk_busy", "Whether a desk is at work.", labels=["desk"])
        for desk in self._health.desks():
            memory.add_metric([str(desk["desk"])], float(desk["bytes"]))
            busy.add_metric([str(desk["desk"])], float(bool(desk["doing"])))
        yield from (memory, busy)


def _queue(reading: QueueReading) -> Iterator[Metric]:
    depth = GaugeMetricFamily("rpa_queue_jobs", "Requests, by where they stand.", labels=["state"])
    for state, number in reading.depth.items():
        depth.add_metric([state], number)
    yield depth
    line = GaugeMetricFamily("rpa_line", "1 for the state the line is in.", labels=["state"])
    for one in LineState:
        line.add_metric([one.value], float(reading.line is one))
    yield line
    yield _one("rpa_queue_oldest_ready_seconds", "How long the oldest ready request has waited.", reading.oldest_ready)
    yield _one("rpa_workers_alive", "Workers whose lease is good, on all machines.", reading.workers)
    changes, matters, at = (
        (check.changes, check.matters, check.at.timestamp()) if (check := reading.check) else (0, 0, 0.0)
    )
    yield _one("rpa_drift_changes", "What had changed of the admin UI since it was learned.", changes or 0)
    yield _one("rpa_drift_matters", "Of these, so many matter to an effect.", matters or 0)
    yield _one("rpa_last_check_timestamp", "When it was last compared, in Unix time; 0: never.", at)
    yield _one("rpa_notices_unsent", "Notices that are to be sent.", reading.notices)
    yield _one("rpa_notices_oldest_seconds", "Age of the oldest of them.", reading.oldest_notice)


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
