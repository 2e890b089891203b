"""What a message to people says: of one notice, or of many of one kind."""

import socket
from collections.abc import Sequence

from sqlalchemy import Row

from rpa.masking import harmless

WHOLE, LISTED = 3, 50
"""So many notices are told in full in one message, and so many by their titles."""
OF_MANY = {
    "needs_human": "{} requests need a person",
    "line_stopped": "The line was stopped {} times",
    "approval": "{} requests wait for an approval",
    "sentinel": "{} alarms about accounts that were cancelled",
    "reconciliation": "{} reconciliations have ended",
    "digest": "{} batches have ended",
}
LOOK = {
    "needs_human": "rpa list --end needs_human",
    "line_stopped": "rpa status",
    "reconciliation": "rpa reconcile",
    "digest": "rpa digest BATCH",
}
"""Where the rest is told."""
FOOTER = "Sent by the cancellation robot on {}. Names are left out on purpose: rpa show ID tells them."
Letter = tuple[str, str]
"""Title and body, plain text that no program takes for anything else."""


def letter(kind: str, rows: Sequence[Row[tuple[object, ...]]]) -> Letter:
    """One message for these notices (rows of `notices`, one or more of one kind), oldest first."""
    title = rows[0].title if len(rows) == 1 else OF_MANY.get(kind, f"{{}} notices: {kind}").format(len(rows))
    parts = [_in_full(row, headed=len(rows) > 1) for row in rows] if len(rows) <= WHOLE else [_titles(kind, rows)]
    parts.append(FOOTER.format(socket.gethostname()))
    return harmless(title), harmless("\n\n".join(parts))


def _in_full(row: Row[tuple[object, ...]], *, headed: bool) -> str:
    more = [f"More: rpa show {row.request_id}"] if row.request_id else []
    return "\n".join([*[str(row.title)] * headed, str(row.body), *more])


def _titles(kind: str, rows: Sequence[Row[tuple[object, ...]]]) -> str:
    lines = [f"- {row.at:%Y-%m-%d %H:%M} UTC  {row.title}" for row in rows[:LISTED]]
    if len(rows) > LISTED:
        lines.append(f"and {len(rows) - LISTED} more")
    return "\n".join([*lines, "", f"All of them: {LOOK.get(kind, 'rpa notices')}"])
