"""What a command says when it cannot go on, and the exit code that goes with it."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from rpa.words_on_screen import visible

USAGE, APPROVAL, HUMAN = 2, 3, 4
EXIT_OF_ERROR = {
    "UsageError": USAGE,
    "SettingsError": USAGE,
    "ProfileError": USAGE,
    "BaselineError": USAGE,
    "RecordingError": USAGE,
    "ReportError": USAGE,
    "EditError": USAGE,
    "RequestFileError": USAGE,
    "FieldFaults": USAGE,
    "NoSuchRequest": USAGE,
    "DatabaseNotOpened": USAGE,
    "DatabaseVersionError": USAGE,
    "NoSuchBatch": USAGE,
    "MetricsError": USAGE,
    "NotApproved": APPROVAL,
    "CannotApprove": APPROVAL,
    "AwaitsApproval": APPROVAL,
    "CredentialsError": 6,
    "LineError": 7,
    "RecordError": 1,
    "BrowserError": 1,
    "Fault": 1,
    "Obstacle": 1,
    "Interrupted": 130,
}
"""By class name: the classes are imported only by the commands that can raise them. The last three, of
`flows` and `page_objects`, get here only where nothing but reading was asked for; so do Playwright's own."""


JSON_WANTED: ContextVar[bool] = ContextVar("json_wanted", default=False)
"""Whether the running command was given --json; set by its Screen."""


class UsageError(Exception):
    """The command line asks for what cannot be done; the message says what to write instead."""


class NotApproved(Exception):
    """Nobody was there to approve the plan."""


class Guarded(TyperGroup):
    """Turns the errors that are foreseen into one clear message and an exit code; others pass."""

    def make_context(self, *args: Any, **given: Any) -> Any:
        with complaining():
            return super().make_context(*args, **given)

    def invoke(self, ctx: Any) -> Any:
        JSON_WANTED.set(False)
        with complaining():
            return super().invoke(ctx)


@contextmanager
def complaining() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        code = exit_of(error)
        if code is None or type(error).__name__ == "NoArgsIsHelpError":  # help is shown as it is
            raise
        complain(error, code)
        raise typer.Exit(code) from error


def cannot_write(path: Path, error: OSError) -> UsageError:
    """What to say of a file that could not be written, or that is there already."""
    if isinstance(error, FileExistsError):
        return UsageError(f"{path} exists, and is not written over; choose another name, or delete it first")
    return UsageError(f"{path} cannot be written: {error.strerror}; choose another name")


def sentence(error: BaseException) -> str:
    """The error's message; for Typer's own, one that names the option as it is typed, and where to read on."""
    kind, param = type(error).__name__, getattr(error, "param", None)
    if kind == "BadOptionUsage":
        return f"{getattr(error, 'option_name', 'an option')} needs a value"
    if getattr(error, "ctx", None) is None:
        return str(error)
    if param is None:
        said = getattr(error, "format_message", error.__str__)()
    else:
        name = param.opts[0] if param.opts[0].startswith("-") else str(param.name).upper()
        said = f"{name} is missing" if kind == "MissingParameter" else _of_value(name, str(error))
    return f"{said.rstrip('.')}; see `{error.ctx.command_path} --help`"  # type: ignore[attr-defined]


def _of_value(name: str, said: str) -> str:
    """Pydantic's words as a sentence about the option."""
    said = said.removeprefix("Value error, ")
    return (
        f"{name} must {said.removeprefix('Input should ')}" if said.startswith("Input should ") else f"{name}: {said}"
    )


def exit_of(error: BaseException) -> int | None:
    """The exit code of a foreseen error, else None. A refusal of the flow carries its own end and code."""
    if isinstance(getattr(error, "end", None), str):  # a UnicodeDecodeError has one too, a number
        return exit_of_refusal(error)
    if type(error).__module__.startswith("playwright."):  # the browser could not even be opened
        return 1
    return next((EXIT_OF_ERROR[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in EXIT_OF_ERROR), None)


def exit_of_refusal(error: Any) -> int:
    """The exit code of an error with `end` and `code`, as of an outcome with them."""
    from flows.model import End
    from rpa.results import EXIT_OF_CODE, EXIT_OF_END

    end = End(error.end)
    return EXIT_OF_CODE.get(error.code, EXIT_OF_END[end]) if end is End.NEEDS_HUMAN else EXIT_OF_END[end]


def complain(error: BaseException, code: int) -> None:
    """The message on standard error, made harmless; with --json also as an object on standard output."""
    lines = [visible(line) for line in sentence(error).splitlines()] or [type(error).__name__]
    sys.stderr.write("".join(f"rpa: {line}\n" for line in lines))
    if JSON_WANTED.get():
        from rpa.results import json_line

        told = {"schema": "rpa.error.v1", "kind": type(error).__name__, "messages": lines, "exit_code": code}
        told |= {"end": str(getattr(error, "end", "") or ""), "code": str(getattr(error, "code", ""))}
        sys.stdout.write(json_line(told) + "\n")
