"""case.html: one file that a manager can read, with the pictures inside and nothing that runs."""

import base64
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from flows.model import End, ProofLine
from rpa.cases.article import ARTICLE, clauses_of
from rpa.cases.case import CaseFile, EffectRecord, Evidence, Recovery, Resolved, Step, Warned
from rpa.cases.comparison import compare
from rpa.cases.purged import PurgedCase
from rpa.cases.rendering import render
from rpa.cases.shown import BILLING, CANCELLED_TAB, PICTURES, RECORD, START_PAGE
from rpa.cases.wording import (
    ADVICE,
    BY_PERSON,
    DEFAULT_ADVICE,
    NAMES,
    STEP_OUTCOMES,
    accepted_question,
    effect_in_words,
    headline,
    identity_in_words,
    requests_in_words,
    settled_in_words,
)

MOMENTS = {"before": "before", "after": "after", "page": "as read", "failure": "where it stopped"}

FIRST, LAST = 0, -1
SEEN_ON = {
    "1": (RECORD, FIRST),
    "2": (RECORD, FIRST),
    "3": (START_PAGE, FIRST),
    "4": (START_PAGE, FIRST),
    "7": (BILLING, LAST),
    "7a": (RECORD, FIRST),
    "8": (BILLING, LAST),
    "9": (CANCELLED_TAB, LAST),
}
"""Clause -> the page on which it is seen, and which of its pictures: a picture stands in the case file only once."""


class Picture(NamedTuple):
    uri: str
    """data:...; empty if the file is not there."""
    caption: str
    file: str
    anchor: str


class Link(NamedTuple):
    """To a picture that stands under another clause."""

    anchor: str
    caption: str


class ClauseView(NamedTuple):
    """One clause of the article with all that happened under it."""

    key: str
    sentence: str
    state: str
    """done, already so, left out, not known, not needed, not reached, ..."""
    at: dt.datetime | None
    steps: list[Step]
    effects: list[EffectRecord]
    recoveries: list[Recovery]
    proof: list[ProofLine]
    notes: list[str]
    pictures: list[Picture]
    links: list[Link]


def case_page(case: CaseFile, case_dir: Path) -> bytes:
    """The page; pictures are read from `case_dir`."""
    return render(
        "case.html.j2",
        case=case,
        end=case.outcome.end.value,
        closed=_closed(case),
        needed=[attempt for attempt in case.attempts if attempt.end == End.NEEDS_HUMAN],
        headline=_headline(case),
        end_name=NAMES[case.outcome.end],
        compared=compare(case),
        clauses=[_clause(key, case, case_dir) for key in ARTICLE if key != "6" or _touched(key, case)],
        others=[
            _picture(evidence, case_dir) for evidence in case.evidence if _is_picture(evidence) and not _home(evidence)
        ],
        warnings=[warning for warning in case.warnings if not _noted(warning)],
        anchors={evidence.file: _anchor(evidence) for evidence in case.evidence if _is_picture(evidence)},
        files=[evidence for evidence in case.evidence if not _is_picture(evidence)],
        failing=[line for line in case.proof if not line.ok],
        unknown=[effect for effect in case.effects if effect.outcome not in {"done", "not_done"}],
        advice=ADVICE.get(case.outcome.code, DEFAULT_ADVICE),
        settled=settled_in_words,
        step_outcomes=STEP_OUTCOMES,
        words=effect_in_words,
        whose=identity_in_words,
        sent=requests_in_words,
    )


def purged_page(case: PurgedCase) -> bytes:
    """The page of a case whose personal data were deleted."""
    return render(
        "purged.html.j2",
        case=case,
        end=BY_PERSON if case.code == BY_PERSON else case.end.value,
        headline=headline(case.end, case.code),
        end_name=NAMES[case.end],
        settled=settled_in_words,
        words=effect_in_words,
    )


def _closed(case: CaseFile) -> Resolved | None:
    """A person's words, if the end is his: they stand at the top, and nothing is called proven."""
    return case.resolved[-1] if case.outcome.code == BY_PERSON and case.resolved else None


