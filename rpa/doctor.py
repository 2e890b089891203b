"""Is all in place for a run? Each check tells ok, or what to do."""

import datetime as dt
import email.utils
import http.client
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flows.profile import SiteProfile
from rpa.browsers import BrowserError, find_browser
from rpa.credentials import CredentialsError, find_credentials
from rpa.doctor_checks import Check, database_check, notifications_check
from rpa.profiles import ProfileError, load_profile
from rpa.results import EXIT_OF_CODE
from rpa.settings import Settings

NEEDED_BYTES = 1_000_000_000
"""A case file has up to some ten MB of pictures."""
CLOCK_SECONDS = 120
"""A clock further off than this puts the wrong day, and times nobody can compare, into case files."""
ANSWER_SECONDS = 15


def examine(settings: Settings, sign_in: Callable[[SiteProfile], str]) -> Iterator[Check]:
    """All checks, each as soon as it is made. `sign_in` signs in and returns a sentence, or raises."""
    yield _python()
    yield _browser(settings)
    yield _disk(settings.output)
    yield database_check(settings)
    yield notifications_check(settings)
    checked, profile = _profile(settings.profile)
    yield checked
    if profile is None:
        return
    credentials = _credentials(profile)
    yield credentials
    answer = _clock(profile)
    yield answer
    if credentials.ok:
        yield _sign_in(profile, sign_in)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), f"{version} (3.11 or later is needed)")


def _browser(settings: Settings) -> Check:
    from rpa.browser_setup import starts  # noqa: PLC0415

    try:
        choice = find_browser(settings)
    except BrowserError as error:
        return Check("browser", ok=False, message=str(error))
    trouble = starts(choice)
    return Check("browser", not trouble, f"{choice} does not start: {trouble}" if trouble else str(choice))


def _disk(output: Path) -> Check:
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=output) as file:
            file.write(b"written by rpa doctor")
            os.fsync(file.fileno())
        free = shutil.disk_usage(output).free
    except OSError as error:
        return Check("disk", ok=False, message=f"{output} cannot be written: {error.strerror}; give another --output")
    enough = free >= NEEDED_BYTES
    hint = "" if enough else "; make room, case files need at least 1 GB"
    return Check("disk", enough, f"{output.resolve()}, {free / 1e9:.1f} GB free{hint}")


def _profile(path: Path | None) -> tuple[Check, SiteProfile | None]:
    if path is None:
        advice = "none is named: give --profile FILE or set RPA_PROFILE (`rpa profile new` writes one)"
        return Check("profile", ok=False, message=advice, exit_code=2), None
    try:
        profile = load_profile(path)
    except ProfileError as error:
        return Check("profile", ok=False, message=str(error), exit_code=2), None
    return Check("profile", ok=True, message=f"{path}: {profile.name}, {profile.site.base_url}"), profile


def _credentials(profile: SiteProfile) -> Check:
    try:
        found = find_credentials(profile)
    except CredentialsError as error:
        return Check("credentials", ok=False, message=str(error), exit_code=6)
    return Check("credentials", ok=True, message=f"user {found.username}")


def _clock(profile: SiteProfile) -> Check:
    """Our clock against the CRM's, from the Date header of an answer to HEAD, which asks for no page."""
    url = profile.site.base_url
    try:
        date = _date_of(url)
    except (OSError, http.client.HTTPException) as error:
        return Check("clock", ok=False, message=f"{url} does not answer ({error}); check the address and the network")
    if date is None:
        return Check("clock", ok=True, message=f"{url} answers; it does not tell its time")
    seconds = abs((dt.datetime.now(dt.UTC) - date).total_seconds())
    hint = "" if seconds <= CLOCK_SECONDS else "; set this machine's clock"
    return Check("clock", not hint, f"{seconds:.0f} s from the clock of {url}{hint}")


def _date_of(url: str) -> dt.datetime | None:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("HEAD", parts.path or "/")
        header = connection.getresponse().getheader("Date")
    finally:
        connection.close()
    try:
        return email.utils.parsedate_to_datetime(header) if header else None
    except ValueError:
        return None


def _sign_in(profile: SiteProfile, sign_in: Callable[[SiteProfile], str]) -> Check:
    try:
        return Check("sign-in", ok=True, message=sign_in(profile))
    except Exception as error:  # noqa: BLE001 (a check reports whatever is wrong)
        code = EXIT_OF_CODE.get(getattr(error, "code", ""), 1)  # a site that is down says nothing of the password
        return Check("sign-in", ok=False, message=str(error) or type(error).__name__, exit_code=code)
