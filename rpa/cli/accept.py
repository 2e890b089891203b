"""`rpa profile accept`: a person takes over what `rpa check` has found."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.drift.accepting import Offer
    from rpa.drift.taking_over import TakenOver

app = typer.Typer()
FOLDER = typer.Argument(help="The folder that `rpa check` has written.")
WHY = typer.Option("--why", help="Why it is right; it stands in the baseline.", show_default=False)
ONLY = typer.Option("--only", metavar="KEY", help="Only this key of the profile, or number.", show_default=False)
WORDS = typer.Option("--words", help="The words of a link with an effect, as if typed.", show_default=False)


@app.command()
def accept(
    *,
    report: Annotated[Path, FOLDER],
    only: Annotated[list[str] | None, ONLY] = None,
    words: Annotated[list[str] | None, WORDS] = None,
    by: options.By = "",
    why: Annotated[str, WHY] = "",
    yes: options.Yes = False,
    profile: options.Profile = None,
    baseline: options.Baseline = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Take over changes of the admin UI that `rpa check` has found, one by one.

    Words of something with an effect have to be typed, or given with --words; --yes is no answer for them.
    """
    from rpa.cli.desk import Desk, who
    from rpa.cli.errors import NotApproved, UsageError, cannot_write
    from rpa.drift.accepting import offers
    from rpa.drift.baseline_file import load_baseline
    from rpa.drift.baseline_place import find_baseline
    from rpa.drift.report import load_report
    from rpa.drift.taking_over import take_over

    desk = Desk.open(json=json, output=output, profile=profile, baseline=baseline)
    site, path = desk.profile(), desk.settings.profile
    place = find_baseline(path, desk.settings)
    if path is None or place is None:
        raise UsageError("there is no baseline to take it over into: `rpa learn` writes one")
    all_ = offers(load_report(report), site, load_baseline(place))
    chosen = _chosen(all_, only or ())
    _must_be_answerable(chosen, words or (), yes=yes)
    accepted = [one for one in chosen if _is_accepted(one, report, words or (), desk.screen, yes=yes)]
    if not accepted:
        raise NotApproved("nothing was accepted; profile and baseline are as they were")
    left = [one for one in all_ if one not in accepted]
    try:
        taken = take_over(report, path, place, accepted, left, by=by or who(), why=why)
    except OSError as error:
        raise cannot_write(path, error) from error
    _note(desk, taken, accepted)
    _tell(desk.screen, path, place, taken, accepted, left)


def _chosen(all_: "Sequence[Offer]", only: Sequence[str]) -> "list[Offer]":
    """What there is to ask about. Raises UsageError."""
    from rpa.cli.errors import UsageError

    if not all_:
        raise UsageError("the report has no change: there is nothing to accept")
    unknown = [name for name in only if not any(one.named([name]) for one in all_)]
    if unknown:
        keys = dict.fromkeys(one.change.key or str(one.number) for one in all_)
        raise UsageError(f"--only {unknown[0]}: the report has no such change; it has {', '.join(keys)}")
    return [one for one in all_ if not only or one.named(only)]


def _must_be_answerable(chosen: "Sequence[Offer]", words: Sequence[str], *, yes: bool) -> None:
    """Without a person at the terminal each answer must stand on the command line. Raises NotApproved, UsageError."""
    from rpa.cli.desk import a_person_is_here
    from rpa.cli.errors import NotApproved, UsageError

    wanted = {one.typed for one in chosen if one.typed and not one.why_not}
    stray = [one for one in words if one not in wanted]
    if stray:
        raise UsageError(f'--words "{stray[0]}": no change of this report asks for exactly these words')
    if a_person_is_here():
        return
    open_ = [one for one in chosen if not one.why_not and (one.typed not in words if one.typed else not yes)]
    if open_:
        one = open_[0]
        how = "--words gives its words, exactly as they are on the page" if one.typed else "--yes accepts it unseen"
        raise NotApproved(
            f"nothing was accepted: nobody is at the terminal to look at change {one.number} ({one.change.sentence}); {how}"
        )


def _is_accepted(one: "Offer", report: Path, words: Sequence[str], screen: "Screen", *, yes: bool) -> bool:
    """Show one change, and have it answered."""
    from rpa.cli.drift_shown import show_change
    from rpa.words_on_screen import safe

    show_change(one.number, one.change, one.proposal, screen)
    if one.proposal is not None:
        old = ", ".join(f'"{text}"' for text in one.proposal.old)
        screen.say(" " * 4, "the profile says now:", safe(old, width=400))
    if one.change.picture:
        screen.say(" " * 4, "picture:", safe(report / one.change.picture))
    if one.why_not:
        screen.say(" " * 4, "It can't be accepted:", safe(one.why_not, width=400))
        return False
    if one.typed:
        return one.typed in words or _typed(one, screen)
    return yes or typer.confirm("     Is this right?", default=False, err=screen.json)


def _typed(one: "Offer", screen: "Screen") -> bool:
    """Have the words of something with an effect typed; nothing typed leaves it as it is."""
    screen.say(" " * 4, "It has an effect. To accept it, type its words as they are on the page; Enter leaves it.")
    said = str(typer.prompt("     Words", default="", show_default=False, err=screen.json))
    if said.strip() == one.typed:
        return True
    if said.strip():
        screen.say(" " * 4, "These are not its words; it was not accepted.")
    return False


def _note(desk: "Desk", taken: "TakenOver", accepted: "Sequence[Offer]") -> None:
    """Put it down in the audit trail, where there is one."""
    from rpa.queue.outbox import record

    if not desk.settings.has_database:
        return
    what = ", ".join(one.change.key or one.change.kind for one in accepted)
    why = f"revision {taken.baseline.revision} of {taken.baseline.site}: {what}"
    with desk.records() as records, records.engine.begin() as connection:
        record(connection, taken.baseline.by, "accept", why=f"{why}; {taken.baseline.why}".rstrip("; "))


def _tell(
    screen: "Screen", profile: Path, place: Path, taken: "TakenOver", accepted: "list[Offer]", left: "list[Offer]"
) -> None:
    from rpa.words_on_screen import safe

    if screen.json:
        told = {"schema": "rpa.accepted.v1", "profile": str(profile), "baseline": str(place)}
        numbers = {"accepted": [one.number for one in accepted], "left": [one.number for one in left]}
        words = {one.proposal.key: list(one.proposal.words) for one in accepted if one.proposal is not None}
        screen.emit({**told, "revision": taken.baseline.revision, **numbers, "words": words})
        return
    screen.console.print()
    facts: dict[str, object] = {"Baseline": f"revision {taken.baseline.revision} in {place}"}
    if taken.backup is not None:
        facts |= {"Profile": f"{profile} (as it was: {taken.backup})"}
    screen.facts({"Accepted": f"{len(accepted)} of {len(accepted) + len(left)} changes", **facts})
    if taken.gone:
        gone = ", ".join(f'"{text}"' for text in taken.gone)
        screen.say("Gone with it, and relied on by nothing:", safe(gone, width=600))
    rest = any(one.change.kind != "unreached" for one in left)
    screen.say(f"Now run `rpa check` again: it should find nothing{' but what was left' if rest else ''}.")
