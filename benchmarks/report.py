"""What a measurement has found: tables for people, bars that are met or not, plain data for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


class NoResult(Exception):
    """What was to be measured did not happen as it must; nothing can be said about its speed."""


@dataclass(frozen=True)
class Bar:
    """A promise about one figure."""

    what: str
    measured: float
    limit: float
    at_least: bool = False
    """The figure must not be below the limit, rather than not above it."""
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def cells(self) -> tuple[str, str, str, str]:
        """A row of the table."""
        sign = ">=" if self.at_least else "<="
        limit = f"{sign} {self.limit:.2f}{self.unit}"
        return self.what, f"{self.measured:.2f}{self.unit}", limit, "met" if self.met else "NOT MET"

    def as_json(self) -> dict[str, Any]:
        facts = {"what": self.what, "measured": round(self.measured, 3), "limit": self.limit}
        return facts | {"at_least": self.at_least, "met": self.met}


@dataclass
class Report:
    """Of one part of the bench."""

    tables: list[Table]
    bars: list[Bar]
    data: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def show(self, console: Console) -> None:
        bars = plain_table("bar", "measured", "asked for", "")
        for bar in self.bars:
            bars.add_row(*bar.cells())
        for table in [*self.tables, bars]:
            console.print(table)
            console.print()
        for note in self.notes:
            console.print(note, markup=False)

    def as_json(self) -> dict[str, Any]:
        return self.data | {"bars": [bar.as_json() for bar in self.bars], "notes": self.notes}


def plain_table(first: str, *figures: str) -> Table:
    """A table of figures: the first column has words."""
    table = Table(first, box=None)
    for heading in figures:
        table.add_column(heading, justify="right")
    return table


def figures(values: Sequence[float], places: int = 2) -> list[str]:
    return [f"{value:.{places}f}" for value in values]
