"""What the tests of several clauses ask for."""

from collections.abc import Callable

import pytest

from fixtures.standin import AccountTruth, StandIn
from flows.profile import DropDown, SiteProfile
from flows.proof import read_backend_facts
from flows.reading import note_facts
from flows.recoveries import sign_in_again
from flows.walk import Walk
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.obstacles import DeadLink, NothingHappened, SignedOut
from rpa.testing import AdminAccount, AdminSite


@pytest.fixture
def profile(admin_site: AdminSite) -> SiteProfile:
    """What the profile says of the site."""
    return admin_site.profile


@pytest.fixture
def drop_down(profile: SiteProfile, admin_account: AdminAccount) -> DropDown:
    """Clause 3: the drop-down that serves the account's number."""
    found = profile.drop_down_for(admin_account.number)
    assert found is not None, f"the profile has no drop-down for account numbers like {admin_account.number}"
    return found


@pytest.fixture
def press_link(walk: Walk, drop_down: DropDown) -> Callable[[], CancellationStartPage]:
    """Clause 4: press the link in the record's drop-down, and sign in at the backend where it asks; nothing else is tried."""

    def press() -> CancellationStartPage:
        try:
            return _opened(walk, drop_down)
        except SignedOut:
            sign_in_again(walk)
            return _opened(walk, drop_down)

    return press


def _opened(walk: Walk, drop_down: DropDown) -> CancellationStartPage:
    """Raises NeedsHuman (unsafe_page) where the profile says that the page is not safe to read."""
    page = walk.back_at_organization()
    with walk.opening("start_page", page):
        return page.open_start_page(drop_down.label, drop_down.link)


@pytest.fixture
def is_dead(press_link: Callable[[], CancellationStartPage]) -> Callable[[], bool]:
    """Whether the link is not accessible: its words are no link, or lead nowhere (4a to 4c)."""

    def dead() -> bool:
        try:
            press_link()
        except (DeadLink, NothingHappened):
            return True
        return False

    return dead


@pytest.fixture
def read_again(walk: Walk) -> Callable[[], Walk]:
    """Reads what the record and the backend's pages tell now of licenses, status and contact info."""

    def read() -> Walk:
        walk.facts.clear()
        note_facts(walk, walk.to_organization())
        read_backend_facts(walk, walk.fresh_start())
        return walk

    return read


@pytest.fixture
def known(admin_site: AdminSite, admin_account: AdminAccount) -> Callable[[], AccountTruth | None]:
    """The account's truth, where the site is the stand-in; None on a real one, where only the pages tell."""
    standin: StandIn | None = admin_site.standin
    return lambda: standin.account(admin_account.number) if standin is not None else None


@pytest.fixture
def assert_nothing_else(admin_site: AdminSite, admin_account: AdminAccount) -> Callable[..., None]:
    """The stand-in has received requests of these kinds, and no others, for this account and no other."""

    def judge(*kinds: str) -> None:
        ledger = admin_site.standin.ledger if admin_site.standin is not None else []
        received = [entry for entry in ledger if entry.kind != "sign_in"]
        other = [entry.kind for entry in received if entry.kind not in kinds]
        assert not other, f"the site was also asked for {', '.join(other)}"
        whose = {entry.account_number for entry in received} - {admin_account.number, None}
        assert not whose, f"the site was asked to change account {', '.join(map(str, whose))}"

    return judge
