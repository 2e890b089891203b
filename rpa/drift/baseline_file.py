"""Reads and writes `baseline.toml`. Every fault of a file is told at once: file, line, key, and what to do."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.baseline import Baseline
from rpa.cases.files import make_folder
from rpa.drift.baseline_place import FILE
from rpa.drift.baseline_text import baseline_as_toml
from rpa.profiles import ProfileFault, key_of
from rpa.results import replace_file
from rpa.toml_lines import line_of, lines_of

LEARN = "`rpa learn` writes one"


class BaselineError(Exception):
    """A baseline that cannot be used; `faults` has them all, in the order of their lines."""

    def __init__(self, faults: list[ProfileFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
        super().__init__("\n".join(map(str, self.faults)))


def load_baseline(folder: Path) -> Baseline:
    """The baseline in `folder`. Raises BaselineError."""
    path = folder / FILE
    text = _read(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else len(text.splitlines())
        raise BaselineError([ProfileFault(path, line, "", f"not valid TOML: {error}; {_again()}")]) from error
    lines = lines_of(text)
    try:
        return Baseline.model_validate(content)
    except ValidationError as error:
        faults = []
        for one in error.errors():
            location = tuple(part for part in one["loc"] if part != "[key]")
            faults.append(ProfileFault(path, line_of(lines, location), key_of(location), _in_words(dict(one))))
        raise BaselineError(faults) from error


def save_baseline(folder: Path, baseline: Baseline) -> Path:
    """Write `baseline.toml` into `folder`, whole or not at all, and durably; its path. Raises OSError."""
    make_folder(folder.absolute())
    path = folder / FILE
    replace_file(path, baseline_as_toml(baseline).encode())
    path.chmod(0o644)  # to be read by who reviews it; there is nothing of a customer in it
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BaselineError([ProfileFault(path, 0, "", f"cannot be read: {error.strerror}; {LEARN}.")]) from error
    except UnicodeDecodeError as error:
        told = f"is not UTF-8 text (byte {error.start}); {_again()}"
        raise BaselineError([ProfileFault(path, 0, "", told)]) from error


def _again() -> str:
    return "take it from version control again, or delete it and run `rpa learn`."


def _in_words(error: dict[str, Any]) -> str:
    """A pydantic error as a sentence."""
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"no such key; {_again()}"
    if kind == "missing":
        return f"is missing; {_again()}"
    said = re.sub("^(Value error, |Input should be )", "", error["msg"])
    shown = "" if isinstance(value, dict | list | tuple) else f"; it is {value!r}"
    return f"must be {said}{shown}; {_again()}"
