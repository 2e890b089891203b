"""Writes profiles: a template with every key at its default, and the profile in effect."""

import ast
import inspect
import itertools
import json
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from flows.profile import Site, SiteProfile
from rpa.profiles import model_in

HEAD = """\
A site profile: where one admin site is and how it words things. docs/profile.md explains every key.
A line that begins with "#" and a key shows that key's default: take the "#" away and change the value.
Check it with: rpa profile check FILE
User name and password never stand here: set RPA_USERNAME and RPA_PASSWORD."""
EXAMPLES = {
    "backend_url": 'backend_url = "https://backend.example.com"',
    "server_locations": '[[server_locations]]\nprefixes = ["5"]\nurl = "https://backend.example.com/server05"',
    "reasons": '"Too expensive" = "Price"',
    "canaries": '[[canaries]]\naccount_name = "Test Account Ltd"\naccount_number = "612345"\nrole = "ordinary"\neffects = false',
}
"""For keys whose default is nothing that could be shown."""


class Style(NamedTuple):
    """How a profile is written out."""

    notes: bool
    """With the keys' meanings."""
    active: frozenset[str] | None = None
    """The dotted keys that are not commented out; None: all."""

    def comments_out(self, path: tuple[str, ...]) -> bool:
        return self.active is not None and ".".join(path) not in self.active


def template(base_url: str, backend_url: str | None = None) -> str:
    """A profile (TOML) that works as it is, its further keys commented out at their defaults."""
    profile = SiteProfile(site=Site(base_url=base_url, backend_url=backend_url))
    active = frozenset({"profile_version", "site.base_url", "site.backend_url"})
    return "\n".join([*_prose(HEAD), "", *_table(profile, (), Style(notes=True, active=active))]) + "\n"


def effective(profile: SiteProfile) -> str:
    """All of a profile as TOML, defaults included; what is not set (no backend) is left out."""
    return "\n".join(_table(profile, (), Style(notes=False))).strip() + "\n"


def toml_value(value: Any) -> str:
    """A value of a profile in TOML: JSON's strings, numbers, booleans and lists are TOML's too."""
    return json.dumps(value, ensure_ascii=False, default=str)  # amounts of money are written as strings


@cache
def notes_of(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings that stand below a model's fields, its parents' too, by field; the model's own under ""."""
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    if not isinstance(tree, ast.ClassDef):
        raise TypeError(f"{model} is no class")
    parents = (parent for parent in model.__bases__ if issubclass(parent, BaseModel) and parent.model_fields)
    found = {name: note for parent in parents for name, note in notes_of(parent).items()}
    found[""] = ast.get_docstring(tree) or ""
    for field, note in itertools.pairwise(tree.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
            found[field.target.id] = " ".join(str(ast.literal_eval(note.value)).split())
    return found


def _prose(text: str) -> list[str]:
    return [f"# {line}" for part in text.splitlines() for line in textwrap.wrap(part, 105)]


def _table(part: BaseModel, path: tuple[str, ...], style: Style) -> Iterator[str]:
    """One table's lines: plain values first, as TOML demands, then inner tables, then lists of tables."""
    kinds: dict[str, list[str]] = {"value": [], "table": [], "list": []}
    for name in type(part).model_fields:
        kinds[_kind(part, name)].append(name)
    for kind, names in kinds.items():
        for name in names:
            yield from _note(part, name, style) if kind != "table" else ()
            yield from {"value": _value, "table": _inner, "list": _tables}[kind](part, (*path, name), style)


def _kind(part: BaseModel, name: str) -> str:
    if isinstance(getattr(part, name), BaseModel | dict):
        return "table"
    return "list" if model_in(type(part).model_fields[name].annotation) else "value"


def _note(part: BaseModel, name: str, style: Style) -> list[str]:
    if not style.notes:
        return []
    example = EXAMPLES.get(name, "") if not getattr(part, name) else ""
    return _prose(notes_of(type(part)).get(name, "")) + _prose(f"Example:\n{example}" if example else "")


def _value(part: BaseModel, path: tuple[str, ...], style: Style) -> Iterator[str]:
    value = part.model_dump(mode="json")[path[-1]]
    if value is not None:
        yield f"{'#' if style.comments_out(path) else ''}{path[-1]} = {toml_value(value)}"


def _inner(part: BaseModel, path: tuple[str, ...], style: Style) -> Iterator[str]:
    inner = getattr(part, path[-1])
    yield ""
    if isinstance(inner, BaseModel):
        yield from _prose(notes_of(type(inner))[""]) if style.notes else ()
        yield f"[{'.'.join(path)}]"
        yield from _table(inner, path, style)
        return
    yield from _note(part, path[-1], style)
    yield f"[{'.'.join(path)}]"
    yield from (f"{toml_value(key)} = {toml_value(value)}" for key, value in inner.items())


def _tables(part: BaseModel, path: tuple[str, ...], style: Style) -> Iterator[str]:
    for inner in getattr(part, path[-1]):
        mark = "#" if style.comments_out(path) else ""
        yield from ("", f"{mark}[[{'.'.join(path)}]]")
        yield from (f"{mark}{line}" for line in _table(inner, path, Style(notes=False)))
