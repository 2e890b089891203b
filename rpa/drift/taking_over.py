"""Writes what a person has accepted: the profile's words, then the baseline, then the recordings of its pages."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from flows.baseline import Baseline
from flows.profile import SiteProfile
from rpa.cases.files import make_folder
from rpa.drift.accepting import Offer
from rpa.drift.baseline_file import load_baseline, save_baseline
from rpa.drift.baseline_place import RECORDINGS
from rpa.drift.merging import accepted_baseline, without_gone
from rpa.drift.profile_edit import replace_profile, with_wordings
from rpa.drift.proposals import Proposal
from rpa.drift.recorder import recorded_anew
from rpa.drift.recordings import page_and_role, read_recording, write_recording
from rpa.profiles import load_profile


@dataclass(frozen=True)
class TakenOver:
    """What was written."""

    baseline: Baseline
    backup: Path | None
    """The profile as it was before; None: it did not change."""
    gone: tuple[str, ...] = ()
    """Links that are not on the page any more, where it could not be compared in full: nothing relied on them."""


def take_over(
    report: Path, profile: Path, place: Path, accepted: Sequence[Offer], left: Sequence[Offer], *, by: str, why: str
) -> TakenOver:
    """`report` and `place` are the folders of the check and of the baseline; `left`: what was not accepted.

    The profile comes first: if it ends half-way, the next check says so. Raises EditError, ProfileError, BaselineError,
    RecordingError, OSError; then the profile is as it was, or as accepted.
    """
    before, now = load_baseline(place), load_baseline(report)
    wordings = [one.proposal for one in accepted if one.proposal is not None]
    backup = _change_profile(profile, wordings) if wordings else None
    pairs = [(one.change, one.proposal) for one in accepted]
    open_ = {one.change.page for one in left if one.change.kind != "unreached"}
    made = accepted_baseline(before, now, pairs, by=by, why=why)
    made, gone = without_gone(made, now, {one.change.page for one in left if one.change.kind == "unreached"} - open_)
    save_baseline(place, made)
    _take_recordings(report / RECORDINGS, place / RECORDINGS, open_, load_profile(profile))
    return TakenOver(made, backup, gone)


def _change_profile(profile: Path, wordings: Sequence[Proposal]) -> Path | None:
    text = profile.read_bytes().decode("utf-8-sig")
    changed = with_wordings(text, wordings)
    return replace_profile(profile, changed, wordings) if changed != text else None


def _take_recordings(source: Path, target: Path, but: Set[str], profile: SiteProfile) -> None:
    """The recordings of the pages on which nothing is left to be accepted, in place of those of before."""
    make_folder(target.absolute())
    new = {path: name for path in sorted(source.glob("*.json")) if (name := page_and_role(path)) and name[0] not in but}
    for old in sorted(target.glob("*.json")):
        if page_and_role(old) in new.values():
            old.unlink()
    for path in new:
        write_recording(target / path.name, recorded_anew(read_recording(path), profile))
