"""A server on bare sockets for tests of the way out: it counts requests, and breaks connections to order."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

RESET, CLOSE, HANG = b"\0reset", b"\0close", b"\0hang"
"""What an answer may be instead of bytes."""


@dataclass(frozen=True)
class Received:
    """One request, whether it was answered or not."""

    method: str
    path: str
    body: bytes
    connection: int
    ordinal: int
    """The how manieth on its connection, from 1."""
    headers: str = ""


Answer = Callable[[Received], bytes]


def page(body: str, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer that keeps its connection open."""
    content = body.encode()
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(content)}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + content


class Wire:
    """Serves `answer` on a loopback port, each connection for as many requests as the client likes."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.connections = 0
        self._done = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self.shut()

    def shut(self) -> None:
        """Take no further connection."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def of(self, path: str) -> list[Received]:
        return [one for one in self.received if one.path == path]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(peer, self.connections), daemon=True).start()

    def _serve(self, peer: socket.socket, connection: int) -> None:
        with contextlib.suppress(OSError), peer:
            ordinal, rest = 0, b""
            while head := _read_until(peer, rest):
                ordinal += 1
                top, rest = head
                received, rest = _parsed(peer, top, rest, connection, ordinal)
                self.received.append(received)
                if not self._say(peer, self.answer(received)) or "connection: close" in received.headers.lower():
                    return

    def _say(self, peer: socket.socket, answer: bytes) -> bool:
        """Send it; whether the connection lives on."""
        if answer == HANG:
            self._done.wait(60)
            return False
        if answer == RESET:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if answer == CLOSE:
            return False
        peer.sendall(answer)
        return b"Connection: close" not in answer.split(b"\r\n\r\n")[0]


def _read_until(peer: socket.socket, rest: bytes) -> tuple[bytes, bytes] | None:
    while b"\r\n\r\n" not in rest:
        data = peer.recv(65536)
        if not data:
            return None
        rest += data
    head, _, rest = rest.partition(b"\r\n\r\n")
    return head, rest


def _parsed(peer: socket.socket, head: bytes, rest: bytes, connection: int, ordinal: int) -> tuple[Received, bytes]:
    first, *headers = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    lengths = [int(line.split(":", 1)[1]) for line in headers if line.lower().startswith("content-length:")]
    length = lengths[0] if lengths else 0
    while len(rest) < length:
        rest += peer.recv(65536)
    return Received(method, target, rest[:length], connection, ordinal, "\n".join(headers)), rest[length:]


def ask(port: int, raw: bytes, seconds: float = 3.0) -> bytes:
    """Send `raw` to a loopback port and return all that comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as peer:
        peer.sendall(raw)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while data := peer.recv(65536):
                answer += data
        return answer
