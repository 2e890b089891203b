"""The small HTTP server of a worker: /metrics for Prometheus, /healthz and /readyz for probes."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from rpa.queue.gauges import Gauges
from rpa.queue.health import Health
from rpa.queue.metrics import Metrics

HERE = "127.0.0.1"
Start = Callable[..., Any]


class MetricsError(Exception):
    """The server can't be started; the message says why, and what to do."""


@contextmanager
def metrics_server(metrics: Metrics, health: Health, port: int, host: str = HERE) -> Iterator[int]:
    """Answer while the block runs; yields the port (with 0 a free one). Raises MetricsError."""
    metrics.registry.register(Gauges(health))
    try:
        server = make_server(host, port, application(metrics.registry, health), ThreadingWSGIServer, _Quiet)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise MetricsError(
            f"port {port} of {host} can't be listened at: {why}; choose another --metrics-port or --metrics-host"
        ) from error
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def application(registry: CollectorRegistry, health: Health) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """The WSGI application."""
    figures = make_wsgi_app(registry)
    probes = {"/healthz": health.dead, "/readyz": health.unready}

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            found: Iterable[bytes] = figures(environ, start)
            return found
        if path not in probes:
            return _plain(start, "404 Not Found", "there are /metrics, /healthz and /readyz")
        why = probes[path]()
        return _plain(start, "503 Service Unavailable" if why else "200 OK", why or "ok")

    return answer


def _plain(start: Start, status: str, words: str) -> list[bytes]:
    body = f"{words}\n".encode()
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


class _Quiet(WSGIRequestHandler):
    timeout = 10
    """Seconds: a client that says nothing holds a thread no longer."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Each scrape would be a line."""
