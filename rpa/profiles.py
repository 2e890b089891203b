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
from page_objects.words import CancelPageWords, Words
from rpa.toml_lines import line_of, lines_of

MAY_BE_EMPTY = frozenset({"account"})
"""Words that a site may do without, beside those whose default is none."""
WITH_ACCOUNT = ("organization.identity", "start_page.link_to_ar")
"""The words that hold {number} and {name}."""
SECRET_KEYS = re.compile(r"user_?name|login|pass(word|wd|phrase)?|secret|token|credentials?", re.IGNORECASE)
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
        profile = SiteProfile.model_validate(content)
    except ValidationError as error:
        raise ProfileError([fault(*_in_words(dict(one))) for one in error.errors()]) from error
    faults = [fault(location, message) for location, message in _faults_of_words(profile.words)]
    if faults:
        raise ProfileError(faults)
    return profile


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
    except OSError as error:
        reason = f"cannot be read: {error.strerror}. Name the profile with --profile or RPA_PROFILE."
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
    location, kind, message = error["loc"], error["type"], str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return location, _unknown_key(location)
    if kind == "missing":
        return location, "is missing; it must be given"
    if kind == "string_pattern_mismatch":
        return location, f'must be digits only, as in "5"; it is {error["input"]!r}'
    named = message.split(":")[0]
    if not location and named in SiteProfile.model_fields:
        return (named,), message.partition(": ")[2]
    return location, f"{message}; it is {error['input']!r}"


def _unknown_key(location: Location) -> str:
    name, table = str(location[-1]), _model_at(location[:-1])
    if SECRET_KEYS.fullmatch(name):
        return "credentials never stand in a profile; set RPA_USERNAME and RPA_PASSWORD (or use the keyring)"
    allowed = list(table.model_fields) if table else []
    elsewhere = [key for key in keys_of(SiteProfile) if key.rpartition(".")[2] == name]
    near = difflib.get_close_matches(name, allowed, n=1) or elsewhere[:1]
    hint = f"did you mean {near[0]}? " if near else ""
    return f"no such key; {hint}Allowed here: {', '.join(allowed)}"


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


def _faults_of_words(words: Words) -> Iterator[tuple[Location, str]]:
    """What the model's types do not check: alternatives, placeholders, regular expressions."""
    for group_name in type(words).model_fields:
        group = getattr(words, group_name)
        for name, field in type(group).model_fields.items():
            key, phrase = f"{group_name}.{name}", getattr(group, name)
            location = ("words", group_name, name)
            needed = bool(field.default) and name not in MAY_BE_EMPTY
            if any(not alternative.strip() for alternative in phrase) or (needed and not phrase):
                yield location, "must hold at least one wording, and no empty one"
            if key in WITH_ACCOUNT and any(_placeholders(text) != {"number", "name"} for text in phrase):
                yield location, "each wording must hold {number} and {name}, and no other braces"
    yield from _faults_of_patterns(words.cancel_page)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{([^}]*)\}?", text)) | ({"}"} if text.count("{") != text.count("}") else set())


def _faults_of_patterns(words: CancelPageWords) -> Iterator[tuple[Location, str]]:
    for pattern in words.dialog:
        try:
            re.compile(pattern)
        except re.error as error:
            yield ("words", "cancel_page", "dialog"), f"{pattern!r} is no regular expression: {error}"
