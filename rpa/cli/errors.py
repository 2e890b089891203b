"""What a command says when it cannot go on, and the exit code that goes with it."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import sys
from contextvars import ContextVar
from typing import Any

import typer
from typer.core import TyperGroup

from rpa.words_on_screen import visible

USAGE, APPROVAL, HUMAN = 2, 3, 4
EXIT_OF_ERROR = {
    "UsageError": USAGE,
    "SettingsError": USAGE,
    "ProfileError": USAGE,
    "RequestFileError": USAGE,
    "FieldFaults": USAGE,
    "NoSuchRequest": USAGE,
    "NotApproved": APPROVAL,
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

    def invoke(self, ctx: Any) -> Any:
        JSON_WANTED.set(False)
        try:
            return super().invoke(ctx)
        except Exception as error:
            code = exit_of(error)
            if code is None:
                raise
            complain(error, code)
            raise typer.Exit(code) from error


def exit_of(error: BaseException) -> int | None:
    """The exit code of a foreseen error, else None. A refusal of the flow carries its own end and code."""
    if getattr(error, "end", None):
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
    lines = [visible(line) for line in str(error).splitlines()] or [type(error).__name__]
    sys.stderr.write("".join(f"rpa: {line}\n" for line in lines))
    if JSON_WANTED.get():
        from rpa.results import json_line

        told = {"schema": "rpa.error.v1", "kind": type(error).__name__, "messages": lines, "exit_code": code}
        told |= {"end": str(getattr(error, "end", "") or ""), "code": str(getattr(error, "code", ""))}
        sys.stdout.write(json_line(told) + "\n")
