"""The bare script that the robot is measured against: the same pages in the same order, and nothing else.

What somebody would write who trusts the site: the sync API, `goto`, locators by role and label, clicks. It
reads nothing, checks nothing, records nothing and recovers from nothing. The one thing it does not choose is
its route: `walk` is the list of pages that the robot visited, so both load the same pages however the
robot's way changes.

Made for the stand-in's skin "classic", where the effects act at once and all pages stay in one tab.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

DROP_DOWN = "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"
EFFECTS = {
    "remove_license_count": "Remove License Count, change to 0",
    "cancel_billings": "Cancel All Scheduled and Submitted Billings.",
    "set_status": "Set Account Status = 'DELETE'",
    "set_contact_info": "Set Organization / Contact Info",
}


@dataclass
class StraightLine:
    """One cancellation."""

    page: Page
    crm_url: str
    name: str
    number: str
    date: dt.date
    reason: str
    start_url: str = ""

    def run(self, walk: Sequence[str]) -> None:
        """Load the pages of `walk`, named as the stand-in names them. Raises KeyError for an unknown one."""
        ways: dict[str, Callable[[str], None]] = {
            "home": self._home,
            "look_up": self._look_up,
            "results": self._results,
            "organization": self._organization,
            "start_page": self._start_page,
            "cancel_page": self._cancel_page,
            "billing": self._billing,
            "update_organization": self._update,
        }
        before = ""
        for place in walk:
            if place in EFFECTS:
                self.page.get_by_role("link", name=EFFECTS[place], exact=True).click()
            else:
                ways[place](before)
            before = place
        self.page.wait_for_load_state("domcontentloaded")

    def _home(self, _: str) -> None:
        self.page.goto(f"{self.crm_url}/crm/home.jsp")

    def _look_up(self, _: str) -> None:
        self.page.goto(f"{self.crm_url}/crm/orgsearch.jsp")

    def _results(self, _: str) -> None:
        row = self.page.get_by_role("row", name="Account Name:")
        row.get_by_role("textbox").fill(self.name)
        row.get_by_role("button", name="Search", exact=True).click()

    def _organization(self, _: str) -> None:
        row = self.page.get_by_role("row").filter(has_text=self.number)
        row.get_by_role("link", name=self.name, exact=True).click()

    def _start_page(self, before: str) -> None:
        if before in {"cancel_page", *EFFECTS}:
            self.page.get_by_role("link", name="Return to Cancellation Start Page").click()
        elif before == "organization" and not self.start_url:
            row = self.page.get_by_role("row", name=DROP_DOWN)
            row.get_by_role("combobox").select_option("(NewManageAcctsLink)")
            row.get_by_role("button", name="Go", exact=True).click()
            self.page.wait_for_url("**/start.jsp*", wait_until="commit")
            self.start_url = self.page.url
        else:
            self.page.goto(self.start_url)

    def _cancel_page(self, before: str) -> None:
        name = "Continue" if before in EFFECTS else "Cancel Subscription / Cancel Bills / Delete Account"
        self.page.get_by_role("link", name=name, exact=True).click()

    def _billing(self, before: str) -> None:
        name = "Cancelled" if before == "billing" else f"Link to AR: {self.number} - {self.name}"
        self.page.get_by_role("link", name=name, exact=True).click()

    def _update(self, _: str) -> None:
        row = self.page.get_by_role("row")
        row.filter(has_text="Date of Cancellation:").get_by_role("textbox").last.fill(f"{self.date:%m/%d/%Y}")
        row.filter(has_text="Reason:").get_by_role("combobox").last.select_option(self.reason)
        self.page.get_by_label("Opt Out of any future emails").check()
        self.page.get_by_role("button", name="Update", exact=True).click()
