"""`rpa approve`, and what the other commands say of a request that waits for it; the robot is a fake one."""

import re
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import Result

from rpa.profiles import load_profile
from tests.cli_bench import CANCEL, NUMBER, folder, objects, person, requests, results, rpa
from tests.fake_robot import Robot

__all__ = ["folder", "person"]
Patch = pytest.MonkeyPatch
PLAN = "0123456789abcdef"


@pytest.fixture(autouse=True)
def rules(folder: Path) -> None:
    """More than two licenses need approval; the fake robot reads three."""
    with (folder / "site.toml").open("a", encoding="utf-8") as profile:
        profile.write("[policy.approval]\nlicenses_from = 3\n")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def waits(kept: Path) -> str:
    """The id of a request that Carl asked for and that waits; made once, and copied for each test."""
    if not (kept / "id").exists():
        [told] = objects(rpa(*CANCEL, *NUMBER, "--requested-by", "Carl", "--yes", "--json"))
        assert (told["end"], told["code"]) == (None, "waiting_approval")
        (kept / "id").write_text(told["id"], encoding="ascii")
        copytree("rpa-data", kept / "rpa-data")
    copytree(kept / "rpa-data", "rpa-data", dirs_exist_ok=True)
    return (kept / "id").read_text(encoding="ascii")


def said(result: Result) -> str:
    return " ".join((result.stdout + result.stderr).split())


def test_cancel_says_what_it_waits_for_and_goes_on_once_it_is_approved(person: None) -> None:
    first = rpa(*CANCEL, *NUMBER, type="1974\n")
    assert (first.exit_code, Robot.waited) == (3, ["611974"])
    asked = "Needs approval: 3 licenses (3 or more). Confirmed by you, the plan waits for somebody else's yes"
    assert said(first).index(asked) < said(first).index("last 4 digits")
    found = re.search(r"End: waits for approval \(.* rpa approve (\S+) --by NAME", said(first))
    assert found is not None
    Robot.started.clear()
    again = rpa(*CANCEL, *NUMBER, type="1974\n")
    assert (again.exit_code, Robot.started) == (3, [])
    assert f"waits for approval: rpa approve {found[1]} --by NAME" in again.stderr
    assert rpa("approve", found[1], "--by", "Bob", "--yes", "--plan", PLAN).exit_code == 0
    last = rpa(*CANCEL, *NUMBER, type="1974\n")
    assert last.exit_code == 0
    assert "Needs approval" not in last.stdout


def test_run_leaves_what_waits_and_takes_it_up_once_it_is_approved(folder: Path) -> None:
    Robot.licenses = None
    first = rpa("run", requests(2, folder))
    assert first.exit_code == 3
    assert len(re.findall("waits for approval *$", first.stdout, re.MULTILINE)) == 3  # a line each, and their count
    assert [(line["end"], line["code"]) for line in results(folder)] == [(None, "waiting_approval")] * 2
    assert "the license count was not read" in results(folder)[0]["message"]
    for line in results(folder):
        assert rpa("approve", line["id"], "--by", "Bob", "--yes", "--plan", PLAN).exit_code == 0
    assert rpa("run", "requests.csv").exit_code == 0
    assert [line["end"] for line in results(folder)] == ["cancelled"] * 2


def test_without_an_id_it_lists_what_waits(waits: str) -> None:
    told = said(rpa("approve"))
    for words in (waits, "23 h 59 min left", "611974 12-10 Test", "49.95 in 1 billing", "Licenses 3", f"Plan {PLAN}"):
        assert words in told
    assert "1 request waits for approval" in told
    [listed] = objects(rpa("approve", "--json"))
    assert (listed["schema"], listed["id"], listed["plan"][:16]) == ("rpa.approval.v1", waits, PLAN)
    assert (listed["money_stopped"], listed["license_count"]) == ("49.95", 3)
    assert (listed["reasons"], listed["state"]) == (["3 licenses (3 or more)"], "waiting")


def test_the_plan_is_shown_and_the_digits_are_asked_for(person: None, waits: str) -> None:
    other = rpa("approve", waits, "--by", "Bob", type="6119\n")
    assert other.exit_code == 3
    assert "nothing was done" in other.stderr
    yes = rpa("approve", waits, "--by", "Bob", type="1974\n")
    assert yes.exit_code == 0
    for words in ("ACTIVE", "DELETE", "49.95", f"Plan {PLAN}", "Requested by Carl", "3 licenses (3 or more)"):
        assert said(yes).index(words) < said(yes).index("last 4 digits") < said(yes).index("Approved: request")
    twice = rpa("approve", waits, "--by", "Dora", type="1974\n")
    assert (twice.exit_code, said(twice)) == (0, f"Request {waits} is approved already, by Bob")
    [told] = objects(rpa("approve", waits, "--by", "Dora", "--json"))
    assert (told["state"], told["by"]) == ("approved", "Bob")


