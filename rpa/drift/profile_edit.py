"""Writes accepted wordings into a profile: comments, order and everything else in it stay as they are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AbstractTable, Array

from flows.profile import SiteProfile
from page_objects.wording import plain
from rpa.cases.files import sync
from rpa.drift.proposals import Proposal
from rpa.profiles import ProfileError, load_profile
from rpa.results import replace_file


class EditError(Exception):
    """The profile can't be changed so; it was left as it is."""


def with_wordings(text: str, proposals: Iterable[Proposal]) -> str:
    """The text of a profile with the words of these proposals."""
    document = tomlkit.parse(text)
    made: list[Any] = []
    for one in proposals:
        if one.key == "drop_downs":
            _relabel(document, one)
        else:
            *tables, name = one.key.split(".")
            _set_words(_table(document, tables, made), name, one.words)
    for table in made:
        table.add(tomlkit.nl())  # else the next table follows without a blank line
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def replace_profile(path: Path, text: str, proposals: Sequence[Proposal]) -> Path:
    """Put `text` in the profile's place, once it is sure that it says what it said but for these words; the old file stays
    beside it as `.bak`, whose path is returned. Raises EditError, OSError; then the profile is as it was.
    """
    before, old = load_profile(path), path.read_bytes()
    trial = path.with_name(f".{path.name}.new")
    try:
        replace_file(trial, text.encode())
        after = load_profile(trial)
    except ProfileError as error:
        raise EditError(f"the profile would not be valid any more, and was not changed: {error}") from error
    finally:
        trial.unlink(missing_ok=True)
    if _without(before, proposals) != _without(after, proposals):
        raise EditError(f"more than the accepted words would change in {path}; it was not changed: edit it by hand")
    backup = path.with_name(f"{path.name}.bak")
    mode = path.stat().st_mode & 0o777
    replace_file(backup, old)
    backup.chmod(mode)
    replace_file(path, text.encode())
    path.chmod(mode)
    sync(path.absolute().parent)
    return backup


def _table(document: Any, names: Sequence[str], made: list[Any]) -> Any:
    """The table of these names; if it is not there it is made, beside those of its kind or at the end, and named in `made`."""
    table = document
    for depth, name in enumerate(names, 1):
        if name not in table:
            table.append(name, tomlkit.table(is_super_table=depth < len(names)))
            made += [table[name]] if depth == len(names) else []
        table = table[name]
        if not isinstance(table, AbstractTable | tomlkit.TOMLDocument) and not hasattr(table, "items"):
            raise EditError(f"{'.'.join(names[:depth])} is no table in the profile: edit it by hand")
    return table


def _set_words(table: Any, name: str, words: Sequence[str]) -> None:
    """A list that is there keeps its form and its comments: the new words come first, those that may not stay go."""
    there = table.get(name)
    if not isinstance(there, Array):
        table[name] = list(words)
        return
    kept = {plain(one) for one in words}
    for place in reversed(range(len(there))):
        if plain(str(there[place])) not in kept:
            del there[place]
    have = {plain(str(one)) for one in there}
    for one in reversed([one for one in words if plain(one) not in have]):
        there.insert(0, one)
    if [str(one) for one in there] != list(words) and {plain(str(one)) for one in there} != kept:
        table[name] = list(words)


def _relabel(document: Any, one: Proposal) -> None:
    for drop_down in document.get("drop_downs", ()):
        if plain(str(drop_down.get("label", ""))) in map(plain, one.old):
            drop_down["label"] = one.new
            return
    raise EditError(
        f'the profile has no [[drop_downs]] with the label "{one.old[0] if one.old else ""}": add one by hand'
    )


def _without(profile: SiteProfile, proposals: Sequence[Proposal]) -> dict[str, Any]:
    """All of a profile but the words of these proposals."""
    told = profile.model_dump(mode="json")
    for one in proposals:
        if one.key == "drop_downs":
            for drop_down in told["drop_downs"]:
                drop_down["label"] = (
                    "" if plain(drop_down["label"]) in map(plain, (*one.old, one.new)) else drop_down["label"]
                )
            continue
        table = told
        *names, name = one.key.split(".")
        for part in names:
            table = table[part]
        table[name] = None
    return told
