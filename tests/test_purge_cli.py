"""`rpa purge` on the command line: a dry run first, the policy of the profile, and what is named and left."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from flows.model import End
from rpa.durations import before
from tests.case_samples import a_request, records_in
from tests.cli_bench import folder, objects, person, rpa
from tests.test_purge import everything, refuse

__all__ = ["folder", "person"]
NOW = dt.datetime(2028, 3, 31, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two requests that ended, one that waits for a person and one without an end."""
    data = tmp_path_factory.mktemp("told")
    with records_in(data) as records:
        refuse(records, a_request("R-0001"))
        refuse(records, a_request("611974-20261130-abcdef01"))
        refuse(records, a_request("R-0003"), End.NEEDS_HUMAN)
        records.accept(a_request("R-0004"))
    return data


@pytest.fixture
def data(told: Path, folder: Path) -> Path:
    """The output folder, with that in it."""
    return Path(shutil.copytree(told, folder / "rpa-data"))


@pytest.fixture
def years_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three years went by."""
    monkeypatch.setattr("rpa.cli.purge._now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=1095))


def purged(data: Path) -> list[str]:
    with records_in(data) as records:
        return [one.request.id for one in records.list() if one.purged]


@pytest.mark.parametrize(
    ("duration", "moment"),
    [
        ("12h", dt.datetime(2028, 3, 31, tzinfo=dt.UTC)),
        ("90d", dt.datetime(2028, 1, 1, 12, tzinfo=dt.UTC)),
        ("1m", dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC)),
        ("18m", dt.datetime(2026, 9, 30, 12, tzinfo=dt.UTC)),
        ("2y", dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)),
    ],
)
def test_a_duration_counts_back_by_the_calendar(duration: str, moment: dt.datetime) -> None:
    assert before(duration, NOW) == moment


@pytest.mark.parametrize(
    "duration", ["", "90", "d", "0d", "-1d", "1w", "1.5d", "90 d", "9999y", "999999m", "٩d", "1d1h"]
)
def test_what_is_no_duration_is_none(duration: str) -> None:
    with pytest.raises(ValueError, match=r"must be a whole number and h|reaches back to before the year 1"):
        before(duration, NOW)


def test_a_wrong_duration_is_a_usage_error(data: Path) -> None:
    result = rpa("purge", "--yes", "--older-than", "1w")
    assert result.exit_code == 2
    assert result.stderr == (
        "rpa: --older-than must be a whole number and h (hours), d (days), m (months) or y (years), such as 90d or 2y; it is '1w'\n"
    )
    assert purged(data) == []


@pytest.mark.usefixtures("years_later")
def test_without_a_person_or_yes_it_tells_what_would_go_and_deletes_nothing(data: Path) -> None:
    was = everything(data)
    result = rpa("purge", "--older-than", "2y")
    assert result.exit_code == 3
    told = " ".join(result.stdout.split())
    assert "Requests 2" in told
    assert "Oldest end" in told
    assert "1 of them hold the account number" in told
    assert result.stderr == "rpa: nothing was deleted: --yes deletes the personal data of 2 requests for good\n"
    assert everything(data) == was


@pytest.mark.usefixtures("years_later", "person")
def test_a_person_says_yes(data: Path) -> None:
    assert rpa("purge", "--older-than", "2y", type="\n").exit_code == 3
    assert purged(data) == []
    result = rpa("purge", "--older-than", "2y", "--by", "Ann", type="y\n")
    assert result.exit_code == 0, result.output
    assert "2 purged, 0 left as they are" in result.stdout
    assert purged(data) == ["R-0001", "611974-20261130-abcdef01"]
    shown = rpa("verify", "R-0001").stdout
    assert shown.startswith("ok R-0001 7 events, 3 files, purged on ")
    assert shown.endswith("UTC by Ann\n")
    assert "Purged        2" in rpa("show", "R-0001").stdout


@pytest.mark.usefixtures("years_later")
def test_it_names_what_it_leaves_and_goes_on(data: Path) -> None:
    (data / "cases" / "R-0001" / "case.html").write_text("<p>all is well</p>")
    (data / "traces" / "R-0003").mkdir(parents=True)
    plan, *told = objects(result := rpa("purge", "--older-than", "2y", "--needs-human-too", "--yes", "--json"))
    assert result.exit_code == 1
    assert (plan["schema"], plan["requests"], plan["begun"], plan["left"]) == ("rpa.purge_plan.v1", 3, 0, 0)
    assert plan["ended_before"] > plan["newest"] > plan["oldest"]
    assert [(one["schema"], one["id"], one["purged"]) for one in told] == [
        ("rpa.purge.v1", "R-0001", False),
        ("rpa.purge.v1", "611974-20261130-abcdef01", True),
        ("rpa.purge.v1", "R-0003", True),
    ]
    assert "case.html was changed" in told[0]["message"]
    assert not (data / "traces" / "R-0003").exists()
    assert objects(rpa("show", "R-0003", "--json"))[0]["purged"]["account_number"].startswith("purged-")


@pytest.mark.usefixtures("years_later")
@pytest.mark.parametrize(("days", "gone"), [("", 2), ("keep_days = 1200", 0), ("keep_days = 0", 0)])
def test_without_older_than_the_profile_decides(data: Path, days: str, gone: int) -> None:
    profile = data.parent / "site.toml"
    profile.write_text(profile.read_text() + f"[privacy]\n{days}\nkeep_account_number = true\n")
    result = rpa("purge", "--yes")
    assert result.exit_code == 0, result.output
    assert len(purged(data)) == gone
    assert ("for ever (privacy.keep_days = 0)" in result.stdout) is (days == "keep_days = 0")
    with records_in(data) as records:
        assert records.find("R-0001").request.account_number == "611974"


def test_without_profile_and_duration_it_asks_for_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RPA_PROFILE")
    result = rpa("purge", "--yes")
    assert result.exit_code == 2
    assert result.stderr.startswith("rpa: how old is old? Give --older-than, or with --profile")
    assert rpa("purge", "--older-than", "1h").stdout.startswith("Nothing to purge: of what ended before 2")
    assert purged(data) == []
