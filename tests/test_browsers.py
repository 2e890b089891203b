"""Which browser is taken, in which order; and that a set-up that fails goes on to the next stage."""

import json
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rpa import browser_setup, browsers
from rpa.browsers import BrowserError, find_browser, launch_args, launch_options
from rpa.settings import Settings, SettingsError, load_settings


def program(folder: Path, name: str, says: str = "Chromium 156.0.1", code: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser, its programs in the folder that is returned."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "ms-playwright"))
    monkeypatch.setattr(browsers, "HEADLESS_SHELLS", ("rpa-test-shell",))
    monkeypatch.setattr(browsers, "BROWSERS", ("rpa-test-stub", "rpa-test-chromium"))
    monkeypatch.setattr(browsers, "APPLICATIONS", ())
    for name in ("BROWSER_EXECUTABLE", "BROWSER_CHANNEL"):
        monkeypatch.delenv(f"RPA_{name}", raising=False)
    return tmp_path / "bin"


def playwrights(tmp_path: Path, name: str) -> str:
    """Install "Playwright's own"; its version."""
    wanted = next(one for one in browsers._wanted_by_playwright() if one["name"] == name)
    folder = tmp_path / "ms-playwright" / f"{name.replace('-', '_')}-{wanted['revision']}"
    folder.mkdir(parents=True)
    (folder / "INSTALLATION_COMPLETE").touch()
    return str(wanted["browserVersion"])


def test_none_is_an_error_that_says_how_to_get_one() -> None:
    with pytest.raises(BrowserError, match=r"-m rpa\.browsers --install"):
        find_browser(Settings())


def test_the_systems_shell_is_preferred_unless_it_must_show_a_window(machine: Path) -> None:
    shell, chromium = program(machine, "rpa-test-shell"), program(machine, "rpa-test-chromium")
    found, headed = find_browser(Settings()), find_browser(Settings(), headed=True)
    assert (found.executable, found.headless_shell, found.version) == (shell, True, "Chromium 156.0.1")
    assert (headed.executable, headed.headless_shell) == (chromium, False)


def test_a_stub_that_does_not_start_is_passed_over(machine: Path) -> None:
    program(machine, "rpa-test-stub", "install the snap", code=1)
    chromium = program(machine, "rpa-test-chromium")
    assert find_browser(Settings()).executable == chromium


def test_playwrights_own_precedes_the_systems(machine: Path, tmp_path: Path) -> None:
    program(machine, "rpa-test-shell")
    version = playwrights(tmp_path, "chromium-headless-shell")
    found = find_browser(Settings())
    assert (found.source, found.executable, found.version) == ("playwright", None, version)
    with pytest.raises(BrowserError, match="window"):
        find_browser(Settings(), headed=True)
    playwrights(tmp_path, "chromium")
    assert find_browser(Settings(), headed=True).source == "playwright"


def test_what_was_configured_is_taken_or_is_an_error(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playwrights(tmp_path, "chromium-headless-shell")
    mine = program(tmp_path / "elsewhere", "my-chromium")
    monkeypatch.setenv("RPA_BROWSER_EXECUTABLE", str(mine))
    assert find_browser(load_settings()).executable == mine
    monkeypatch.setenv("RPA_BROWSER_EXECUTABLE", str(mine) + "x")
    with pytest.raises(BrowserError, match="is no browser that starts"):
        find_browser(load_settings())
    assert find_browser(load_settings(browser_channel="chrome")).channel == "chrome"


def test_a_headless_shell_has_no_window(tmp_path: Path) -> None:
    shell = program(tmp_path, "chrome-headless-shell")
    with pytest.raises(BrowserError, match="--headed"):
        find_browser(Settings(browser_executable=shell), headed=True)


def test_how_it_is_launched(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = program(machine, "rpa-test-shell")
    options = launch_options(find_browser(Settings()), slow_mo=50)
    assert (options["executable_path"], options["headless"], options["slow_mo"]) == (str(shell), True, 50)
    assert not options["handle_sigint"]
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert {"--no-sandbox", "--disable-auto-reload"} <= set(launch_args())
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "--no-sandbox" not in launch_args()
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE a.example, EXCLUDE b.example" in launch_args(
        ("b.example", "a.example", "b.example")
    )


def test_settings_come_from_the_file_and_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("RPA_OUTPUT=from-file\nRPA_PROFILE=\nOTHER=1\n", encoding="utf-8")
    assert load_settings().output == Path("from-file")
    assert load_settings().profile is None
    assert load_settings(output=Path("given"), profile=None).output == Path("given")
    assert load_settings().records_url.endswith("/from-file/rpa.db")
    with pytest.raises(SettingsError, match="RPA_BROWSER_CHANNEL cannot be used"):
        load_settings(browser_channel=3)


class TestSetUp:
    @pytest.fixture(autouse=True)
    def commands(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """What would have been run; a browser counts as starting once it is there."""
        ran: list[list[str]] = []
        monkeypatch.setattr(browser_setup, "starts", lambda _choice: "")
        monkeypatch.setattr("os.geteuid", lambda: 0)
        monkeypatch.setattr("sys.argv", ["rpa.browsers", "--install"])
        self.ran, self.patch = ran, monkeypatch
        return ran

    def answer(self, **by_word: Any) -> None:
        """Let commands that contain a word do something; all others fail."""

        def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
            self.ran.append(command)
            for word, act in by_word.items():
                if word in command:
                    act()
                    return subprocess.CompletedProcess(command, 0, "", "")
            return subprocess.CompletedProcess(command, 1, "", "Error: getaddrinfo ENOTFOUND cdn.playwright.dev\n")

        self.patch.setattr("subprocess.run", run)
        self.patch.setattr(browsers, "version_of", lambda path: "Chromium 1" if path.exists() else None)

    def test_one_that_is_there_is_enough(self, machine: Path) -> None:
        program(machine, "rpa-test-chromium")
        self.answer()
        assert browser_setup.main() == 0
        assert self.ran == []

    def test_a_download_that_fails_leads_to_the_systems_packages(
        self, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        program(machine, "apt-get")
        self.answer(**{"-y": lambda: program(machine, "rpa-test-chromium")})
        assert browser_setup.main() == 0
        assert [command[0] for command in self.ran][1:] == ["apt-get"]
        assert "ENOTFOUND cdn.playwright.dev" in capsys.readouterr().out

    def test_where_nothing_helps_the_command_by_hand_is_told(
        self, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        program(machine, "apt-get")
        self.patch.setattr("os.geteuid", lambda: 1000)
        self.answer()
        assert browser_setup.main() == 1
        assert "By hand: sudo apt-get install chromium" in capsys.readouterr().out
        assert len(self.ran) == 1

    def test_a_download_that_hangs_is_given_up(self, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
        started = time.monotonic()
        assert not browser_setup._run(["sleep", "30"], 1, "the download", {})
        assert time.monotonic() - started < 10
        assert "the download did not succeed" in capsys.readouterr().out


def test_the_real_one_on_this_machine_opens_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert browser_setup.starts(find_browser(load_settings())) == ""


def test_playwrights_list_has_what_is_looked_for() -> None:
    names = {one["name"] for one in browsers._wanted_by_playwright()}
    assert {"chromium", "chromium-headless-shell"} <= names, json.dumps(sorted(names))


CTRL_C = """
import os, signal, time
from playwright.sync_api import sync_playwright
from rpa.browsers import find_browser, launch_args, launch_options
from rpa.settings import load_settings
came = []
signal.signal(signal.SIGINT, lambda *_: came.append(1))
playwright = sync_playwright().start()
browser = playwright.chromium.launch(**launch_options(find_browser(load_settings())), args=launch_args())
page = browser.new_page()
os.killpg(os.getpgrp(), signal.SIGINT)
time.sleep(0.5)
print(len(came), page.evaluate("6 * 7"))
browser.close()
playwright.stop()
"""


def test_ctrl_c_leaves_the_browser_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    command = [sys.executable, "-c", CTRL_C]
    root = Path(__file__).parents[1]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=root, start_new_session=True, timeout=60, check=False
    )
    assert result.stdout == "1 42\n", result.stderr
