"""The drop folder: each file is taken once, as a whole, and whatever is killed in between doubles nothing."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from rpa.database.queue_tables import jobs
from rpa.queue import submitting
from rpa.queue.drop_folder import CUT_OFF_SECONDS, QUIET_SECONDS, DropFolder
from rpa.queue.inbox import AGAIN_SECONDS, LOOK_SECONDS, Inbox, _Stopping
from rpa.queue.shop import Shop
from rpa.queue.trail import trail
from tests.cli_bench import HEAD
from tests.queue_bench import Bench, bench_in

GOOD = HEAD + "A,1,2026-01-02,x\nB,2,2026-01-02,x\n"


@dataclass
class Box:
    """An inbox whose clock and whose turns are the test's."""

    folder: Path
    now: float = 0.0
    said: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.folder, self.stop, self.said.append, lambda: self.now)

    def drop(self, name: str, content: str = GOOD) -> Path:
        (self.folder / name).write_text(content, encoding="utf-8")
        return self.folder / name

    def look(self, shop: Shop, seconds: float = LOOK_SECONDS) -> None:
        self.now += seconds
        self.inbox(shop)
        self.inbox.join(10)

    def look_often(self, shop: Shop) -> None:
        """Until all is taken in that is whole."""
        for _ in range(8):
            self.look(shop)

    def names(self, place: str) -> list[str]:
        return sorted(path.name for path in (self.folder / place).iterdir())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


@pytest.fixture
def shop(bench: Bench) -> Iterator[Shop]:
    with bench.shop() as shop:
        yield shop


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "in")


def queued(bench: Bench) -> int:
    with bench.records.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(jobs)).scalar_one())


def test_a_file_is_submitted_and_moved_and_its_owner_has_done_it(box: Box, bench: Bench, shop: Shop) -> None:
    box.drop("r.csv")
    box.look_often(shop)
    assert (queued(bench), box.names("done"), box.names("taken"), box.inbox.idle) == (2, ["r.csv"], [], True)
    assert box.said == ["Inbox: r.csv accepted, 2 new; moved to done/r.csv"]
    [deed] = trail(bench.records.engine)
    assert (deed.who, deed.why[:36]) == (
        (box.folder / "done" / "r.csv").owner(),
        "2 requests from inbox r.csv, batch " + deed.why[35],
    )


def test_a_file_that_grows_is_left_alone_until_it_does_not(box: Box, bench: Bench, shop: Shop) -> None:
    path = box.drop("r.csv", HEAD)
    for row in range(5):
        box.look(shop, QUIET_SECONDS - 0.1)
        path.write_text(path.read_text() + f"A,{row},2026-01-02,x\n")
        assert not box.inbox.idle
    assert (queued(bench), path.exists()) == (0, True)
    box.look_often(shop)
    assert queued(bench) == 5


def test_a_text_without_a_line_break_at_its_end_may_be_cut_off(box: Box, bench: Bench, shop: Shop) -> None:
    box.drop("r.csv", GOOD.rstrip("\n"))
    box.look_often(shop)
    assert queued(bench) == 0
    box.look(shop, CUT_OFF_SECONDS)
    assert queued(bench) == 2


def test_what_somebody_is_still_writing_is_no_request_file(box: Box, shop: Shop) -> None:
    paths = [box.drop(name) for name in (".r.csv", "r.csv.part", "R.CSV.TMP", "~$r.xlsx")]
    box.look_often(shop)
    assert all(path.exists() for path in paths)
    assert (box.said, box.inbox.idle) == ([], True)


