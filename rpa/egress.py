"""The way out: a proxy on loopback that lets the browser talk to the allowed origins only (promise 14).

It sees what no page-level route sees: redirects, pop-ups, frames, images, web sockets. For http it opens one upstream
connection for each request and closes it afterwards, so that no request is ever sent twice on a dead, reused
connection (safety.md, "Facts"). For https it tunnels, to the allowed origins only.

The browser is a process of its own, which goes on while this one is frozen: what it asked for meanwhile waits in the
proxy's socket. So the lease is looked at right before anything is handed to the site (promise 7).
"""

import asyncio
import contextlib
import html
import os
import secrets
import socket
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from loguru import logger

from page_objects.obstacles import NO_ANSWER

MARK = f"x-rpa-egress-{secrets.token_hex(8)}"
"""Header of the proxy's own answers: denied, refused (nothing reached the server) or broken (no answer from it).

Another name in each process, so that no site can forge it: "refused" means that an effect certainly has not taken place.
"""
HEAD_LIMIT = 256 * 1024
CHUNK = 64 * 1024
BODY_LIMIT = 64 * 1024 * 1024
"""A request is handed on as a whole; what a form of the CRM sends is a thousandth of that."""
CONNECT_SECONDS = 15.0
HOP_HEADERS = {b"proxy-connection", b"proxy-authorization", b"connection", b"keep-alive"}


@dataclass(frozen=True)
class Denied:
    """A request that was not let out."""

    method: str
    url: str


class _Broken(Exception):
    """What the proxy tells the browser instead of an answer."""

    def __init__(self, mark: str, status: str, said: str) -> None:
        super().__init__(said)
        self.mark, self.status, self.said = mark, status, said


