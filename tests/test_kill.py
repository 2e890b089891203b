"""kill -9 at every durable point of a run, then a second run: each effect once, or the end says unknown."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fixtures.profiles import profile_for
from fixtures.standin import StandIn
from flows.model import End, Outcome
from rpa.records import AlreadyEnded, Records
from tests.conftest import FOUR, REASON
from tests.faults_bench import NUMBER, leave_to_do
from tests.faults_kill import Spec, run

HERE = Path(__file__).parent.parent
EVERYTHING = (*sorted(FOUR), "form")


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with StandIn() as site:
        yield site


@pytest.fixture
def site(standin: StandIn) -> StandIn:
    standin.reset()
    return standin


class Scene:
    """One request on one stand-in, and as many processes as it takes."""

    def __init__(self, site: StandIn, folder: Path, *left: str) -> None:
        self.site, self.folder = site, folder
        leave_to_do(self, NUMBER, *left)  # type: ignore[arg-type]
        account = site.account(NUMBER)
        self.request = {
            "id": "K-1", "account_name": account.name, "account_number": NUMBER, "date": "2026-11-30",
            "reason": REASON, "opt_out": True,
        }  # fmt: skip

    def spec(self, point: str = "", nth: int = 1) -> Spec:
        return Spec.model_validate(
            {
                "folder": self.folder, "profile": profile_for("classic", self.site), "request": self.request,
                "username": self.site.username, "password": self.site.password, "point": point, "nth": nth,
            }
        )  # fmt: skip

    def dies_at(self, point: str, nth: int = 1) -> None:
        """A first run, in a process of its own, that is killed there; its browser goes with it."""
        trace = self.folder / "trace"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults_kill", self.spec(point, nth).model_dump_json()],
            cwd=HERE, env=os.environ | {"KILL_TRACE": str(trace)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        below: list[psutil.Process] = []
        while process.poll() is None:
            try:
                below = psutil.Process(process.pid).children(recursive=True) or below
                process.wait(0.2)
            except (psutil.Error, subprocess.TimeoutExpired):
                continue
        out = process.communicate()[0].decode()
        for orphan in below:
            if orphan.is_running():
                orphan.kill()
        assert process.returncode == -signal.SIGKILL, f"it did not come to {point} {nth}: {trace.read_text()} {out}"

    def runs_to_the_end(self, monkeypatch: pytest.MonkeyPatch) -> Outcome:
        monkeypatch.setenv("KILL_TRACE", os.devnull)
        try:
            return run(self.spec())
        except AlreadyEnded:
            with Records(f"sqlite:///{self.folder / 'rpa.db'}", self.folder / "cases") as records:
                outcome = records.find("K-1").outcome
                assert outcome is not None
                return outcome

    def judge(self, outcome: Outcome) -> None:
        received = Counter(entry.kind for entry in self.site.ledger if entry.kind not in {"sign_in", "switch_module"})
        assert all(count == 1 for count in received.values()), received
        assert {entry.account_number for entry in self.site.ledger if entry.account_number} <= {NUMBER}
        if outcome.end is End.CANCELLED:
            assert self.site.account(NUMBER).cancelled
        else:
            assert (outcome.end, outcome.code) == (End.NEEDS_HUMAN, "unknown_effect"), outcome.message
        with Records(f"sqlite:///{self.folder / 'rpa.db'}", self.folder / "cases") as records:
            assert records.verify("K-1").ok
            assert records.find("K-1").outcome == outcome


POINTS = (
    ("intend", 1, ("cancel_billings",)),
    pytest.param("settle", 1, ("remove_license_count", "form"), marks=pytest.mark.long),
    pytest.param("intend", 2, ("set_contact_info", "form"), marks=pytest.mark.long),
    pytest.param("before finish", 1, ("form",), marks=pytest.mark.long),
    pytest.param("finish", 1, ("set_status",), marks=pytest.mark.long),
)


@pytest.mark.parametrize(("point", "nth", "left"), POINTS)
def test_a_run_that_was_killed_there_is_finished_by_the_next(
    site: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, nth: int, left: tuple[str, ...]
) -> None:
    scene = Scene(site, tmp_path, *left)
    scene.dies_at(point, nth)
    outcome = scene.runs_to_the_end(monkeypatch)
    scene.judge(outcome)
    assert outcome.end is End.CANCELLED, f"{outcome.code}: {outcome.message}"


EACH = [(point, nth) for point in ("intend", "sent", "settle") for nth in range(1, 6)]
REST = [("begin", 1), ("snapshot", 1), ("plan", 1), ("settle", 9), ("proof", 1), ("before finish", 1), ("finish", 1)]


@pytest.mark.long
@pytest.mark.parametrize(("point", "nth"), [*EACH, *REST])
def test_killed_at_every_durable_call_of_a_whole_cancellation(
    site: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, nth: int
) -> None:
    scene = Scene(site, tmp_path, *EVERYTHING)
    scene.dies_at(point, nth)
    scene.judge(scene.runs_to_the_end(monkeypatch))


@pytest.mark.long
@pytest.mark.parametrize("fault", ["rst_before", "rst_after", "apply_no_answer", "apply_late"])
@pytest.mark.parametrize("point", ["sent", "settle"])
def test_killed_while_it_was_not_known_whether_the_effect_took_place(
    site: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, point: str
) -> None:
    scene = Scene(site, tmp_path, "set_status", "form")
    site.arm(fault, on="set_status")
    scene.dies_at(point)
    outcome = scene.runs_to_the_end(monkeypatch)
    kinds = [entry.kind for entry in site.ledger if entry.applied]
    assert kinds.count("set_status") <= 1
    assert outcome.end is not End.CANCELLED or site.account(NUMBER).cancelled


def test_the_specification_of_a_run_holds_what_it_says(site: StandIn, tmp_path: Path) -> None:
    spec = Scene(site, tmp_path).spec("intend", 2)
    assert Spec.model_validate(json.loads(spec.model_dump_json())) == spec
