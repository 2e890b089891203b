"""`rpa withdraw`: a person takes a request back; the robot never starts it, and the case file says who and why."""

from pathlib import Path

import pytest

from flows.journal import EventKind
from flows.model import CancellationRequest, End
from flows.profile import SiteProfile
from rpa.records import Records
from rpa.request_files import read_requests
from tests.cli_bench import folder, requests, results, rpa
from tests.fake_robot import Robot

__all__ = ["folder"]
SITE = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9"}})


def records(folder: Path) -> Records:
    return Records(f"sqlite:///{folder / 'rpa-data' / 'rpa.db'}", folder / "rpa-data" / "cases")


@pytest.fixture
def waiting(folder: Path) -> list[CancellationRequest]:
    """Three accepted requests of a file, none of them started."""
    path = folder / requests(3, folder)
    file = read_requests(path, read_date=SITE.read_date)
    with records(folder) as kept:
        for request in file.requests:
            kept.accept(request, "a test")
    return list(file.requests)


def test_a_request_that_was_taken_back_is_never_started(folder: Path, waiting: list[CancellationRequest]) -> None:
    taken = rpa("withdraw", waiting[1].id, "--why", "the customer stays", "--by", "Ann")
    assert taken.exit_code == 0, taken.output
    assert "withdrawn by Ann before anything was changed: the customer stays" in " ".join(taken.stdout.split())
    rpa("run", "requests.csv")
    assert Robot.started == [waiting[0].account_number, waiting[2].account_number]
    assert [result["end"] for result in results(folder)] == ["cancelled", "withdrawn", "cancelled"]
    with records(folder) as kept:
        assert kept.verify(waiting[1].id).ok


def test_a_request_that_has_an_end_keeps_it(folder: Path, waiting: list[CancellationRequest]) -> None:
    rpa("run", "requests.csv")
    again = rpa("withdraw", waiting[0].id, "--why", "too late", "--by", "Ann")
    assert again.exit_code == 1
    with records(folder) as kept:
        assert kept.find(waiting[0].id).outcome is not None
        assert kept.find(waiting[0].id).outcome.end is End.CANCELLED  # type: ignore[union-attr]


def test_a_request_for_which_a_change_was_set_out_is_not_taken_back(
    folder: Path, waiting: list[CancellationRequest]
) -> None:
    with records(folder) as kept:
        with kept.begin(waiting[0], profile=SITE) as journal:
            journal.write(EventKind.STEP_STARTED, "6.1", title="Remove License Count")
            journal.intend("remove_license_count", "6.1", {}, "page", "5")
        assert kept.find(waiting[0].id).outcome is None
    late = rpa("withdraw", waiting[0].id, "--why", "the customer stays", "--by", "Ann")
    assert late.exit_code == 1
    assert "remove_license_count was set out for already" in late.stderr
    with records(folder) as kept:
        assert kept.find(waiting[0].id).outcome is None
