"""Hand-made pages for the tests of drift: documents as the eye tells them, a profile, a baseline."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from flows.baseline import Baseline, KnownPage, KnownThing
from flows.drift import learned
from flows.profile import Canary, SiteProfile
from flows.survey import OnPage, Survey
from page_objects.document import Document
from page_objects.general_words import Whose
from page_objects.portrait import PageName
from page_objects.portraying import portrait
from page_objects.screen import Screen
from rpa.drift.checking import CheckResult, check
from rpa.drift.offline import KINDS
from rpa.drift.recorded_tab import RecordedTab
from rpa.robot import Robot

WHOSE = Whose("611974", "12-10 Test")
MOMENT = dt.datetime(2026, 11, 26, 15, 0, tzinfo=dt.UTC)
SITE = {"base_url": "https://crm.example.com"}


def profile(**parts: Any) -> SiteProfile:
    canary = {"account_name": WHOSE.name, "account_number": WHOSE.number}
    return SiteProfile.model_validate({"name": "a site", "site": SITE, "canaries": [canary], **parts})


def run(text: str, line: int, control: int = -1, seams: Sequence[int] = ()) -> list[Any]:
    box = [10, 20 * line, 8 * len(text), 14]
    return [text, line, control, -1, -1, -1, False, box, line, -1, -1, [line], 0, list(seams)]


def control(kind: str = "link", line: int = 0, **other: Any) -> list[Any]:
    told: dict[str, Any] = {
        "kind": kind, "type": "", "labels": [], "names": [], "value": "", "href": None, "target": "", "onclick": False,
        "does": "", "sends": "", "own": "", "popup": "", "pointer": True, "disabled": False, "readonly": False,
        "checked": False, "selected": False, "expanded": None, "options": [], "parent": -1, "line": line, "row": -1,
        "cell": -1, "table": -1, "box": [10, 20 * line, 100, 14], "form": -1,
    }  # fmt: skip
    return list({**told, **other}.values())


def document(runs: Sequence[Any] = (), controls: Sequence[Any] = (), **other: Any) -> Document:
    told = {
        "token": "t0ken", "url": "https://crm.example.com/start.jsp", "title": "", "ready": "complete", "status": 200,
        "mutations": 3, "hidden": False, "height": 900, "quiet": 500, "scripted": True, "held": None, "leaving": False,
        "counts": [[0, 2]], "cells": [[0, 0, True, [0, 0, 9, 9], -1]], "runs": list(runs), "controls": list(controls),
    }  # fmt: skip
    return Document.parse(json.dumps({**told, **other}))


def baseline(**pages: KnownPage) -> Baseline:
    return Baseline.model_validate({"site": "a site", "learned_at": MOMENT, "by": "ann", "pages": pages})


FOUR = {
    "remove_license_count": "Remove License Count, change to 0",
    "cancel_billings": "Cancel All Scheduled and Submitted Billings.",
    "set_status": "Set Account Status = 'DELETE'",
    "set_contact_info": "Set Organization / Contact Info",
}


def four_links(**renamed: str) -> KnownPage:
    """The page with the four links, and a neighbour."""
    said = FOUR | renamed
    things = tuple(KnownThing(key=f"cancel_page.{key}", sort="press", says=words) for key, words in said.items())
    return KnownPage(things=things, links=(*said.values(), "Send Final Invoice"), seen_at=("ordinary",))


def cancel_page(*links: str, also: Sequence[str] = ("Send Final Invoice",)) -> Screen:
    """The page with the four links, and others below them."""
    said = [*(links or FOUR.values()), *also]
    runs = [run("611974 - 12-10 Test", 0), *(run(words, place + 1, place) for place, words in enumerate(said))]
    return Screen((document(runs, [control(line=place + 1, href=f"/{place}") for place in range(len(said))]),))


def survey(site: SiteProfile, screen: Screen, name: PageName = "cancel_page") -> Survey:
    """As if the canary had been surveyed, and shown this one page."""
    page = KINDS[name](RecordedTab(screen, site.words))
    return Survey("ordinary", WHOSE.number, WHOSE.name, [portrait(page, screen, WHOSE, name=name)])


class Surveyor:
    """Stands in for a robot: it has seen this."""

    def __init__(self, *surveys: Survey) -> None:
        self._surveys = list(surveys)

    def survey(self, canary: Canary, on_page: OnPage = lambda _page, _portrait: None) -> Survey:
        return self._surveys.pop(0)


def learn(site: SiteProfile, screen: Screen) -> Baseline:
    return learned([survey(site, screen)], site.name, "ann")


def checked(site: SiteProfile, known: Baseline, screen: Screen, folder: Path | None = None) -> CheckResult:
    return check(cast(Robot, Surveyor(survey(site, screen))), site, known, folder)
