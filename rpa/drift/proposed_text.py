"""`proposed.toml`: what the profile would have to say, for a person to read."""

from collections.abc import Iterator, Sequence

from rpa.drift.baseline_text import toml_string
from rpa.drift.proposals import Proposal

HEAD = """\
# What the site profile would have to say after the changes that `rpa check` has found. Nothing of it is in effect:
# `rpa profile accept {folder}` shows each change and writes what a person accepts.
"""


def proposed_text(proposals: Sequence[Proposal], folder: str) -> str:
    """TOML, a table for each screen; what can't be proposed is told in a comment."""
    return HEAD.format(folder=folder) + "".join(f"{line}\n" for line in _lines(proposals))


def _lines(proposals: Sequence[Proposal]) -> Iterator[str]:
    if not proposals:
        yield "# No wording of the profile has to change."
    tables: dict[str, list[Proposal]] = {}
    for one in proposals:
        tables.setdefault(one.key.rpartition(".")[0], []).append(one)
    for table, members in tables.items():
        yield ""
        if table and any(one.new for one in members):
            yield f"[{table}]"
        for one in members:
            yield from _entry(one)


def _entry(one: Proposal) -> Iterator[str]:
    name = one.key.rpartition(".")[2]
    clause = f"clause {one.clause}; " if one.clause else ""
    if not one.new:
        yield f"# {one.key}: {clause}no proposal: {_comment(one.why_not)}"
        return
    yield f"# {clause}it said {_comment(', '.join(map(toml_string, one.old)))}"
    if one.effect:
        yield "# These words have an effect: they have to be typed to be accepted."
    if one.key == "drop_downs":
        yield f"# [[drop_downs]] label = {_comment(toml_string(one.new))}"
        return
    yield f"{name} = [{', '.join(map(toml_string, one.words))}]"


def _comment(text: str) -> str:
    """In one line, without what would end a comment."""
    return "".join(one if one.isprintable() else " " for one in text)
