"""Which Chromium the robot drives. Finding is quick; installing is `rpa.browser_setup` and `make setup`.

Found in this order: what was configured; Playwright's own; the system's headless shell (unless headed), then
its Chromium or Chrome. `python -m rpa.browsers` says which; with --install it gets one, if there is none.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rpa.settings import Settings

HEADLESS_SHELLS = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
BROWSERS = (
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
    "microsoft-edge",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
"""Where Chrome is, on macOS and Windows, without being on the PATH."""


class BrowserError(Exception):
    """No browser was found; the message says what was looked for and how to get one."""


@dataclass(frozen=True)
class BrowserChoice:
    """The browser to launch. `executable` None: Playwright knows where its own (or the channel's) is."""

    source: str
    """configured, channel, playwright or system."""
    executable: Path | None
    headless_shell: bool
    version: str
    channel: str = ""

    def __str__(self) -> str:
        what = self.executable or self.channel or "Playwright's own Chromium"
        return f"{what} ({', '.join(filter(None, (self.source, self.version)))})"


def find_browser(settings: Settings, *, headed: bool = False) -> BrowserChoice:
    """The browser to use. Raises BrowserError; one that was configured is never silently replaced."""
    found = _configured(settings, headed=headed) or _playwrights_own(headed=headed) or _systems(headed=headed)
    if found is None:
        raise BrowserError(
            "No Chromium was found: neither configured (RPA_BROWSER_EXECUTABLE, --browser-channel), nor "
            f"Playwright's, nor the system's{' with a window for --headed' if headed else ''}. "
            f"Install one with: {Path(sys.executable).name} -m rpa.browsers --install"
        )
    return found


def launch_args(profile_hosts: tuple[str, ...] = ()) -> list[str]:
    """Chromium's switches. `profile_hosts`: the only host names it may resolve (promise 14); empty: any."""
    # a failed GET would be sent again after a second (safety.md, facts measured)
    args = ["--disable-auto-reload"]
    if sys.platform == "linux" and os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium's sandbox refuses to start as root
    if profile_hosts:
        exceptions = "".join(f", EXCLUDE {host}" for host in sorted(set(profile_hosts)))
        args.append(f"--host-resolver-rules=MAP * ~NOTFOUND{exceptions}")
    return args


def launch_options(choice: BrowserChoice, *, headed: bool = False, slow_mo: float = 0.0) -> dict[str, Any]:
    """Keyword arguments for Playwright's `chromium.launch`, but for its `args`; `slow_mo` in milliseconds."""
    options: dict[str, Any] = {"headless": not headed, "slow_mo": slow_mo}
    # Ctrl-C reaches Playwright's driver too, which by default ends its browsers: the effect in flight is
    # finished first (promise 8)
    options |= {"handle_sigint": False, "handle_sigterm": False, "handle_sighup": False}
    if choice.executable is not None:
        options["executable_path"] = str(choice.executable)
    if choice.channel:
        options["channel"] = choice.channel
    return options


def _configured(settings: Settings, *, headed: bool) -> BrowserChoice | None:
    if settings.browser_channel:
        return BrowserChoice("channel", None, headless_shell=False, version="", channel=settings.browser_channel)
    path = settings.browser_executable
    if path is None:
        return None
    version = version_of(path)
    if version is None:
        raise BrowserError(f"RPA_BROWSER_EXECUTABLE is {path}, which is no browser that starts. Correct or remove it.")
    shell = "headless" in path.name
    if headed and shell:
        raise BrowserError(f"RPA_BROWSER_EXECUTABLE is {path}, a headless shell, which has no window for --headed.")
    return BrowserChoice("configured", path, shell, version)


def _playwrights_own(*, headed: bool) -> BrowserChoice | None:
    name = "chromium" if headed else "chromium-headless-shell"
    for browser in _wanted_by_playwright():
        folder = _playwrights_folder() / f"{name.replace('-', '_')}-{browser.get('revision')}"
        if browser.get("name") == name and (folder / "INSTALLATION_COMPLETE").exists():
            return BrowserChoice("playwright", None, not headed, str(browser.get("browserVersion", "")))
    return None


def _wanted_by_playwright() -> list[dict[str, Any]]:
    """The browsers that the installed Playwright asks for, with their revisions; [] if it does not say."""
    import playwright  # noqa: PLC0415 (only to know where it is)

    file = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"
    try:
        return list(json.loads(file.read_text(encoding="utf-8"))["browsers"])
    except (OSError, ValueError, KeyError):
        return []


def _playwrights_folder() -> Path:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if given and given != "0":
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/ms-playwright"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ms-playwright"


def _systems(*, headed: bool) -> BrowserChoice | None:
    for name in (*(() if headed else HEADLESS_SHELLS), *BROWSERS, *APPLICATIONS):
        path = shutil.which(name)
        version = version_of(Path(path)) if path else None
        if path and version is not None:
            return BrowserChoice("system", Path(path), name in HEADLESS_SHELLS, version)
    return None


def version_of(path: Path) -> str | None:
    """What `path --version` says ("Chromium 156.0"); None if it does not start (Ubuntu's stub for a snap)."""
    if sys.platform == "win32":  # there, --version opens a window
        return "" if path.is_file() else None
    try:
        command = [str(path), "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    words = answer.stdout.strip().split(" built on ")[0]
    return words if any(character.isdigit() for character in words) else None


if __name__ == "__main__":
    from rpa.browser_setup import main

    sys.exit(main())
