"""Writes the folder of a check."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.baseline import Baseline
from flows.change import Change
from flows.drift import learned
from flows.profile import SiteProfile
from flows.survey import Survey
from page_objects.portrait import PageName
from rpa.cases.files import make_folder
from rpa.drift.baseline_file import save_baseline
from rpa.drift.baseline_place import RECORDINGS
from rpa.drift.junit import as_junit, checked_pages
from rpa.drift.pictures import located, marked, places_of
from rpa.drift.proposals import proposals
from rpa.drift.proposed_text import proposed_text
from rpa.drift.recorder import record
from rpa.drift.recordings import save_recordings
from rpa.drift.report import (
    JUNIT,
    PAGE,
    PICTURES,
    PROPOSED,
    REPORT,
    CheckedAgainst,
    CheckedCanary,
    Report,
    ReportedChange,
)
from rpa.drift.report_page import headline, report_page
from rpa.results import replace_file

Pictures = Mapping[tuple[str, PageName], bytes]
"""JPEGs by the canary's role and page."""


@dataclass(frozen=True)
class Checked:
    """What a check has found."""

    profile: SiteProfile
    baseline: Baseline
    surveys: Sequence[Survey]
    changes: Sequence[Change]
    pictures: Pictures = field(default_factory=dict)
    offline: bool = False


def write_report(folder: Path, checked: Checked, summary: str) -> Report:
    """Everything of docs/drift.md, `report.json` last: a folder that has one is whole. Raises OSError."""
    make_folder(folder.absolute())
    baseline, surveys = checked.baseline, checked.surveys
    # pages that were looked at in another's place are among them: a person may accept what they say
    looked_at = [dataclasses.replace(one, unreached={}) for one in surveys]
    now = learned(looked_at, checked.profile.name, baseline.by, before=baseline)
    save_baseline(folder, now)
    proposed = proposals(checked.changes, checked.profile, baseline, now, surveys)
    wordings = [one.new for one in proposed if one.new]
    recordings = [one for survey in looked_at for one in record(checked.profile, survey, wordings)]
    save_recordings(folder / RECORDINGS, recordings)
    files = {f"{PICTURES}/{page}-{role}.jpg": jpeg for (role, page), jpeg in checked.pictures.items()}
    plain = dict(zip(checked.pictures, files, strict=True))
    reported, more = _marked([located(change, surveys) for change in checked.changes], checked.pictures)
    report = Report(
        checked_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        site=checked.profile.name,
        baseline=CheckedAgainst(revision=baseline.revision, learned_at=baseline.learned_at, by=baseline.by),
        offline=checked.offline,
        drift=bool(checked.changes),
        matters=sum(change.matters for change in checked.changes),
        summary=summary,
        changes=reported,
        proposals=proposed,
        canaries=tuple(map(_canary, surveys)),
    )
    contents = {**files, **more}
    pages = list(checked_pages(baseline, surveys, checked.changes, checked.profile.words))
    contents[JUNIT] = as_junit(pages, headline(report))
    contents[PAGE] = report_page(report, contents, plain)
    contents[PROPOSED] = proposed_text(report.proposals, str(folder)).encode()
    contents[REPORT] = report.to_json().encode()
    for name, content in contents.items():
        replace_file(folder / name, content)
    return report


def _canary(survey: Survey) -> CheckedCanary:
    return CheckedCanary(
        role=survey.role,
        account_number=survey.account_number,
        pages=tuple(one.page for one in survey.portraits if one.page not in survey.unreached),
        unreached=dict(survey.unreached),
    )


def _marked(changes: Sequence[Change], pictures: Pictures) -> tuple[tuple[ReportedChange, ...], dict[str, bytes]]:
    """The changes with the picture each is marked on, and these pictures by their files."""
    numbered: dict[tuple[str, PageName], dict[int, Change]] = {}
    for number, change in enumerate(changes, 1):
        numbered.setdefault((change.account, change.page), {})[number] = change
    files, reported = dict[str, bytes](), dict[int, ReportedChange]()
    for (role, page), members in numbered.items():
        jpeg, places = pictures.get((role, page)), places_of(members)
        file = f"{PICTURES}/{page}-{role}-marked.jpg" if jpeg and places else ""
        if jpeg and places:
            files[file] = marked(jpeg, places)
        for number, change in members.items():
            reported[number] = ReportedChange(**change.model_dump(), picture=file)
    return tuple(reported[number] for number in sorted(reported)), files
