"""A check as JUnit XML: a test case for each page of each canary account, its failure the sentences of what changed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from flows.baseline import Baseline
from flows.change import PAGES, Change
from flows.drift import compare_survey
from flows.survey import Survey
from page_objects.portrait import PageName
from page_objects.words import Words
from rpa.results import xml_text


class Checked(NamedTuple):
    """One page of one canary account. `role` "all": what no canary's page shows any more."""

    role: str
    page: PageName
    changes: tuple[Change, ...]


def checked_pages(
    baseline: Baseline, surveys: Sequence[Survey], changes: Sequence[Change], words: Words
) -> Iterator[Checked]:
    """What there is to tell of each page; a change that several canaries show is told of each."""
    told: set[str] = set()
    for one in surveys:
        differs = [change for change in compare_survey(baseline, one, words) if change.kind != "unreached"]
        for name in PAGES:
            found = [change for change in changes if change.kind == "unreached" and _is_of(change, one.role, name)]
            found += [change for change in differs if change.page == name]
            told |= {change.sentence for change in found}
            if one.portrait(name) is not None or found:
                yield Checked(one.role, name, tuple(found))
    for name in PAGES:
        left = tuple(change for change in changes if change.page == name and change.sentence not in told)
        if left:
            yield Checked("all", name, left)


def _is_of(change: Change, role: str, page: PageName) -> bool:
    return (change.account, change.page) == (role, page)


def as_junit(pages: Sequence[Checked], title: str) -> bytes:
    """JUnit XML."""
    root = ET.Element("testsuites")
    failed = sum(bool(one.changes) for one in pages)
    numbers = {"tests": str(len(pages)), "failures": str(failed), "errors": "0", "skipped": "0"}
    suite = ET.SubElement(root, "testsuite", {"name": xml_text(title), **numbers})
    for one in pages:
        names = {"classname": f"drift.{one.role}", "name": PAGES[one.page], "time": "0"}
        case = ET.SubElement(suite, "testcase", names)
        if one.changes:
            kind = "matters" if any(change.matters for change in one.changes) else "harmless"
            sentences = "\n".join(change.sentence for change in one.changes)
            failure = ET.SubElement(case, "failure", {"type": kind, "message": xml_text(one.changes[0].sentence)})
            failure.text = xml_text(sentences)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"
