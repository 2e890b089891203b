"""On which line of a TOML text each key stands. tomllib and tomlkit keep no positions.

A run of lines that parses by itself is one statement, a table header or `key = value`, however many lines its
value takes: so the standard parser finds the borders, and there is no second TOML grammar here.
"""

import tomllib
from typing import Any

Path = tuple[str | int, ...]
"""Keys and list indexes from the root, as pydantic's `loc`: ("drop_downs", 0, "label")."""


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of each table and key of a valid TOML text."""
    found: dict[Path, int] = {}
    table: Path = ()
    for line, source, parsed in _statements(text):
        if source.startswith("["):
            table = _table(_only_path(parsed), found, is_list=source.startswith("[["))
            found.setdefault(table, line)
            found.setdefault(table[:-1] if source.startswith("[[") else table, line)
        else:
            for path in _paths(parsed):
                found.setdefault((*table, *path), line)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table or key around it that is written down; 1 if none is."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)


def _statements(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Each statement: its first line's number, its text, and what it says by itself."""
    found, pending, start = [], "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending and not line.partition("#")[0].strip():
            continue
        start = start if pending else number
        pending += line + "\n"
        try:
            found.append((start, pending.lstrip(), tomllib.loads(pending)))
        except tomllib.TOMLDecodeError:  # goes on in the next line
            continue
        pending = ""
    return found


def _only_path(header: dict[str, Any]) -> tuple[str, ...]:
    """The keys of a header such as {"a": {"b": [{}]}}: a, b."""
    keys: list[str] = []
    inner: Any = header
    while inner:
        key = next(iter(inner))
        keys.append(key)
        inner = inner[key] if isinstance(inner[key], dict) else {}
    return tuple(keys)


def _table(keys: tuple[str, ...], found: dict[Path, int], *, is_list: bool) -> Path:
    """The header's full path: each list of tables on the way stands for its last element."""
    path: Path = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        last = sum((*path, index) in found for index in range(len(found))) - 1
        if is_list and position == len(keys) - 1:
            path = (*path, last + 1)
        elif last >= 0:
            path = (*path, last)
    return path


def _paths(value: Any, path: Path = ()) -> list[Path]:
    """Every path within a value, the value's own included."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    inner = [found for key, item in items for found in _paths(item, (*path, key))]
    return ([path] if path else []) + inner
