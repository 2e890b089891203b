"""`rpa check`, and the gate of `rpa work`: survey the canary accounts again and compare with the baseline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.baseline import Baseline
from flows.drift import Change, compare
from flows.profile import SiteProfile
from flows.survey import Survey
from page_objects.portrait import PageName
from rpa.drift.offline import misread, recorded_surveys
from rpa.drift.pictures import Album
from rpa.drift.recordings import Recording
from rpa.drift.reporting import Checked, write_report
from rpa.robot import Robot


@dataclass(frozen=True)
class CheckResult:
    """What differs from the baseline, what matters first."""

    changes: tuple[Change, ...]
    folder: Path | None
    """Where the report was written; None: none was asked for."""
    surveys: tuple[Survey, ...] = field(default=(), repr=False)

    @property
    def matters(self) -> tuple[Change, ...]:
        """The changes that an effect, an identity or a proof relies on."""
        return tuple(change for change in self.changes if change.matters)

    @property
    def summary(self) -> str:
        """One sentence."""
        return summary_of(self.changes)


def check(
    robot: Robot, profile: SiteProfile, baseline: Baseline, folder: Path | None, *, pictures: bool = True
) -> CheckResult:
    """Survey each canary, read only, and compare; the report is written into `folder`, which is made.

    Raises what `Robot.survey` raises: NeedsHuman (sign_in, site_down, maintenance), Refusal (foreign_host), Interrupted,
    Fault; OSError if the report can't be written.
    """
    surveys, shown = list[Survey](), dict[tuple[str, PageName], bytes]()
    for canary in profile.canaries:
        album = Album(profile)
        surveys.append(robot.survey(canary, album.take) if pictures and folder else robot.survey(canary))
        shown |= {(canary.role, page): jpeg for page, jpeg in album.pictures.items()}
    return _settled(Checked(profile, baseline, surveys, compare(baseline, surveys, profile.words), shown), folder)


def check_recordings(
    profile: SiteProfile, baseline: Baseline, recordings: Sequence[Recording], folder: Path | None
) -> CheckResult:
    """The same with the canaries' pages as recorded, without a site: what changed is the profile, or the code.

    Raises RecordingError, OSError.
    """
    surveys = recorded_surveys(recordings, profile)
    changes = (*misread(recordings, profile), *compare(baseline, surveys, profile.words))
    ordered = tuple(sorted(changes, key=lambda one: one.sort_key))
    return _settled(Checked(profile, baseline, surveys, ordered, offline=True), folder)


def _settled(checked: Checked, folder: Path | None) -> CheckResult:
    if folder is not None:
        write_report(folder, checked, summary_of(checked.changes))
    return CheckResult(tuple(checked.changes), folder, tuple(checked.surveys))


def summary_of(changes: Sequence[Change]) -> str:
    """How much has changed, and the first of it, in one sentence."""
    if not changes:
        return "the admin UI is as the baseline has it"
    serious = sum(change.matters for change in changes)
    if len(changes) == 1:
        kind = "one that matters" if serious else "a harmless one"
        return f"1 change since the baseline was learned, {kind}: {changes[0].sentence}"
    if serious == len(changes):
        return (
            f"{serious} changes since the baseline was learned, all of which matter; the first: {changes[0].sentence}"
        )
    weight = f"{serious} of which matter{'s' if serious == 1 else ''}" if serious else "none of which matters"
    return f"{len(changes)} changes since the baseline was learned, {weight}; the first: {changes[0].sentence}"
