"""Reads a site profile. Every fault is told at once: file, line, key, and what is allowed there."""

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from flows.profile import SiteProfile
from rpa.toml_lines import line_of, lines_of

SECRET_KEYS = re.compile(r"user_?name|login|pass(word|wd|phrase)?|secret|token|credentials?", re.IGNORECASE)
SENTENCES = {
    "string_type": "must be a string, in quotes",
    "string_pattern_mismatch": 'must be digits only, as in "5"',
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "too_short": "must hold at least one",
}
"""In place of pydantic's own; the others' begin with "Input should be"."""
Location = tuple[str | int, ...]


@dataclass(frozen=True)
class ProfileFault:
    """One thing that is wrong; `line` 0: the file as a whole."""

    file: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else str(self.file)
        return f"{where}{f', {self.key}' if self.key else ''}: {self.message}"


class ProfileError(Exception):
    """A profile that cannot be used; `faults` has them all, in the order of their lines."""

    def __init__(self, faults: list[ProfileFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
        super().__init__("\n".join(map(str, self.faults)))


def load_profile(path: Path) -> SiteProfile:
    """The profile in a TOML file. Raises ProfileError."""
    text = _read(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([_bad_toml(path, str(error))]) from error
    lines = lines_of(text)

    def fault(location: Location, message: str) -> ProfileFault:
        return ProfileFault(path, line_of(lines, location), key_of(location), message)

    try:
        return SiteProfile.model_validate(content)
    except ValidationError as error:
        raise ProfileError([fault(*_in_words(dict(one))) for one in error.errors()]) from error


def key_of(location: Location) -> str:
    """A location as a person writes it: drop_downs[0].label."""
    dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return dotted.removeprefix(".")


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key a table may hold, inner tables' keys dotted; those of a list of tables with []."""
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is None:
            yield prefix + name
        else:
            several = "[]" if field.annotation is not inner else ""
            yield from keys_of(inner, f"{prefix}{name}{several}.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except IsADirectoryError as error:
        raise ProfileError([ProfileFault(path, 0, "", "is a folder; a profile is a TOML file.")]) from error
    except OSError as error:
        reason = f"cannot be read: {error.strerror}. `rpa profile new` prints a profile to start from."
        raise ProfileError([ProfileFault(path, 0, "", reason)]) from error
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (byte {error.start}); save it as UTF-8."
        raise ProfileError([ProfileFault(path, 0, "", reason)]) from error


def _bad_toml(path: Path, message: str) -> ProfileFault:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(place[1]) if place and place[1] else len(path.read_text("utf-8-sig").splitlines())
    return ProfileFault(path, line, "", f"not valid TOML: {message}")


def _in_words(error: dict[str, Any]) -> tuple[Location, str]:
    """A pydantic error as location and sentence."""
    location, kind, value = tuple(part for part in error["loc"] if part != "[key]"), error["type"], error["input"]
    if kind == "extra_forbidden":
        return location, _unknown_key(location)
    if kind == "missing":
        return location, "is missing; it must be given"
    if kind in {"model_type", "dict_type"} or (kind == "tuple_type" and _model_at(location)):
        return location, f"must be a table: write {_header(location, several=kind == 'tuple_type')}"
    if kind == "tuple_type":
        allowed = "a string or a list of strings" if location[0] == "words" else "a list of strings"
        return location, f"must be {allowed}; it is {value!r}"
    message = SENTENCES.get(kind) or re.sub("^(Value error, |Input should be )", "", error["msg"])
    message = f"must be {message}" if kind not in SENTENCES and kind != "value_error" else message
    return location, message if isinstance(value, dict | list | tuple | BaseModel) else f"{message}; it is {value!r}"


def _header(location: Location, *, several: bool) -> str:
    """A table's header as TOML writes it; of a list of tables in double brackets."""
    name = ".".join(str(part) for part in location if not isinstance(part, int))
    return f"[[{name}]]" if several or int in map(type, location) else f"[{name}]"


def _unknown_key(location: Location) -> str:
    name, table = str(location[-1]), _model_at(location[:-1])
    if SECRET_KEYS.fullmatch(name):
        return "credentials never stand in a profile; set RPA_USERNAME and RPA_PASSWORD (or use the keyring)"
    allowed = list(table.model_fields) if table else []
    elsewhere = [key for key in keys_of(SiteProfile) if key.rpartition(".")[2] == name]
    near = difflib.get_close_matches(name, allowed, n=1)
    if not near and name in SiteProfile.model_fields:
        return f"no such key in {_header(location[:-1], several=False)}; {_place_of(name)}"
    near = near or elsewhere[:1]
    hint = f"did you mean {near[0]}? " if near else ""
    return f"no such key; {hint}Allowed here: {', '.join(allowed)}"


def _place_of(name: str) -> str:
    """Where a key of the whole profile stands: TOML takes what stands below a header for that table's."""
    kept = SiteProfile.model_fields[name].annotation
    if model_in(kept) or name == "reasons":
        return f"it is a table of its own: {_header((name,), several=model_in(kept) not in {None, kept})}"
    return "it stands above [site], before any table"


def _model_at(location: Location) -> type[BaseModel] | None:
    model: type[BaseModel] | None = SiteProfile
    for part in location:
        if isinstance(part, str) and model is not None:
            field = model.model_fields.get(part)
            model = model_in(field.annotation) if field else None
    return model


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds: itself, or in a tuple of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := model_in(inner))), None)
