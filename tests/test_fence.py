"""A worker that was frozen past its lease sends nothing more when it wakes up (promise 7). Without a browser."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from flows.errors import LeaseLost
from flows.journal import EventKind
from flows.notes import Notes
from page_objects.obstacles import SignedOut
from rpa.browser_session import BrowserSession, SignIns
from rpa.egress import CHUNK, MARK, Egress
from rpa.fence import Fence, FencedJournal
from tests import frozen_proxy
from tests.case_samples import PROFILE
from tests.faults_wire import Wire, ask, page
from tests.test_egress import port_of, request


class Lease:
    def __init__(self) -> None:
        self.held = True

    def holds(self) -> bool:
        return self.held


@pytest.fixture
def lease() -> Lease:
    return Lease()


@pytest.fixture
def site() -> Iterator[Wire]:
    with Wire(lambda _request: page("hello")) as wire:
        yield wire


@pytest.fixture
def egress(site: Wire, lease: Lease) -> Iterator[Egress]:
    with Egress([site.url], lease.holds) as proxy:
        yield proxy


def rest_of(peer: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionError):
        while data := peer.recv(CHUNK):
            answer += data
    return answer


REFUSED = f"{MARK}: refused".encode()

# --- the way out ---


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_lease_nothing_leaves_not_even_a_reading(
    site: Wire, egress: Egress, lease: Lease, method: str
) -> None:
    assert ask(port_of(egress), request(method, f"{site.url}/a")).endswith(b"hello")
    lease.held = False
    assert REFUSED in ask(port_of(egress), request(method, f"{site.url}/b"))
    assert [one.path for one in site.received] == ["/a"]
    assert site.connections == 1


def test_a_request_that_was_accepted_before_the_lease_ended_is_refused(
    site: Wire, egress: Egress, lease: Lease
) -> None:
    """Its head has been read, its body is still to come: nothing of it has been handed on."""
    whole = request("POST", f"{site.url}/effect", b"x=1")
    with socket.create_connection(("127.0.0.1", port_of(egress)), timeout=3) as peer:
        peer.sendall(whole[:-1])
        assert ask(port_of(egress), request("GET", f"{site.url}/")).endswith(b"hello")  # so the proxy has read it
        lease.held = False
        peer.sendall(whole[-1:])
        assert REFUSED in rest_of(peer)
    assert site.of("/effect") == []
    assert site.connections == 1


def test_the_lease_is_looked_at_once_more_when_the_connection_stands(
    site: Wire, egress: Egress, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To connect may take seconds."""
    connect = egress._upstream

    async def slowly(host: str, port: int) -> object:
        made = await connect(host, port)
        lease.held = False
        return made

    monkeypatch.setattr(egress, "_upstream", slowly)
    assert REFUSED in ask(port_of(egress), request("POST", f"{site.url}/effect", b"x=1"))
    assert not site.received


def test_a_long_request_that_is_cut_off_is_not_called_refused(site: Wire, lease: Lease) -> None:
    """Its beginning has left, so what became of it is not known."""
    asked: list[bool] = []

    def once() -> bool:
        asked.append(lease.held)
        return len(asked) <= 2  # when it was read, and when it was begun

    with Egress([site.url], once) as egress:
        said = ask(port_of(egress), request("POST", f"{site.url}/effect", b"x" * 3 * CHUNK))
    assert f"{MARK}: broken".encode() in said
    assert len(asked) == 3


def test_a_body_arrives_whole_whatever_its_size(site: Wire, egress: Egress) -> None:
    body = bytes(range(256)) * 4 * 300
    ask(port_of(egress), request("POST", f"{site.url}/a", body))
    assert [one.body for one in site.received] == [body]


