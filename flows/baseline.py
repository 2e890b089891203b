"""The baseline: the admin UI's pages as they were when a person last said that they are right (`rpa learn`).

`rpa.drift.baseline_file` reads and writes it as TOML, to be reviewed and versioned beside the profile.
"""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from page_objects.portrait import PageName, Sort


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KnownThing(Part):
    """Something that the robot relies on, as it was learned."""

    key: str
    sort: Sort
    says: str
    also: tuple[str, ...] = ()
    """Its words at other canaries, where they are other words."""
    times: int = 1
    holds: str = ""
    """What kind of value stands beside a label: "number", "words"; empty: it does not matter."""
    not_at: tuple[str, ...] = ()
    """Roles of the canaries whose page did not have it; empty: all had it."""
    dead_at: tuple[str, ...] = ()
    """Roles of the canaries at which it can't be pressed or filled in."""


class KnownPage(Part):
    """One page, of all canaries together."""

    things: tuple[KnownThing, ...] = ()
    links: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    seen_at: tuple[str, ...] = ()
    """Roles of the canaries by which it was reached."""


class Baseline(Part):
    baseline_version: Literal[1] = 1
    revision: int = 1
    """Counts up each time a person accepts another one."""
    site: str
    """The profile's name."""
    learned_at: dt.datetime
    by: str
    why: str = ""
    """Why a change was accepted."""
    canaries: tuple[str, ...] = ()
    """Roles."""
    pages: dict[PageName, KnownPage] = Field(default_factory=dict)