def test_a_link_to_a_file_elsewhere_is_not_followed(box: Box, bench: Bench, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(GOOD)
    (box.folder / "r.csv").symlink_to(tmp_path / "other.csv")
    box.look_often(shop)
    assert (queued(bench), (tmp_path / "other.csv").exists()) == (0, True)


def test_nothing_that_is_done_is_written_over(box: Box, shop: Shop) -> None:
    for content in (GOOD, HEAD + "C,3,2026-01-02,x\n"):
        box.drop("r.csv", content)
        box.look_often(shop)
    assert box.names("done") == ["r-2.csv", "r.csv"]
    assert (box.folder / "done" / "r.csv").read_text() == GOOD


def test_a_file_with_faults_is_rejected_as_a_whole_and_each_fault_is_told(box: Box, bench: Bench, shop: Shop) -> None:
    for _ in range(2):
        box.drop("r.csv", GOOD + "C,x,2026-01-02,x\nD,4,soon,\n")
        box.look_often(shop)
    assert box.names("rejected") == ["r-2.csv", "r-2.csv.reason.txt", "r.csv", "r.csv.reason.txt"]
    reason = (box.folder / "rejected" / "r.csv.reason.txt").read_text(encoding="utf-8").splitlines()
    assert reason[0] == "r.csv was not accepted: 3 faults. Nothing of it is done."
    assert [line.split(":")[0] for line in reason[2:5]] == [
        "Row 4, column account_number",
        "Row 5, column date",
        "Row 5, column reason",
    ]
    assert (queued(bench), [deed.what for deed in trail(bench.records.engine)]) == (0, ["reject", "reject"])


def test_an_id_that_is_taken_by_another_request_rejects_the_file(box: Box, bench: Bench, shop: Shop) -> None:
    head = HEAD.strip() + ",id\n"
    for reason in ("x", "y"):
        box.drop("r.csv", f"{head}A,1,2026-01-02,{reason},mine\n")
        box.look_often(shop)
    told = (box.folder / "rejected" / "r.csv.reason.txt").read_text(encoding="utf-8")
    assert 'Row 2, column id: request mine was accepted with other content: reason was "x" and is now "y"' in told
    assert queued(bench) == 1


def test_killed_between_submitting_and_moving_another_worker_ends_it_and_nothing_is_doubled(
    box: Box, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise _Stopping

    box.drop("r.csv")
    with bench.shop() as dead, monkeypatch.context() as patch:
        patch.setattr(DropFolder, "accept", killed)
        box.look_often(dead)
        assert box.names(f"taken/{dead.lease.id}") == ["r.csv"]
    other = Box(box.folder)
    with bench.shop() as shop:
        other.look_often(shop)
    assert (queued(bench), box.names("done"), box.names("taken")) == (2, ["r.csv"], [])
    assert other.said == ["Inbox: r.csv accepted, 2 in the queue already; moved to done/r.csv"]
    assert [deed.what for deed in trail(bench.records.engine)] == ["submit"]


def test_what_a_live_worker_has_taken_is_left_to_it(box: Box, bench: Bench, shop: Shop) -> None:
    box.drop("r.csv")
    with bench.shop() as alive:
        assert box.inbox.folder.take(box.folder / "r.csv", alive.lease.id)
        box.look_often(shop)
        assert (queued(bench), box.names(f"taken/{alive.lease.id}")) == (0, ["r.csv"])
    box.look_often(shop)
    assert (queued(bench), box.names("done")) == (2, ["r.csv"])


def test_what_a_worker_of_another_database_has_taken_is_left_to_it(box: Box, bench: Bench, shop: Shop) -> None:
    box.drop("r.csv")
    taken = box.inbox.folder.take(box.folder / "r.csv", "unknown")
    assert taken is not None
    box.look_often(shop)
    assert (queued(bench), taken.exists()) == (0, True)
    os.utime(taken.parent, (0, 0))  # it was dead for so long that it was forgotten
    box.look_often(shop)
    assert (queued(bench), box.names("done")) == (2, ["r.csv"])


def test_of_many_workers_one_takes_each_file(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path)
    folder.make()
    files = [tmp_path / f"{number}.csv" for number in range(40)]
    for path in files:
        path.touch()
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda worker: [folder.take(path, worker) for path in files], "abcd"))
    each = [[path for path in four if path] for four in zip(*taken, strict=True)]
    assert [len(four) for four in each] == [1] * 40


def test_a_worker_that_is_to_stop_leaves_the_rest_of_a_big_file_to_the_next(
    box: Box, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "AT_ONCE", 2)
    box.drop("r.csv", HEAD + "".join(f"A,{number},2026-01-02,x\n" for number in range(9)))
    with bench.shop() as shop:
        record = shop.records.accept_in

        def stops(*given: object) -> object:
            box.stop.set()
            return record(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(shop.records, "accept_in", stops)
        box.look_often(shop)
        assert (queued(bench), box.names("done")) == (2, [])
    monkeypatch.undo()
    other = Box(box.folder)
    with bench.shop() as shop:
        other.look_often(shop)
    assert (queued(bench), box.names("done")) == (9, ["r.csv"])


def test_a_file_that_cant_be_moved_is_told_once_and_moved_when_it_can(
    box: Box, bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    box.drop("r.csv")
    with monkeypatch.context() as patch:
        patch.setattr("rpa.queue.drop_folder._put", read_only)
        for _ in range(5):
            box.look(shop, AGAIN_SECONDS)
            box.look_often(shop)
    assert (queued(bench), len(box.said), box.inbox.idle) == (2, 1, True)
    assert "r.csv can't be moved out of" in box.said[0]
    box.look(shop, AGAIN_SECONDS)
    assert (len(box.names("taken")), len(trail(bench.records.engine))) == (0, 1)


def test_a_folder_that_is_gone_is_told_once(box: Box, shop: Shop) -> None:
    box.folder.rename(box.folder.with_name("elsewhere"))
    box.look_often(shop)
    box.look_often(shop)
    assert (len(box.said), box.folder.exists()) == (1, False)


def test_names_can_steer_nothing_and_a_long_one_can_be_rejected(box: Box, shop: Shop) -> None:
    box.drop("\x1b[31m" + "é" * 100 + ".csv", "junk\n")
    box.look_often(shop)
    [rejected, reason] = box.names("rejected")
    assert reason == f"{rejected}.reason.txt"
    assert "\x1b" not in box.said[0] + (box.folder / "rejected" / reason).read_text(encoding="utf-8")
