"""What the pages of a skin say, from its own settings: to know what to change."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.drift.mutation import Place

_SKINS = Path(__file__).parents[2] / "fixtures/standin/skins"

MENU = "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"
OTHER_MENU = "AWS Links for 02 Server Act # starts w/ 300, 400"
MANAGE = "(NewManageAcctsLink)"
CANCEL = "Cancel Subscription / Cancel Bills / Delete Account"
TO_AR = "Link to AR"
LICENSES, BILLINGS = "Remove License Count, change to 0", "Cancel All Scheduled and Submitted Billings."
STATUS, CONTACT = "Set Account Status = 'DELETE'", "Set Organization / Contact Info"
FOUR = (LICENSES, BILLINGS, STATUS, CONTACT)
DATE, REASON, OPT_OUT = "Date of Cancellation", "Reason", "Opt Out of any future emails"
HEADING, LOCATION, UPDATE = "Required for Cancellation", "Server Location", "Update"
MODULE, PREMIUM = "App Module", "Premium Edition"

_IN_ONE_LINE = {("classic", "cancel_page"), ("classic", "billing"), ("hover", "billing"), ("frames", "billing")}
_START_OF_CLASSIC = {"number": "Account", "name": "Name"}


@dataclass(frozen=True)
class SkinWords:
    """One skin's."""

    skin: str
    facts: dict[str, Any]

    def identity(self, place: Place) -> dict[str, str]:
        """Labels of number and name on that page; {} where they stand in a line of their own."""
        if (self.skin, place) in _IN_ONE_LINE:
            return {}
        if (self.skin, place) == ("classic", "start_page"):
            return _START_OF_CLASSIC
        return dict(self.facts["identity"])

    def told_at(self, what: str) -> tuple[Place, str]:
        """Where "licenses", "status" or "contact_info" is shown, and its label there."""
        return self.facts[what]["page"], self.facts[what]["label"]

    @property
    def columns(self) -> list[str]:
        return list(self.facts["billing"]["columns"])

    @property
    def status_column(self) -> str:
        return self.columns[-1]

    @property
    def save_form(self) -> str:
        """The form's own button; "" where Update saves it."""
        return str(self.facts.get("save_form_button", ""))

    @property
    def tables(self) -> bool:
        """Whether its mark-up knows tables."""
        return self.skin != "spa"


def words_of(skin: str) -> SkinWords:
    return SkinWords(skin, tomllib.loads((_SKINS / f"{skin}.toml").read_text("utf-8"))["facts"])
