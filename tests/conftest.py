"""The robot on the stand-in, for tests: started once a module, reset for each test."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Playwright, sync_playwright

from fixtures.profiles import profile_for
from fixtures.standin import StandIn
from fixtures.standin.model import LedgerEntry
from flows.model import CancellationRequest, Outcome
from flows.notes import Notes
from flows.profile import SiteProfile
from page_objects.setting import Patience, Setting
from page_objects.tab import Tab
from rpa.browsers import find_browser, launch_args, launch_options
from rpa.credentials import Credentials
from rpa.robot import Robot
from rpa.settings import Settings
from tests.postgres import postgres_alone, postgres_server, postgres_url

__all__ = ["postgres_alone", "postgres_server", "postgres_url"]  # named here once: a session has one server

REASON = "Too expensive for us"
DATE = dt.date(2026, 11, 30)
Show = Callable[[str], Tab]
FOUR = {"remove_license_count", "cancel_billings", "set_status", "set_contact_info"}


BY_A_BROWSER = {"browser", "classic", "bench"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that need a browser come first: they take longest, and begun last, one worker alone would be left with one."""
    fixtures = {item.path: set[str]() for item in items}
    for item in items:
        fixtures[item.path].update(getattr(item, "fixturenames", ()))
    items.sort(key=lambda item: not BY_A_BROWSER & fixtures[item.path])


def turned_away(entry: LedgerEntry) -> bool:
    """Whether the site did not look at the request but asked for the password: promise 4 allows another, once."""
    return not entry.applied and entry.fault in {"session_expired_before", "sign_in_200"}


@dataclass
class Bench:
    """A stand-in with a robot on it."""

    site: StandIn
    profile: SiteProfile
    robot: Robot

    def request(self, number: str, **changes: object) -> CancellationRequest:
        account = self.site.account(number)
        values: dict[str, object] = {
            "id": f"t-{number}", "account_name": account.name, "account_number": account.number, "date": DATE,
            "reason": REASON, "opt_out": True,
        }  # fmt: skip
        return CancellationRequest.model_validate(values | changes)

    def cancel(self, number: str, notes: Notes | None = None, **changes: object) -> Outcome:
        request = self.request(number, **changes)
        return self.robot.cancel(request, notes or Notes(request.id, request.account_number))

    def received(self, number: str) -> list[str]:
        """The kinds of the state-changing requests that the site received for an account, in order."""
        return [entry.kind for entry in self.site.ledger if entry.account_number == number]

    def assert_no_harm(self, number: str) -> None:
        """What must hold at every end: each effect at most once, nothing dangerous, no other account touched."""
        kinds = [e.kind for e in self.site.ledger if e.account_number == number and not turned_away(e)]
        assert all(kinds.count(kind) <= 1 for kind in FOUR), kinds
        assert all(self.received(number).count(kind) <= 2 for kind in FOUR), "promise 4 allows one more"
        entries = [entry for entry in self.site.ledger if entry.kind not in {"sign_in", "switch_module"}]
        assert {entry.account_number for entry in entries} <= {number}, entries
        assert not [entry.kind for entry in entries if entry.kind.startswith("danger")]
        assert not self.site.foreign_visits

    def assert_cancelled(self, number: str) -> None:
        """The site's own truth: licences 0, DELETE, nothing scheduled, the form saved."""
        account = self.site.account(number)
        assert account.licenses == 0
        assert account.status == "DELETE"
        assert not [row for row in account.billing if row.status.casefold() in {"scheduled", "submitted"}]
        assert account.cancellation_date
        assert account.cancellation_reason


@contextmanager
def bench_on(skin: str, output: Path, **options: object) -> Iterator[Bench]:
    with StandIn(skin=skin) as site:
        profile = profile_for(skin, site)
        credentials = Credentials(username=site.username, password=site.password)  # type: ignore[arg-type]
        settings: dict[str, object] = {"evidence": False, "output": output, **options}
        with Robot(profile, credentials, browser=find_browser(Settings()), **settings) as robot:  # type: ignore[arg-type]
            yield Bench(site, profile, robot)


@pytest.fixture(scope="module")
def classic_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench_on("classic", tmp_path_factory.mktemp("classic")) as bench:
        yield bench


@pytest.fixture
def classic(classic_bench: Bench) -> Bench:
    """The robot on the skin "classic", the site as seeded."""
    classic_bench.site.reset()
    return classic_bench


@pytest.fixture
def make_notes() -> Callable[[str], Notes]:
    return lambda number: Notes(f"t-{number}", number)


# pytest-playwright's driver is a session's; here a module's, or it would stand in the way of other robots


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser_type(playwright: Playwright) -> BrowserType:
    return playwright.chromium


@pytest.fixture(scope="module")
def browser_type_launch_args() -> dict[str, Any]:
    return {**launch_options(find_browser(Settings())), "args": launch_args()}


@pytest.fixture(scope="module")
def browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    with browser_type.launch(**browser_type_launch_args) as browser:
        yield browser


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": {"width": 1280, "height": 1000}}


@pytest.fixture
def show(page: Page) -> Callable[[str], Tab]:
    """Put a body on the screen; the tab to look at it with."""

    def shown(body: str) -> Tab:
        page.set_content(f"<!doctype html><title>t</title><body>{body}</body>")
        return Tab(page, Setting(patience=Patience(page=3, quiet=0.4)))

    return shown