class Egress:
    """One proxy for one robot, on a thread of its own. Use as a context manager; `url` is what the browser is given."""

    def __init__(self, origins: Iterable[str], may_send: Callable[[], bool] = lambda: True) -> None:
        """`origins` as scheme://host:port, the port always written (`SiteProfile.origins`).

        `may_send` says whether this process still holds its lease; it is asked on the proxy's thread.
        """
        self._allowed = {self._key(origin) for origin in origins}
        self._may_send = may_send
        self.denied: list[Denied] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    @staticmethod
    def _key(origin: str) -> tuple[str, int]:
        parts = urlsplit(origin)
        return ((parts.hostname or "").lower(), parts.port or (443 if parts.scheme in {"https", "wss"} else 80))

    def allows(self, url: str) -> bool:
        """Whether the browser may be at this URL."""
        try:
            return urlsplit(url).scheme in {"http", "https", "ws", "wss"} and self._key(url) in self._allowed
        except ValueError:  # no address at all: a port such as 80.evil.example
            return False

    def __enter__(self) -> "Egress":
        """It may be entered again after its end; `url` is another one then."""
        self.denied.clear()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="egress", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT), self._loop
        ).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)  # the loop itself holds tasks weakly: one could vanish in the midst
            task.add_done_callback(self._tasks.discard)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            await (self._tunnel if method == "CONNECT" else self._forward)(method, target, head, reader, writer)
        except _Broken as broken:
            await self._say(writer, broken)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
            logger.debug("egress: {}", type(error).__name__)
        except asyncio.CancelledError:
            pass
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _say(self, writer: asyncio.StreamWriter, broken: _Broken) -> None:
        title = "Denied" if broken.mark == "denied" else NO_ANSWER
        body = f"<!doctype html><meta charset=utf-8><title>{title}</title><p>{html.escape(broken.said)}".encode()
        head = (
            f"HTTP/1.1 {broken.status}\r\n{MARK}: {broken.mark}\r\nContent-Type: text/html\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        with contextlib.suppress(OSError):
            writer.write(head.encode() + body)
            await writer.drain()

    def _check(self, method: str, url: str, key: tuple[str, int]) -> None:
        if key not in self._allowed:
            self.denied.append(Denied(method, url))
            raise _Broken("denied", "403 Forbidden", "The robot may not go there.")

    def _check_lease(self) -> None:
        if not self._may_send():
            raise _Broken("refused", "503 Service Unavailable", "the robot may send nothing more: its lease has ended")

    async def _upstream(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_SECONDS)
        except (OSError, TimeoutError) as error:
            why = os.strerror(error.errno) if error.errno else "no connection"
            why = "the name cannot be resolved" if isinstance(error, socket.gaierror) else why
            said = f"{host}:{port} cannot be reached ({why}); check the address and the network"
            raise _Broken("refused", "502 Bad Gateway", said) from error

    async def _tunnel(
        self, method: str, target: str, _head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, _, port = target.rpartition(":")
        self._check(method, target, (host.strip("[]").lower(), int(port)))
        self._check_lease()
        up_reader, up_writer = await self._upstream(host.strip("[]"), int(port))
        up_writer.transport.set_write_buffer_limits(0)  # what was written has left: nothing waits behind the lease
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        try:
            await asyncio.gather(self._pump_while_allowed(reader, up_writer), _pump(up_reader, writer))
        finally:
            up_writer.close()

    async def _pump_while_allowed(self, reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter) -> None:
        """From the browser to the site; without a lease both sides see the tunnel break."""
        while data := await reader.read(CHUNK):
            if not self._may_send():
                up_writer.transport.abort()  # not closed in good order: what has come so far is no whole request
                raise ConnectionAbortedError
            up_writer.write(data)
            await up_writer.drain()
        if up_writer.can_write_eof():
            up_writer.write_eof()

    async def _forward(
        self, method: str, target: str, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        parts = urlsplit(target)
        key = ((parts.hostname or "").lower(), parts.port or 80)
        self._check(method, target, key)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        length = _content_length(head)
        if length > BODY_LIMIT:
            raise _Broken("denied", "413 Content Too Large", "The robot does not send so much.")
        request = _rewritten(method, path, head) + await reader.readexactly(length)
        self._check_lease()
        up_reader, up_writer = await self._upstream(*key)
        try:
            await self._hand_over(request, up_writer)
            await self._while_asked(reader, self._answer(up_reader, writer))
        finally:
            up_writer.close()

    async def _hand_over(self, request: bytes, up_writer: asyncio.StreamWriter) -> None:
        """Write a whole request, the lease being looked at before each part: one that is long takes its time."""
        up_writer.transport.set_write_buffer_limits(0)  # what was written has left: nothing waits behind the lease
        for start in range(0, len(request), CHUNK):
            if start == 0:
                self._check_lease()
            elif not self._may_send():
                up_writer.transport.abort()
                raise _Broken("broken", "502 Bad Gateway", "the robot's lease ended while the request was being sent")
            up_writer.write(request[start : start + CHUNK])
            await up_writer.drain()

    @staticmethod
    async def _while_asked(reader: asyncio.StreamReader, answer: Coroutine[Any, Any, None]) -> None:
        """Hand the answer over for as long as the browser is there: it sends nothing more, so an end means that it has gone."""
        answering, gone = asyncio.ensure_future(answer), asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
        finally:
            for task in (answering, gone):
                task.cancel()
            await asyncio.gather(answering, gone, return_exceptions=True)

    async def _answer(self, up_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand the answer over as it comes. Before its first byte a broken connection is told as such."""
        try:
            first = await up_reader.read(CHUNK)
        except OSError as error:
            raise _Broken("broken", "502 Bad Gateway", "the site broke the connection") from error
        if not first:
            raise _Broken("broken", "502 Bad Gateway", "the site closed the connection without an answer")
        writer.write(first)
        with contextlib.suppress(OSError):
            await _pump(up_reader, writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _headers(head: bytes) -> list[bytes]:
    return [line for line in head.split(b"\r\n")[1:] if line]


def _rewritten(method: str, path: str, head: bytes) -> bytes:
    """The request for the site itself: its path, and one request for the connection."""
    kept = [line for line in _headers(head) if line.split(b":", 1)[0].strip().lower() not in HOP_HEADERS]
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode("latin-1"), *kept, b"Connection: close", b"", b""])


def _content_length(head: bytes) -> int:
    for line in _headers(head):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
