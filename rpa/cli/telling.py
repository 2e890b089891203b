"""Whom a worker tells of its work while it runs: people by Apprise, Prometheus and probes by HTTP."""
# ruff: noqa: PLC0415 (imports wait until they are needed)

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rpa.queue.notices import Notifier
from rpa.queue.told import Told
from rpa.queue.worker import Worker
from rpa.settings import Settings

HERE = "127.0.0.1"


@contextmanager
def telling(worker: Worker, settings: Settings, *, port: int | None = None, host: str = HERE) -> Iterator[int | None]:
    """While the block runs (`worker.run()` within it), notices are sent; with a port (0: a free one) /metrics, /healthz
    and /readyz are answered there; yields that port. On leaving, the last notices are sent. Raises MetricsError.
    """
    engine = worker.records.engine
    with ExitStack() as stack:
        if port is not None:
            from rpa.queue.health import Health
            from rpa.queue.metrics import Metrics
            from rpa.queue.metrics_server import metrics_server

            metrics, health = Metrics(), Health(engine, worker.stop)
            port = stack.enter_context(metrics_server(metrics, health, port, host))
            worker.watch = Told(worker.watch, metrics)
            worker.chores += (health,)
        notifier = Notifier(engine, settings.notify_places, seconds_left=lambda: worker.seconds_left)
        worker.chores += (stack.enter_context(notifier),)
        yield port
