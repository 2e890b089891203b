"""Changes of the admin UI, on the terminal."""

from collections.abc import Sequence

from rich.text import Text

from flows.change import Change
from rpa.cli.screen import Screen
from rpa.drift.proposals import REWORDED, Proposal
from rpa.words_on_screen import safe

WIDEST = 600
"""Letters that are shown of a sentence."""


def show_changes(changes: Sequence[Change], proposals: Sequence[Proposal], screen: Screen) -> None:
    """Each with its number, whether it matters, the clause, and what the profile would have to say."""
    if screen.json:
        return
    proposed = {one.key: one for one in proposals}
    for number, change in enumerate(changes, 1):
        show_change(number, change, proposed.get(change.key) if change.kind in REWORDED else None, screen)


def show_change(number: int, change: Change, proposal: Proposal | None, screen: Screen) -> None:
    """One change in people's words; colour only repeats what the words say."""
    weight, colour = ("matters ", "bold red") if change.matters else ("harmless", "yellow")
    label = Text(f"{number:>3}  ") + Text(weight, colour) + Text(f"  {change.clause:<4} ")
    screen.row(label, safe(change.sentence[:1].upper() + change.sentence[1:], width=WIDEST))
    indent = Text(" " * len(label.plain))
    if proposal is not None and proposal.new:
        screen.row(indent, Text("proposed: ", "dim") + safe(f'{proposal.key} = "{proposal.new}"', width=WIDEST))
    elif proposal is not None:
        screen.row(indent, Text("no proposal: ", "dim") + safe(proposal.why_not, width=WIDEST))
