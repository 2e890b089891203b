"""Straight-line scripts, several at a time: each a process with a browser of its own, all taking from one list."""

import dataclasses
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Self

import psutil

from benchmarks.batches import Batch, watched
from benchmarks.drivers import Answer, Task, in_a_straight_line, open_browser, signed_in
from benchmarks.report import NoResult
from fixtures.standin import AccountTruth


def _serve(task: Task, walk: list[str], pipe: Connection) -> None:
    """Cancel each account that is sent, and answer."""
    with suppress(EOFError, KeyboardInterrupt), open_browser() as browser:
        state = signed_in(browser, task)
        pipe.send(Answer())
        while (account := pipe.recv()) is not None:
            name, number = account
            try:
                in_a_straight_line(browser, state, dataclasses.replace(task, name=name, number=number), walk)
                answer = Answer()
            except Exception as error:  # noqa: BLE001 (told to the one who measures)
                answer = Answer(f"{type(error).__name__}: {error}")
            pipe.send(answer)


class Script:
    """One of them."""

    def __init__(self, task: Task, walk: list[str]) -> None:
        self._pipe, theirs = get_context("spawn").Pipe()
        self._process = get_context("spawn").Process(target=_serve, args=(task, walk, theirs))
        self._process.start()
        theirs.close()
        self.root = psutil.Process(self._process.pid)

    def cancel(self, account: AccountTruth) -> None:
        """Raises NoResult."""
        self._pipe.send((account.name, account.number))
        self.hear()

    def hear(self) -> None:
        """Its answer. Raises NoResult."""
        try:
            answer = self._pipe.recv()
        except EOFError as error:
            raise NoResult("a script's process has ended") from error
        if answer.wrong:
            raise NoResult(f"a script: {answer.wrong}")

    def close(self) -> None:
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(20)
        if self._process.is_alive():
            self._process.terminate()


class Scripts:
    """A context manager; when it is entered all browsers are open and signed in."""

    def __init__(self, count: int, task: Task, walk: list[str]) -> None:
        self._count, self._task, self._walk = count, task, walk
        self._all: list[Script] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises NoResult."""
        with ExitStack() as stack:
            for _ in range(self._count):
                self._all.append(Script(self._task, self._walk))
                stack.callback(self._all[-1].close)
            for script in self._all:
                script.hear()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, accounts: Sequence[AccountTruth]) -> Batch:
        """Cancel all, as many at a time as there are scripts. Raises NoResult."""
        left: queue.SimpleQueue[AccountTruth] = queue.SimpleQueue()
        for account in accounts:
            left.put(account)
        batch, wrong = Batch(self._count, []), list[NoResult]()
        started = time.time()

        def work(script: Script) -> None:
            with suppress(queue.Empty):
                while not wrong:
                    try:
                        script.cancel(left.get_nowait())
                    except NoResult as error:
                        wrong.append(error)
                    batch.seconds.append(time.time() - started)

        with watched(batch, [script.root for script in self._all]):
            threads = [threading.Thread(target=work, args=(script,)) for script in self._all]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if wrong:
            raise wrong[0]
        return batch
