"""Recordings of the canary accounts' pages, scrubbed: what page objects are tested against without a browser."""

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from page_objects.document import Document
from page_objects.general_words import Whose
from page_objects.portrait import PageName, Portrait, Thing
from page_objects.screen import Screen
from page_objects.words import Words
from rpa.cases.files import make_folder
from rpa.results import replace_file

TEXTS = ("links", "labels", "columns", "statuses", "modules", "messages")
NAME = re.compile(rf"({'|'.join(get_args(PageName))})-([a-z][a-z_]*)(-\d+)?\.json")


class RecordingError(Exception):
    """A recording cannot be used; the message says which and why."""


class Facts(BaseModel):
    """A portrait, or a part of it, without screens and places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    things: tuple[Thing, ...] = ()
    links: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    @classmethod
    def of(cls, portrait: Portrait) -> "Facts":
        things = tuple(dataclasses.replace(one, box=None) for one in portrait.things)
        return cls(things=things, **{name: getattr(portrait, name) for name in TEXTS})

    def without(self, other: "Facts") -> "Facts":
        """What is here and not there."""
        told = {name: getattr(self, name) for name in ("things", *TEXTS)}
        return Facts(
            **{name: tuple(one for one in all_ if one not in getattr(other, name)) for name, all_ in told.items()}
        )


class Recording(BaseModel):
    """One screen of one page of a canary account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recording: Literal["rpa.recording.v1"] = "rpa.recording.v1"
    page: PageName
    role: str
    account_number: str
    account_name: str
    recognised: tuple[PageName, ...] = ()
    """The pages whose page objects took the screen for theirs: this one, and what no page object tells from it."""
    also: Facts = Facts()
    """What was read of the page, but not from its recordings: in a menu that was open meanwhile."""
    aside: Facts = Facts()
    """What reads otherwise in its recordings than it did: by its shape only."""
    documents: tuple[dict[str, Any], ...]
    """As `Document.parse` takes them."""

    @property
    def whose(self) -> Whose:
        return Whose(self.account_number, self.account_name)

    def screen(self, words: Words) -> Screen:
        """What stood on the screen. Raises RecordingError if these are no documents."""
        try:
            return Screen(tuple(Document.parse(json.dumps(one), labels=words.labels) for one in self.documents))
        except (KeyError, ValueError, TypeError) as error:
            raise RecordingError(f"the recording of {self.page} ({self.role}) is damaged: {error}") from error


def save_recordings(folder: Path, recordings: Iterable[Recording]) -> list[Path]:
    """Write each into a file of its own, and delete those of before; the paths. Raises OSError."""
    make_folder(folder.absolute())
    taken: dict[str, int] = {}
    paths = []
    for one in recordings:
        stem = f"{one.page}-{one.role}"
        taken[stem] = number = taken.get(stem, 0) + 1
        path = folder / (f"{stem}.json" if number == 1 else f"{stem}-{number}.json")
        write_recording(path, one)
        paths.append(path)
    for path in _files(folder):
        if path not in paths:
            path.unlink()
    return paths


def write_recording(path: Path, recording: Recording) -> None:
    """Write one recording, whole or not at all. Raises OSError."""
    replace_file(path, recording_text(recording).encode())
    path.chmod(0o644)


def load_recordings(folder: Path) -> list[Recording]:
    """All recordings in `folder`, by their names. Raises RecordingError, also if there is none."""
    found = [read_recording(path) for path in _files(folder)]
    if not found:
        raise RecordingError(f"there are no recordings in {folder}; `rpa learn` writes them")
    return found


def read_recording(path: Path) -> Recording:
    """One recording. Raises RecordingError."""
    try:
        return Recording.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        why = str(error).replace("\n", " ")[:300]
        raise RecordingError(f"{path} is no recording ({why}); `rpa learn` writes them anew") from error


def page_and_role(path: Path) -> tuple[str, str] | None:
    """Whose recording a file is, by its name; None: it is none."""
    found = NAME.fullmatch(path.name)
    return (found[1], found[2]) if found else None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name)) if folder.is_dir() else []


def recording_text(recording: Recording) -> str:
    """JSON with a line for each text and each control, so that a reviewer reads its changes."""
    about = recording.model_dump(exclude={"documents"}, exclude_defaults=True)
    told = {"recording": recording.recording, **about}
    head = [f"{_json(name)}: {_json(value)}" for name, value in told.items()]
    documents = ",\n".join(_document(one) for one in recording.documents)
    return "{" + ",\n".join([*head, f'"documents": [\n{documents}\n]']) + "}\n"


def _document(told: dict[str, Any]) -> str:
    return "{" + ",\n".join(f"{_json(name)}: {_lines(value)}" for name, value in told.items()) + "}"


def _lines(value: Any) -> str:
    if isinstance(value, list | tuple) and value and isinstance(value[0], Sequence):
        return "[\n " + ",\n ".join(map(_json, value)) + "]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value)
