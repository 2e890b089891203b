"""The report of one check: `report.json` (rpa.drift_check.v1), which `rpa profile accept` reads, and what goes with it."""

import datetime as dt
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.change import Change
from page_objects.portrait import PageName
from rpa.drift.proposals import Proposal

REPORT, PAGE, JUNIT, PROPOSED, PICTURES = "report.json", "index.html", "junit.xml", "proposed.toml", "pictures"


class ReportError(Exception):
    """A folder is no report of a check, or not of this baseline; the message says what to do."""


class ReportPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class CheckedAgainst(ReportPart):
    """The baseline that was compared with."""

    revision: int
    learned_at: dt.datetime
    by: str


class CheckedCanary(ReportPart):
    """One account that was surveyed."""

    role: str
    account_number: str
    pages: tuple[PageName, ...]
    unreached: dict[PageName, str] = Field(default_factory=dict)
    """Why a page could not be reached."""


class ReportedChange(Change):
    picture: str = ""
    """The file of the marked picture, in the report's folder; empty: there is none."""


class Report(ReportPart):
    """As docs/drift.md has it."""

    schema_name: Literal["rpa.drift_check.v1"] = Field("rpa.drift_check.v1", alias="schema")
    checked_at: dt.datetime
    site: str
    baseline: CheckedAgainst
    offline: bool = False
    """Recordings were read, not the site: there is nothing to accept."""
    drift: bool
    matters: int
    """How many changes matter to an effect, an identity or a proof."""
    summary: str
    changes: tuple[ReportedChange, ...]
    """What matters first."""
    proposals: tuple[Proposal, ...]
    canaries: tuple[CheckedCanary, ...]

    def to_json(self) -> str:
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def load_report(folder: Path) -> Report:
    """The report in `folder`. Raises ReportError."""
    path = folder / REPORT
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        told = f"{path} cannot be read: {error.strerror}; name the folder that `rpa check` has written"
        raise ReportError(told) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ReportError(f"{path} is no report of a check ({where}: {first['msg']}); run `rpa check` again") from error
