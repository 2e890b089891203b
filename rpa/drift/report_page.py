"""`index.html` of a check: one file with the pictures inside, for people who have never seen the program."""

import base64
from collections.abc import Mapping
from typing import NamedTuple

from jinja2 import ChoiceLoader, PackageLoader

from flows.change import PAGES
from page_objects.portrait import PageName
from rpa.cases.rendering import ENGINE
from rpa.drift.proposals import REWORDED, Proposal
from rpa.drift.report import Report, ReportedChange

_ENGINE = ENGINE.overlay(loader=ChoiceLoader([PackageLoader("rpa.drift"), PackageLoader("rpa.cases")]))


class Entry(NamedTuple):
    number: int
    change: ReportedChange
    proposal: Proposal | None


class Picture(NamedTuple):
    caption: str
    uri: str


class PageView(NamedTuple):
    name: str
    roles: str
    entries: list[Entry]
    pictures: list[Picture]


def report_page(report: Report, pictures: Mapping[str, bytes], pages: Mapping[tuple[str, PageName], str]) -> bytes:
    """The page. `pictures`: JPEGs by file name; `pages`: the unmarked file of each canary's page, by role and page."""
    return (
        _ENGINE.get_template("drift.html.j2")
        .render(
            report=report,
            title=headline(report),
            advice=advice(report),
            pages=sorted(
                (view for name in PAGES if (view := _page(name, report, pictures)) is not None),
                key=lambda view: view.entries[0].number,  # what matters first
            ),
            others=[_picture(f"{PAGES[page]}, {role}", pictures[file]) for (role, page), file in pages.items()],
        )
        .encode()
    )


def headline(report: Report) -> str:
    """In a few words."""
    if not report.drift:
        return "The admin UI is as the baseline has it"
    count = len(report.changes)
    if count == 1:
        return f"The admin UI has changed: 1 change, {'and it matters' if report.matters else 'which is harmless'}"
    if count == report.matters:
        return f"The admin UI has changed: {count} changes, all of which matter"
    return f"The admin UI has changed: {count} changes, {report.matters or 'none'} of which matter{'s' if report.matters < 2 else ''}"


def advice(report: Report) -> str:
    """What to do."""
    if not report.drift:
        return "Nothing is to be done."
    if report.matters:
        return (
            "Look at each change on the site itself before any account is cancelled. What is right is taken over by "
            "“rpa profile accept” with the name of this folder; nothing is taken over by itself."
        )
    return "No effect, identity or proof relies on what has changed. “rpa profile accept” takes it over."


def _page(name: PageName, report: Report, pictures: Mapping[str, bytes]) -> PageView | None:
    proposed = {one.key: one for one in report.proposals}
    entries = [
        Entry(number, change, proposed.get(change.key) if change.kind in REWORDED else None)
        for number, change in enumerate(report.changes, 1)
        if change.page == name
    ]
    if not entries:
        return None
    files = dict.fromkeys(entry.change.picture for entry in entries if entry.change.picture)
    shown = [_picture(f"{PAGES[name]}, as it was read; the numbers are those above", pictures[file]) for file in files]
    roles = ", ".join(dict.fromkeys(entry.change.account for entry in entries if entry.change.account))
    return PageView(PAGES[name], roles, entries, shown)


def _picture(caption: str, jpeg: bytes) -> Picture:
    return Picture(caption, f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}")
