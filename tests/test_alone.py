"""Two workers that write the same case's files: one was frozen half-way, its lease ran out, another took over."""

import threading
from pathlib import Path

import pytest

from flows.errors import LeaseLost
from rpa.cases.files import alone_in
from rpa.records import journal as journals
from tests.queue_bench import bench_in, outcome, request


def test_who_comes_second_waits_until_the_first_has_written(tmp_path: Path) -> None:
    order, inside = [], threading.Event()

    def second() -> None:
        with alone_in(tmp_path, 30):
            order.append("second")

    with alone_in(tmp_path, 30):
        other = threading.Thread(target=second)
        other.start()
        inside.wait(0.2)
        order.append("first")
    other.join(30)
    assert order == ["first", "second"]


def test_who_is_frozen_for_ever_holds_nobody_up_for_ever(tmp_path: Path) -> None:
    with alone_in(tmp_path, 30), alone_in(tmp_path, 0.1):
        pass


def test_files_are_written_and_the_lease_is_asked_for_while_the_folder_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So what was frozen before it held the folder finds its lease lost, and what was frozen later is waited for."""
    asked: list[str] = []

    def held(folder: Path) -> bool:
        got = threading.Event()

        def take() -> None:
            with alone_in(folder, 30):
                got.set()

        threading.Thread(target=take, daemon=True).start()
        return not got.wait(0.2)

    class Guard:
        def before_write(self, _: object) -> None:
            if asked:
                asked.append(f"lease, held: {held(tmp_path / 'cases' / 'r-0')}")
                raise LeaseLost("taken over")

        def before_intent(self, _: object, *, first: bool) -> None: ...

    with bench_in(tmp_path) as bench:
        bench.submit(request(0))
        journal = bench.records.begin(request(0), profile=bench.profile, guard=Guard())  # type: ignore[arg-type]
        monkeypatch.setattr(journals, "write_case", lambda *_: asked.append("written"))
        asked.append("finish")
        with journal, pytest.raises(LeaseLost):
            journal.finish(outcome(request(0)))
    assert asked == ["finish", "lease, held: True"]
