"""The commands beside those that carry requests out; the browser is not the point, the robot a fake one."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from flows.errors import NeedsHuman
from tests.cli_bench import CANCEL, NUMBER, folder, objects, requests, rpa
from tests.fake_robot import Robot

__all__ = ["folder"]
pytestmark = pytest.mark.usefixtures("folder")
ROOT = Path(__file__).parents[1]
RPA = (sys.executable, "-m", "rpa")
DOCUMENT = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


class TestRecords:
    def test_show_list_and_verify(self, folder: Path) -> None:
        rpa("run", requests(2, folder))
        [first, second] = objects(rpa("list", "--json"))
        assert (first["schema"], first["outcome"]["end"]) == ("rpa.record.v1", "cancelled")
        shown = rpa("show", first["request"]["id"][:18])
        assert shown.exit_code == 0
        assert re.search(r"✓\s+6\.1\s+licences 0\s+0", shown.stdout)
        assert rpa("verify").stdout.count("ok ") == 2
        journal = Path(second["case_dir"]) / "journal.jsonl"
        journal.write_text(journal.read_text("utf-8").replace("licence", "license", 1), encoding="utf-8")
        for words in ((), (second["request"]["id"],), (second["case_dir"],)):
            result = rpa("verify", *words)
            assert result.exit_code == 1
            assert "NOT AS WRITTEN " + second["request"]["id"] in result.stdout
        assert rpa("verify", first["case_dir"], "--json").exit_code == 0

    def test_a_case_folder_from_elsewhere_is_verified_without_a_database(self, folder: Path) -> None:
        rpa("run", requests(1, folder))
        [case] = (folder / "rpa-data" / "cases").iterdir()
        case.rename(folder / case.name)
        result = rpa("verify", case.name, "--output", "none")
        assert (result.exit_code, "no database knows it" in result.stdout) == (0, True), result.output

    def test_a_copy_of_a_known_case_is_compared_with_the_database(self, folder: Path) -> None:
        rpa("run", requests(1, folder))
        [case] = (folder / "rpa-data" / "cases").iterdir()
        shutil.copytree(case, folder / "copy")
        assert "no database knows it" not in rpa("verify", "copy").stdout
        assert [one["against_database"] for one in objects(rpa("verify", "copy", "--json"))] == [True]

    def test_a_folder_without_a_case_is_told_in_one_line(self, folder: Path) -> None:
        result = rpa("verify", str(folder))
        assert result.exit_code == 1
        assert "no case folder here" in result.stdout
        assert len(result.stdout.splitlines()) == 2

    def test_a_request_without_an_end_is_told_of_and_shows_what_is_done(self, folder: Path) -> None:
        Robot.interrupt_at = "611001"
        rpa("run", requests(3, folder))
        assert "2 requests have no end yet: a case file is sealed at its end" in rpa("verify").stdout
        [_, open_, later] = objects(rpa("list", "--json"))
        shown = rpa("show", open_["request"]["id"]).stdout
        assert re.search(r"End +no end yet\n✓ License count set to 0: done\nRun it again to go on\.", shown)
        assert "Nothing was set out to be changed." in rpa("show", later["request"]["id"]).stdout

    def test_the_facts_of_a_request_stand_in_one_column(self, folder: Path) -> None:
        rpa("run", requests(1, folder))
        [record] = objects(rpa("list", "--json"))
        lines = rpa("show", record["request"]["id"]).stdout.splitlines()
        facts = [line for line in lines if re.match(r"(Id|Account|Case file|End|Message|Recoveries)  ", line)]
        assert {re.match(r".{12}\s+", line).end() for line in facts} == {len("Requested by") + 2}  # type: ignore[union-attr]

    def test_lists_can_be_narrowed(self, folder: Path) -> None:
        Robot.ends = {"611001": ("refused", "not_found")}
        rpa("run", requests(3, folder))
        assert [one["request"]["account_number"] for one in objects(rpa("list", "--end", "refused", "--json"))] == [
            "611001"
        ]
        assert len(objects(rpa("list", "--limit", "2", "--json"))) == 2
        assert rpa("list", "--end", "done").exit_code == 2

    def test_an_unknown_id_is_told(self) -> None:
        result = rpa("show", "nothing", "--json")
        assert result.exit_code == 2
        [told] = objects(result)
        assert (told["schema"], told["kind"], told["exit_code"]) == ("rpa.error.v1", "NoSuchRequest", 2)


class TestProfileAndTemplate:
    def test_a_good_profile_is_summed_up_and_a_bad_one_told(self, folder: Path) -> None:
        assert rpa("profile", "check", "site.toml").stdout.endswith("ok\n")
        (folder / "bad.toml").write_text("[site]\nbase = 1\n", encoding="utf-8")
        result = rpa("profile", "check", "bad.toml")
        assert result.exit_code == 2
        assert "rpa: bad.toml, line 2, site.base: no such key" in result.stderr
        [told] = objects(rpa("profile", "check", "bad.toml", "--json"))
        assert (told["ok"], [fault["line"] for fault in told["faults"]]) == (False, [1, 2])

    def test_a_profile_that_is_no_file_is_told_in_one_fitting_sentence(self, folder: Path) -> None:
        for words, said in (
            (
                "nofile.toml",
                "nofile.toml: cannot be read: No such file or directory. `rpa profile new` prints a profile",
            ),
            ("", "name the file that is to be checked: rpa profile check FILE"),
            (str(folder), "is a folder; a profile is a TOML file."),
        ):
            result = rpa("profile", "check", words)
            assert (result.exit_code, said in result.stderr, "--profile" in result.stderr) == (2, True, False), words

    def test_a_new_profile_checks_out(self, folder: Path) -> None:
        (folder / "new.toml").write_text(
            rpa("profile", "new", "--base-url", "https://a.example").stdout, encoding="utf-8"
        )
        assert rpa("profile", "check", "new.toml").exit_code == 0
        assert rpa("profile", "new", "--base-url", "a.example").exit_code == 2
        assert 'base_url = "https://a.example"' in rpa("profile", "show", "--profile", "new.toml").stdout

    def test_no_profile_says_how_to_name_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("RPA_PROFILE")
        result = rpa(*CANCEL, *NUMBER, "--yes")
        assert result.exit_code == 2
        assert "--profile FILE or set RPA_PROFILE" in result.stderr

    def test_a_template_can_be_run_but_is_not_written_over(self, folder: Path) -> None:
        for name in ("t.csv", "t.xlsx", "t.jsonl"):
            assert rpa("template", "-o", name).exit_code == 0
            assert rpa("template", "-o", name).exit_code == 2
        assert rpa("run", "t.xlsx", "--now").exit_code == 0  # at the site the example's date may be still to come
        assert rpa("template", "--csv", "-o", "x.jsonl").exit_code == 2
        assert rpa("template", "--jsonl").stdout.startswith('{"account_name": "12-10 Test"')


def test_an_env_file_that_is_no_text_is_told_in_one_sentence(folder: Path) -> None:
    (folder / ".env").write_bytes(b"RPA_PASSWORD=caf\xe9\n")
    for words in (("profile", "show"), ("doctor",), ("list",)):
        result = rpa(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == "rpa: the file .env in this folder is not UTF-8 text (byte 16); save it as UTF-8.\n"


def test_the_doctor_tells_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.browser_setup.starts", lambda _choice: "")
    told = {one["name"]: one for one in objects(rpa("doctor", "--json"))}
    assert [name for name, one in told.items() if not one["ok"]] == ["clock"]  # nobody answers on port 9
    assert "check the address and the network" in told["clock"]["message"]
    assert [one["exit_code"] for one in told.values()] == [int(not one["ok"]) for one in told.values()]
    monkeypatch.delenv("RPA_PASSWORD")
    result = rpa("doctor")
    assert result.exit_code == 6
    assert re.search(r"TO DO\s+credentials\s+RPA_USERNAME is set but RPA_PASSWORD is not", result.stdout)
    assert rpa("doctor", "--profile", "none.toml").exit_code == 2


@pytest.mark.parametrize(("code", "exit_code"), [("site_down", 1), ("sign_in", 6), ("role_denied", 6)])
def test_the_doctor_tells_a_site_that_is_down_from_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch, code: str, exit_code: int
) -> None:
    def fails(_robot: Robot) -> str:
        raise NeedsHuman(code, "as it is")

    monkeypatch.setattr("rpa.browser_setup.starts", lambda _choice: "")
    monkeypatch.setattr(Robot, "check_sign_in", fails)
    assert rpa("doctor").exit_code == exit_code


def test_the_doctor_tells_each_fault_of_a_profile_on_its_own_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rpa.browser_setup.starts", lambda _choice: "")
    (folder / "bad.toml").write_text("[site]\nbase = 1\n", encoding="utf-8")
    told = rpa("doctor", "--profile", "bad.toml").stdout
    assert re.search(r"TO DO  profile {8}bad\.toml, line 1.*\n {22}bad\.toml, line 2, site\.base: no such key", told)


def test_the_doctor_finds_all_in_order_at_the_stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fixtures.standin import StandIn  # noqa: PLC0415

    monkeypatch.setattr("rpa.browser_setup.starts", lambda _choice: "")
    with StandIn() as site:
        (folder / "site.toml").write_text(f'[site]\nbase_url = "{site.crm_url}"\n', encoding="utf-8")
        result = rpa("doctor")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("ok ") == 9


def test_the_procedure_is_printed_beside_the_article() -> None:
    told = objects(rpa("procedure", "--json"))[0]
    assert {"6.1", "6.2", "6.3", "6.4", "10"} <= {step["clause"] for step in told["steps"]}
    assert "Remove License Count, change to 0" in [step["article"] for step in told["steps"]]
    plain = rpa("procedure").stdout
    assert "4b" in plain
    assert max(len(line) for line in plain.splitlines()) <= 100


def test_the_site_serves_until_it_is_stopped() -> None:
    command = [*RPA, "site", "--skin", "classic", "--fault", "latency", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        with urllib.request.urlopen(told["crm"], timeout=10) as page:
            assert page.status == 200
        process.send_signal(2)
        assert process.wait(timeout=10) == 0
    assert rpa("site", "--skin", "none").exit_code == 2
    assert rpa("site", "--fault", "none").exit_code == 2


def test_help_is_quick_and_plain_when_piped() -> None:
    started = time.monotonic()
    result = subprocess.run([*RPA, "--help"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert time.monotonic() - started < 3  # 0.2 s when the machine is idle
    assert "\x1b" not in result.stdout
    for command in (
        "plan",
        "cancel",
        "run",
        "show",
        "list",
        "verify",
        "site",
        "procedure",
        "profile",
        "template",
        "doctor",
        "demo",
        "notices",
        "digest",
        *("submit", "work", "move", "retry", "pause", "release", "audit"),
    ):
        assert re.search(rf"^\s+{command}\b", result.stdout, re.MULTILINE)
        assert f"### `rpa {command}" in DOCUMENT
    slow = ("playwright", "pydantic", "sqlalchemy", "openpyxl")
    loaded = f"import sys, rpa.cli.main; print([name for name in {slow} if name in sys.modules])"
    heavy = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert heavy.stdout.strip() == "[]"


def test_every_schema_is_documented(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rpa("run", requests(1, folder))
    rpa("template", "-o", "t.csv")
    monkeypatch.setattr("rpa.browser_setup.starts", lambda _choice: "")
    for words in (
        ("run", "requests.csv"), ("list",), ("verify",), ("doctor",), ("procedure",), ("profile", "show"),
        ("profile", "check", "site.toml"), ("plan", *CANCEL[1:], *NUMBER), ("show", "nothing"),
        ("submit", "t.csv", "--now"), ("pause",), ("release",), ("audit",), ("move", "611974", "--to", "2026-11-26"),
        ("retry", "611974"),
    ):  # fmt: skip
        for told in objects(rpa(*words, "--json")):
            assert f"`{told['schema']}`" in DOCUMENT
            paragraph = DOCUMENT.split(f"`{told['schema']}`")[1].split("\n\n")[0]
            assert [key for key in told if f"`{key}`" not in paragraph and key != "schema"] == [], told["schema"]
