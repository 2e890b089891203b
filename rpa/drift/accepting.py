"""What of a check's report a person may accept, and how."""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.baseline import Baseline
from flows.profile import SiteProfile
from page_objects.wording import plain
from rpa.drift.proposals import REWORDED, Proposal, has_effect, wording
from rpa.drift.report import Report, ReportedChange, ReportError


@dataclass(frozen=True)
class Offer:
    """One change that may be accepted, or may not."""

    number: int
    """As report and pictures have it."""
    change: ReportedChange
    proposal: Proposal | None
    """The wording that the profile gets; None: only the baseline changes."""
    typed: str = ""
    """The words that a person has to type, exactly; empty: yes or no will do."""
    why_not: str = ""
    """Why it can't be accepted: a sentence."""

    def named(self, names: Iterable[str]) -> bool:
        """Whether it is among these: keys of the profile, or numbers of the report."""
        return {self.change.key, self.change.key.removeprefix("words."), str(self.number)} - {""} & set(names) != set()


def offers(report: Report, profile: SiteProfile, baseline: Baseline) -> tuple[Offer, ...]:
    """All changes of the report, in its order. Raises ReportError if it is of another site or revision."""
    if report.offline:
        raise ReportError(
            "it is a check of recordings, which say nothing of the site: accept the report of a check of that"
        )
    if report.site != profile.name:
        raise ReportError(f'the report is of the site "{report.site}", and the profile is of "{profile.name}"')
    if report.baseline.revision != baseline.revision:
        raise ReportError(
            f"the report compares with revision {report.baseline.revision} of the baseline, which is at revision "
            f"{baseline.revision} now: run `rpa check` again"
        )
    proposed = {one.key: one for one in report.proposals}
    return tuple(
        _offer(number, change, proposed.get(change.key) if change.kind in REWORDED else None, profile)
        for number, change in enumerate(report.changes, 1)
    )


def _offer(number: int, change: ReportedChange, proposal: Proposal | None, profile: SiteProfile) -> Offer:
    why_not = _why_not(change, proposal, profile)
    new = proposal.new if proposal else ""
    typed = (new or change.seen or change.expected) if _by_words(change) else ""
    return Offer(number, change, proposal if new else None, typed, why_not)


def _by_words(change: ReportedChange) -> bool:
    """Whether a yes is not enough: it is about what has an effect, stands among the four links, or leads to them."""
    among = change.page == "cancel_page" and change.matters
    return among or change.key == "drop_downs" or (bool(change.key) and has_effect(change.key))


def _why_not(change: ReportedChange, proposal: Proposal | None, profile: SiteProfile) -> str:
    if change.kind == "unreached":
        return "a page that could not be reached is not accepted: once its words are, `rpa check` reads it again"
    if proposal is None:
        return ""
    if not proposal.new:
        told = f"{proposal.why_not}; then `rpa learn`"
        return told if change.matters else ""
    now = wording(profile, change.key, change.expected)
    if now != proposal.old and plain(proposal.new) not in map(plain, now):
        return f"the profile says otherwise under {change.key} than when it was checked: run `rpa check` again"
    return ""