def test_what_was_shown_is_what_is_approved(person: None, waits: str, monkeypatch: Patch) -> None:
    """While somebody reads the plan, the account changes and it is asked for anew."""

    def slow(*_: object, **__: object) -> None:
        Robot.hash = "fedcba9876543210" * 4
        from rpa.queue.approval_rows import ask  # noqa: PLC0415
        from rpa.records import Records  # noqa: PLC0415

        with (
            Records("sqlite:///rpa-data/rpa.db", Path("rpa-data/cases")) as records,
            records.engine.begin() as connection,
        ):
            ask(connection, waits, Robot.hash, "{}", ["changed"], 24)

    monkeypatch.setattr("rpa.cli.asking.approve", slow)
    refused = rpa("approve", waits, "--by", "Bob")
    assert refused.exit_code == 3
    assert "waits with another plan, fedcba9876543210" in refused.stderr


def test_what_is_no_approval_is_told_in_a_sentence(waits: str) -> None:
    for words, code, told in (
        (("--by", "carl"), 3, '"carl" may be the one who asked for it ("Carl")'),
        (("--by", "Bob"), 3, "nobody is at the terminal. --yes --plan HASH approves it unseen"),
        (("--by", "Bob", "--yes"), 2, "--plan is missing"),
        (("--by", "Bob", "--yes", "--plan", "fedcba98"), 3, "waits with another plan"),
        ((), 2, "--by is missing"),
        (("--by", "Bob", "--decline"), 2, "--why is missing"),
    ):
        result = rpa("approve", waits, *words)
        assert (result.exit_code, len(result.stderr.splitlines())) == (code, 1)
        assert told in result.stderr
    [listed] = objects(rpa("approve", "--json"))
    assert listed["state"] == "waiting"


def test_options_without_an_id_are_no_list() -> None:
    assert rpa("approve", "--by", "Bob").exit_code == 2
    assert said(rpa("approve")) == "No requests wait for approval"
    assert rpa("approve", "611974", "--by", "Bob").exit_code == 2


def test_a_no_ends_it_and_says_who_and_why(waits: str) -> None:
    no = rpa("approve", waits, "--by", "Bob", "--decline", "--why", "the customer stays")
    assert no.exit_code == 0
    assert "End: withdrawn (not_approved)" in no.stdout
    assert "declined by Bob: the customer stays; nothing was changed" in no.stdout
    assert rpa(*CANCEL, *NUMBER, "--requested-by", "Carl", "--yes").exit_code == 1, "the same request has this end"
    assert rpa("approve", waits, "--by", "Bob", "--yes", "--plan", PLAN).exit_code == 1
    assert rpa("verify", waits).exit_code == 0


def test_with_logins_of_their_own_the_login_counts(folder: Path, waits: str, monkeypatch: Patch) -> None:
    with (folder / "site.toml").open("a", encoding="utf-8") as profile:
        profile.write("own_logins = true\n")
    yes = ("approve", waits, "--by", "Bob Lind", "--yes", "--plan", PLAN)
    refused = rpa(*yes)
    assert refused.exit_code == 3
    assert "under this login" in refused.stderr
    monkeypatch.setattr("rpa.cli.desk.who", lambda: "bob")
    assert rpa(*yes).exit_code == 0


def test_the_profile_says_what_needs_approval(folder: Path) -> None:
    assert "Approval 3 licenses or more (within 24 h)" in said(rpa("profile", "check", "site.toml"))
    (folder / "other.toml").write_text(
        '[site]\nbase_url = "http://127.0.0.1:9"\n[policy.approval]\nall = true\nmoney_from = 99.5\nnames = ["x"]\nhours = 2\n',
        encoding="utf-8",
    )
    assert "each plan; 99.50 or more; a name with x in it (within 2 h)" in said(rpa("profile", "check", "other.toml"))
    shown = rpa("profile", "show", "--profile", "other.toml").stdout
    (folder / "shown.toml").write_text(shown, encoding="utf-8")
    assert load_profile(folder / "shown.toml").policy.approval == load_profile(folder / "other.toml").policy.approval
