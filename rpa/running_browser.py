"""One running browser and all that belongs to it: driver, way out, watchdog, temporary folder.

What is started here is gone after `close`, whatever has become of it meanwhile: no process, no file.
"""

import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from flows.errors import Fault
from flows.profile import SiteProfile
from rpa.browsers import BrowserChoice, launch_args, launch_options
from rpa.egress import Egress
from rpa.processes import end, kill_marked, memory, processes_of
from rpa.temp_folder import TempFolder, mark_of, new_token
from rpa.watchdog import Watchdog

HANGS_AFTER = 12.0
"""Seconds beyond a page's own time limit after which a silent browser is killed."""
SWITCHES = (
    "--disable-auto-reload",  # Chromium reloads a failed GET by itself, and would repeat an effect (safety.md)
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-quic",
)


class RunningBrowser:
    """A context manager; not for use from several threads (what Playwright starts belongs to one)."""

    def __init__(
        self,
        profile: SiteProfile,
        choice: BrowserChoice,
        *,
        headed: bool = False,
        slow_mo: float = 0.0,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._profile, self._choice, self._headed, self._slow_mo = profile, choice, headed, slow_mo
        token = new_token()
        self.mark = mark_of(token)
        self.folder = TempFolder(token)
        self.egress = Egress(profile.origins, may_send)
        self.watchdog = Watchdog(self.mark, profile.timing.page + HANGS_AFTER, self.end_processes)
        self.served = 0
        """Requests since the browser was last started."""
        self._inside = False
        self._stack = contextlib.ExitStack()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def __enter__(self) -> Self:
        """Raises Playwright's own error if it can't be started."""
        self._open()
        self._inside = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside = False
        self.close()

    def close(self) -> None:
        """End all of it; whoever asks for the browser again gets a fresh one. May be called twice."""
        with self.watchdog.armed(), contextlib.suppress(PlaywrightError):  # it may be dead: the rest is killed
            if self._browser:
                self._browser.close()
        self._browser = self._playwright = None
        self._stack.close()

    def recycle(self) -> None:
        """Begin afresh, with nothing kept. Raises Fault if it can't be started; then the next request tries again."""
        self.close()
        self.browser()

    def browser(self) -> Browser:
        """The browser; started if there is none. Raises Fault."""
        if not self._inside:
            raise Fault("the robot is not open: use it in a with statement")
        if self._browser is not None:
            return self._browser
        try:
            return self._open()
        except PlaywrightError as error:
            raise Fault(f"the browser can't be started: {first_line(error)}") from error

    def restart(self) -> None:
        """The browser has failed: end it and start another one, and all the rest if its driver has died too.

        Raises Fault.
        """
        with self.watchdog.armed(), contextlib.suppress(PlaywrightError):
            if self._browser:
                self._browser.close()
        kill_marked(self.mark)
        try:
            with self.watchdog.armed():
                self._launch()
        except PlaywrightError:  # its driver died with it
            self.end_processes()
            self.recycle()

    def memory(self) -> int:
        """Resident bytes of the browser's processes and the driver's."""
        return memory(self.mark, self.folder.path)

    def _open(self) -> Browser:
        try:
            for part in (self.folder, self.egress, self.watchdog):
                self._stack.enter_context(part)
            with self.watchdog.armed():
                with self.folder.handed_down():
                    self._playwright = sync_playwright().start()
                self._stack.callback(self._stop_driver, self._playwright)
                return self._launch()
        except BaseException:
            self.close()
            raise

    def _launch(self) -> Browser:
        if self._playwright is None:
            raise Fault("the browser can't be started: its driver is not running")
        options: dict[str, Any] = launch_options(self._choice, headed=self._headed, slow_mo=self._slow_mo)
        origins = self._profile.origins
        hosts = ", ".join(f"EXCLUDE {host}" for host in sorted({o.split("//")[1].rsplit(":", 1)[0] for o in origins}))
        resolver = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, {hosts}"
        options["args"] = [*launch_args(), *SWITCHES, self.mark, resolver]
        proxy = {"server": self.egress.url, "bypass": "<-loopback>"}
        self._browser = self._playwright.chromium.launch(proxy=proxy, **options)  # type: ignore[arg-type]
        self.served = 0
        return self._browser

    def _stop_driver(self, driver: Playwright) -> None:
        with self.watchdog.armed(), contextlib.suppress(Exception):  # one that is gone can't be stopped either
            driver.stop()

    def end_processes(self) -> None:
        """End browser and driver, from any thread: whatever waits for them fails."""
        end(processes_of(self.mark, self.folder.path))


def first_line(error: PlaywrightError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