def _headline(case: CaseFile) -> str:
    if case.outcome.end is End.ALREADY_CANCELLED and case.effects and case.outcome.code != BY_PERSON:
        return "Already cancelled when the robot read the account again"
    return headline(case.outcome.end, case.outcome.code)


def _touched(key: str, case: CaseFile) -> bool:
    clauses = [one.clause for told in (case.steps, case.effects, case.recoveries) for one in told]
    return any(key in clauses_of(clause) for clause in clauses)


def _clause(key: str, case: CaseFile, case_dir: Path) -> ClauseView:
    steps = [step for step in case.steps if key in clauses_of(step.clause)]
    effects = [effect for effect in case.effects if clauses_of(effect.clause)[:1] == (key,)]
    recoveries = [recovery for recovery in case.recoveries if clauses_of(recovery.clause)[:1] == (key,)]
    proof = [line for line in case.proof if clauses_of(line.clause)[:1] == (key,)]
    pictures = [evidence for evidence in case.evidence if _is_picture(evidence) and _home(evidence) == key]
    times = [
        *(step.started_at for step in steps),
        *(one.at for one in effects),
        *(one.at for one in recoveries),
    ]
    return ClauseView(
        key=key,
        sentence=ARTICLE[key],
        state=_state(key, steps, effects, recoveries, proof),
        at=min(times, default=None),
        steps=steps,
        effects=effects,
        recoveries=recoveries,
        proof=proof,
        notes=[accepted_question(warning.text) for warning in case.warnings if _noted(warning) == key],
        pictures=[_picture(evidence, case_dir) for evidence in pictures],
        links=[Link(_anchor(one), ", ".join(_caption(one))) for one in _seen_on(key, case) if one not in pictures],
    )


def _seen_on(key: str, case: CaseFile) -> Sequence[Evidence]:
    """The picture of the page on which a clause is seen, if there is one."""
    page, place = SEEN_ON.get(key, ("", FIRST))
    found = [evidence for evidence in case.evidence if _is_picture(evidence) and page and evidence.page == page]
    return [found[place]] if found else []


def _noted(warning: Warned) -> str:
    """The clause under which a warning stands as a plain note; empty: it is one to read."""
    return next(iter(clauses_of(warning.clause)), "") if accepted_question(warning.text) else ""


def _state(
    key: str,
    steps: list[Step],
    effects: list[EffectRecord],
    recoveries: list[Recovery],
    proof: list[ProofLine],
) -> str:
    if any(line.ok is False for line in proof):
        return "not as it should be"
    if effects and effects[-1].outcome != "done":
        return settled_in_words(effects[-1].outcome)
    if effects and steps and steps[-1].outcome == "answered":
        return "done"  # proven since
    if steps:
        return STEP_OUTCOMES.get(steps[-1].outcome, steps[-1].outcome)
    if effects or recoveries or proof:
        return "done"
    return "not needed" if key[-1].isalpha() else "not reached"


def _home(evidence: Evidence) -> str:
    """The clause a picture is shown under; empty: under none."""
    clauses = clauses_of(evidence.clause)
    own = [key for key in ("9", "8") if key in clauses and SEEN_ON[key][0] == evidence.page]
    return next(iter((*own, *clauses)), "")


def _is_picture(evidence: Evidence) -> bool:
    return evidence.media_type in PICTURES


def _anchor(evidence: Evidence) -> str:
    """Counted by the journal, so that it is the picture's own."""
    return f"picture-{evidence.file.removeprefix('evidence/').split('-', 1)[0]}"


def _picture(evidence: Evidence, case_dir: Path) -> Picture:
    path = case_dir / evidence.file
    uri = ""
    if path.is_file():
        content = base64.b64encode(path.read_bytes()).decode()
        uri = Markup(f"data:{evidence.media_type};base64,{content}")  # noqa: S704 (one of two types, and base64)
    return Picture(uri, ", ".join(_caption(evidence)), evidence.file, _anchor(evidence))


def _caption(evidence: Evidence) -> Iterator[str]:
    yield evidence.page or "page"
    yield MOMENTS.get(evidence.moment, evidence.moment)
    yield evidence.at.astimezone(dt.UTC).strftime("%H:%M:%S")
