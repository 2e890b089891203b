"""Gets a Chromium onto this machine, by stages; each says what it does and gives up in bounded time."""

import argparse
import os
import shutil
import subprocess
import sys

from rpa.browsers import BrowserChoice, BrowserError, find_browser, launch_args, launch_options
from rpa.settings import Settings, load_settings

DOWNLOAD_SECONDS = 600
"""For Playwright's download (about 300 MB), whatever it waits for."""
CONNECT_MILLISECONDS = 15_000
"""Playwright tries each of its mirrors for so long."""
PACKAGE_SECONDS = 600
PACKAGES = ("chromium-headless-shell", "chromium")
BY_HAND = {
    "apt-get": "sudo apt-get install chromium (Debian), or Chrome's .deb from google.com/chrome (Ubuntu)",
    "dnf": "sudo dnf install chromium",
    "pacman": "sudo pacman -S chromium",
    "zypper": "sudo zypper install chromium",
    "apk": "sudo apk add chromium",
    "brew": "brew install --cask google-chrome",
}


def main() -> int:
    """Find a browser that starts, or with --install get one; 0 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m rpa.browsers", description=__doc__)
    parser.add_argument("--install", action="store_true", help="get a browser, if there is none")
    settings = load_settings()
    return 0 if _ready(settings) or (parser.parse_args().install and _install(settings)) else 1


def starts(choice: BrowserChoice) -> str:
    """Why the browser does not open a page, in one line; empty if it does."""
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 (slow to import)

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(**launch_options(choice), args=launch_args(), timeout=30_000)
            browser.new_page().set_content("<p>here</p>")
            browser.close()
        except Error as error:
            lines = [line.strip() for line in error.message.splitlines() if line.strip(" ║╔╗╚╝═")]
            telling = [line for line in lines if "error while loading" in line or "install" in line]
            return (telling or lines)[0]
    return ""


def _ready(settings: Settings) -> bool:
    try:
        choice = find_browser(settings)
    except BrowserError as error:
        _say(str(error))
        return False
    trouble = starts(choice)
    _say(f"browser: {choice} does not start: {trouble}" if trouble else f"browser: {choice}")
    return not trouble


def _install(settings: Settings) -> bool:
    for stage in (_by_playwright, _by_apt):
        if stage() and _ready(settings):
            return True
    tool = next((tool for tool in BY_HAND if shutil.which(tool)), None)
    command = BY_HAND[tool] if tool else "download Chrome from https://www.google.com/chrome"
    _say(f"browser: none could be installed. By hand: {command}. If one is elsewhere: RPA_BROWSER_EXECUTABLE.")
    return False


def _by_playwright() -> bool:
    # not --only-shell: the full browser comes with it, and --headed is how a person first watches the robot
    _say("browser: downloading Playwright's own Chromium ...")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    connect = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(CONNECT_MILLISECONDS)}
    return _run(command, DOWNLOAD_SECONDS, "Playwright's download", connect)


def _by_apt() -> bool:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    _say(f"browser: installing the system's packages {' '.join(PACKAGES)} with apt-get ...")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    if _run(command, PACKAGE_SECONDS, "apt-get install", quiet):
        return True
    refreshed = _run(["apt-get", "update"], PACKAGE_SECONDS, "apt-get update", quiet)
    return refreshed and _run(command, PACKAGE_SECONDS, "apt-get install, tried again", quiet)


def _run(command: list[str], seconds: int, what: str, environment: dict[str, str]) -> bool:
    """Whether `command` succeeds within `seconds`; if not, its last line is shown."""
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=os.environ | environment,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        _say(f"browser: {what} did not succeed: {error}")
        return False
    if result.returncode != 0:
        said = (result.stdout + result.stderr).splitlines()
        told = [line for line in said if line.startswith(("Error", "E:"))] or [f"exit code {result.returncode}"]
        _say(f"browser: {what} did not succeed: {told[0]}")
    return result.returncode == 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
