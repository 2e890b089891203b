"""What a command works with: settings, profile, records, line and robot, opened when they are needed."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.profile import SiteProfile
from rpa.cli.errors import UsageError
from rpa.cli.options import Screenshot, Tracing
from rpa.cli.screen import Screen
from rpa.credentials import Credentials, find_credentials
from rpa.line import Line
from rpa.profiles import load_profile
from rpa.settings import Settings, load_settings

if TYPE_CHECKING:
    from flows.baseline import Baseline
    from rpa.queue.leases import Lease
    from rpa.records import Records
    from rpa.robot import Robot


@dataclass(frozen=True)
class Watching:
    """How the browser is to be watched."""

    headed: bool = False
    slow_mo: float = 0.0
    """Milliseconds after each act."""
    tracing: Tracing = Tracing.OFF
    screenshot: Screenshot = Screenshot.ON


@dataclass(frozen=True)
class Desk:
    screen: Screen
    settings: Settings

    @classmethod
    def open(
        cls,
        *,
        json: bool,
        output: Path | None = None,
        profile: Path | None = None,
        channel: str | None = None,
        baseline: Path | None = None,
    ) -> "Desk":
        """Settings from the options given, then the environment. Raises SettingsError."""
        given = {"output": output, "profile": profile, "browser_channel": channel, "baseline": baseline}
        return cls(Screen(json=json), load_settings(**given))

    def profile(self) -> SiteProfile:
        """The profile that --profile or RPA_PROFILE names. Raises UsageError, ProfileError."""
        if self.settings.profile is None:
            raise UsageError(
                "no site profile is named: give --profile FILE or set RPA_PROFILE; "
                "`rpa profile new --base-url https://...` writes one to start from"
            )
        return load_profile(self.settings.profile)

    def baseline(self) -> "Baseline | None":
        """The baseline that pages are compared with, if somebody has learned one. Raises BaselineError."""
        from rpa.drift.baseline_file import load_baseline
        from rpa.drift.baseline_place import find_baseline

        folder = find_baseline(self.settings.profile, self.settings)
        return load_baseline(folder) if folder is not None else None

    def records(self, profile: SiteProfile | None = None) -> "Records":
        """The database and the case files, made if they are not there. Raises what `opening` does."""
        from rpa.records import Records

        masked = profile.privacy.masked_fields if profile else ()
        with self.opening():
            self.settings.output.mkdir(parents=True, exist_ok=True)
            return Records(self.settings.records_url, self.settings.cases_dir, masked)

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Of a folder or a file that cannot be opened it is told what to do.

        Raises UsageError; DatabaseNotOpened and DatabaseVersionError, which tell it themselves.
        """
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (OSError, SQLAlchemyError) as error:
            named, other = f"in {self.settings.output}", "another folder with --output"
            if self.settings.database_url:
                named, other = "that RPA_DATABASE_URL names", "another place there"
            told = str(error).splitlines()[0]
            raise UsageError(f"the records {named} cannot be opened: {told}; name {other}") from error

    def start_log(self, secrets: Sequence[str] = ()) -> None:
        """Log into the output folder; neither these nor the database's password are in it. Raises UsageError."""
        from rpa.database.address import secrets_of
        from rpa.log import start_log

        try:
            start_log(self.settings.output, (*secrets, *secrets_of(self.settings.database_url)))
        except OSError as error:
            told = f"{self.settings.output} can't be written to: {error.strerror or error}"
            raise UsageError(f"{told}; name another folder with --output") from error

    def open_line(self, records: "Records", profile: SiteProfile, *, release: bool = False) -> Line:
        """The line. Raises LineError, if it is closed and not to be released."""
        line = Line(records.engine, profile.policy)
        if release:
            line.release(who())
        else:
            line.must_be_open()
        return line

    @contextmanager
    def robot(
        self,
        profile: SiteProfile,
        watching: Watching,
        credentials: Credentials | None = None,
        lease: "Lease | None" = None,
        baseline: "Baseline | None" = None,
    ) -> Iterator[tuple["Robot", Credentials]]:
        """A robot with its browser open; it compares the pages of a request with the baseline. Raises CredentialsError,
        BrowserError.
        """
        credentials = credentials or find_credentials(profile)
        self.start_log(credentials.secrets)
        with self.open_robot(profile, watching, credentials, lease, baseline=baseline) as robot:
            yield robot, credentials

    def open_robot(
        self,
        profile: SiteProfile,
        watching: Watching,
        credentials: Credentials,
        lease: "Lease | None" = None,
        **more: Any,
    ) -> "Robot":
        """A robot, not yet open; one that holds a lease does nothing once it has lost it. Raises BrowserError."""
        from rpa.browsers import find_browser
        from rpa.robot import Robot

        return Robot(
            profile,
            credentials,
            browser=find_browser(self.settings, headed=watching.headed),
            headed=watching.headed,
            slow_mo=watching.slow_mo,
            evidence=watching.screenshot is Screenshot.ON,
            tracing=watching.tracing.value,
            output=self.settings.output,
            may_send=lease.valid if lease is not None else always,
            **more,
        )


def always() -> bool:
    """For a robot that needs no lease: it only reads."""
    return True


def who() -> str:
    """The person at this machine, for the records."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return "unknown"


def a_person_is_here() -> bool:
    """Whether questions can be asked: standard input is a terminal."""
    return sys.stdin.isatty()


def today(profile: SiteProfile) -> dt.date:
    """The day at the site."""
    from zoneinfo import ZoneInfo

    return dt.datetime.now(ZoneInfo(profile.site.time_zone)).date()