@pytest.mark.parametrize("after", ["CONNECT", "the tunnel stands"])
def test_a_tunnel_carries_nothing_without_a_lease(site: Wire, egress: Egress, lease: Lease, after: str) -> None:
    connect = f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port_of(egress)), timeout=3) as peer:
        lease.held = after != "CONNECT"
        peer.sendall(connect)
        if lease.held:
            assert peer.recv(1000).startswith(b"HTTP/1.1 200")
            peer.sendall(request("GET", f"{site.url}/a"))
            assert peer.recv(1000).endswith(b"hello")
            lease.held = False
            peer.sendall(request("POST", f"{site.url}/effect", b"x=1"))
            assert rest_of(peer) == b""
        else:
            assert REFUSED in rest_of(peer)
    assert site.of("/effect") == []
    assert site.connections == int(after != "CONNECT")


def test_what_waited_in_the_socket_of_a_frozen_process_is_refused_when_it_wakes_up(site: Wire) -> None:
    """Browser and driver are processes of their own: they are not frozen, and go on asking."""
    command = [sys.executable, "-m", "tests.frozen_proxy", site.url]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        port, mark = process.stdout.readline().split()
        assert ask(int(port), request("GET", f"{site.url}/a")).endswith(b"hello")
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)  # it may take a moment
        with socket.create_connection(("127.0.0.1", int(port)), timeout=3) as peer:
            peer.sendall(request("POST", f"{site.url}/effect", b"x=1"))
            time.sleep(frozen_proxy.SECONDS * 1.1)
            process.send_signal(signal.SIGCONT)
            assert f"{mark}: refused" in rest_of(peer).decode()
        assert [one.path for one in site.received] == ["/a"]


# --- the fence ---


def test_a_lease_that_was_lost_stays_lost_for_the_request() -> None:
    told = iter([True, False, True])
    fence = Fence(lambda: next(told))
    assert fence.open()
    assert not fence.open()
    assert not fence.open()
    with pytest.raises(LeaseLost, match="lease"):
        fence.check()


def test_whoever_lost_the_lease_writes_nothing_and_may_still_read(lease: Lease) -> None:
    notes = Notes("R-1", "611974")
    journal = FencedJournal(notes, Fence(lease.holds))
    intent = journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
    written = list(notes.events)
    lease.held = False
    about = {"media_type": "text/html", "clause": "", "moment": "page", "page": "p", "url": ""}
    for writing in (
        lambda: journal.write(EventKind.WARNING, text="x"),
        lambda: journal.intend("set_status", "6.3", {}, "page", "ACTIVE"),
        lambda: journal.sent(intent, []),
        lambda: journal.settle(intent, "not_done", "x"),
        lambda: journal.keep("p.html", b"x", **about),
    ):
        with pytest.raises(LeaseLost):
            writing()
    assert (notes.events, notes.kept) == (written, {})
    assert [one.outcome for one in journal.intents()] == [""]
    assert journal.snapshot() is None


@pytest.fixture
def session(lease: Lease) -> BrowserSession:
    about = (MagicMock(), PROFILE, MagicMock(), Notes(), MagicMock(), SignIns(), threading.Event(), None)
    return BrowserSession(*about, heard=lambda: None, fence=Fence(lease.holds))


def test_without_a_lease_there_is_no_next_step_and_no_waiting(session: BrowserSession, lease: Lease) -> None:
    session.check_stop()
    session.pause(0.001)
    lease.held = False
    for act in (session.check_stop, lambda: session.pause(60)):
        with pytest.raises(LeaseLost):
            act()


def test_a_sign_in_that_the_proxy_refused_is_not_called_a_wrong_password(
    session: BrowserSession, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would park all desks (no lock-out), though nobody has seen the password."""
    page = MagicMock()
    page.return_value.sign_in.side_effect = SignedOut("the sign-in was not accepted")
    monkeypatch.setattr("rpa.browser_session.SignInPage", page)
    lease.held = False
    with pytest.raises(LeaseLost):
        session.sign_in(MagicMock())
    assert session.sign_ins.failed == ""
