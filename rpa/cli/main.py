"""The program `rpa`."""

import sys
from typing import Any

import typer

from rpa.cli import (
    accept,
    account,
    approve,
    audit,
    changing,
    check,
    db,
    demo,
    digest,
    doctor,
    file,
    learn,
    line,
    notices,
    procedure,
    profile,
    purge,
    records,
    resolve,
    sentinel,
    site,
    status,
    submit,
    work,
)
from rpa.cli.errors import HUMAN, Guarded, exit_of

app = typer.Typer(
    cls=Guarded,
    help="Cancels accounts in PlanPlus Online's admin UI as Solution 801493 says, and proves each end.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print the values of variables, secrets among them
    add_completion=False,
    rich_markup_mode=None,
)
for group in (
    account,
    file,
    submit,
    work,
    status,
    approve,
    records,
    changing,
    resolve,
    sentinel,
    line,
    audit,
    notices,
    digest,
    purge,
    procedure,
    doctor,
    learn,
    check,
    site,
    demo,
):
    app.registered_commands += group.app.registered_commands
profile.app.registered_commands += accept.app.registered_commands
app.add_typer(profile.app, name="profile")
app.add_typer(db.app, name="db")


def main() -> None:
    """Run the command line; the exit codes are those of docs/cli.md."""
    for stream in (sys.stdout, sys.stderr):
        _never_fail(stream)
    try:
        app()
    except KeyboardInterrupt:
        sys.stderr.write("rpa: interrupted\n")
        sys.exit(130)
    except BrokenPipeError:  # `rpa list | head`
        sys.stdout = None
        sys.exit(0)
    except Exception as error:
        if exit_of(error) is not None:
            raise
        sys.stderr.write("rpa: this was not foreseen. If a cancellation was under way, run it again: it goes on.\n")
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(HUMAN)


def _never_fail(stream: Any) -> None:
    """A terminal that lacks a character shows its number instead of ending the program."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
