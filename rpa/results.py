"""Results for programs: JSON Lines, CSV, JUnit XML, and exit codes. docs/cli.md has the schemas."""

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from flows.model import CancellationRequest, End, Outcome

SCHEMA = "rpa.result.v1"
NOT_STARTED = "not_started"
"""The `code` of a row that was not run; its `end` is null. Of one that was broken off it is one of
`flows.errors.NO_END`."""
CSV_COLUMNS = (
    "id",
    "account_name",
    "account_number",
    "end",
    "code",
    "message",
    "recoveries",
    "case_dir",
    "seconds",
    "drift",
)

EXIT_OF_END = {
    End.CANCELLED: 0,
    End.ALREADY_CANCELLED: 0,
    End.REFUSED: 1,
    End.REFERRED: 1,  # nothing was done, and the account is not cancelled
    End.WITHDRAWN: 1,
    End.NEEDS_HUMAN: 4,
}
EXIT_OF_CODE = {"drift": 5, "sign_in": 6, "role_denied": 6}
"""Of a `needs_human` end, whose other codes are 4."""
WAITS, LINE_STOPPED, INTERRUPTED = 3, 7, 130
"""3: for a person's approval, or for its date."""
WORST_LAST = (0, 1, 3, 6, 5, 4, LINE_STOPPED, INTERRUPTED)
"""4 may have left something half done, 6 and 5 seldom; after 7 and 130 some requests were not tried."""


@dataclass(frozen=True)
class Result:
    """What became of one request in one run of the command."""

    request: CancellationRequest
    outcome: Outcome | None
    """None: it was not started, or broken off so that the next run goes on with it."""
    why: str = ""
    """Why there is no outcome: a sentence, and its code."""
    code: str = NOT_STARTED
    earlier: bool = False
    """Its end was recorded by an earlier run."""
    case_dir: str = ""
    """The case folder of a request that was begun and has no end yet."""


def exit_code(outcome: Outcome) -> int:
    """The exit code of one end (issue 2, section 7)."""
    if outcome.end is End.NEEDS_HUMAN:
        return EXIT_OF_CODE.get(outcome.code, EXIT_OF_END[outcome.end])
    return EXIT_OF_END[outcome.end]


def exit_code_of_one(result: Result, *, closed: bool = False, interrupted: bool = False) -> int:
    """Of a request by itself: its own end says more than that it closed the line."""
    if result.outcome:
        return exit_code(result.outcome)
    if result.code == "waiting_approval":
        return WAITS
    return worst([1, *[LINE_STOPPED] * closed, *[INTERRUPTED] * interrupted])


def worst(codes: Iterable[int]) -> int:
    """The exit code of a batch."""
    return max(codes, key=WORST_LAST.index, default=0)


def as_json(result: Result) -> dict[str, Any]:
    """One object a request; a result that was recorded earlier reads the same."""
    request = result.request
    if result.outcome is not None:
        told = result.outcome.model_dump(mode="json")
        return {"schema": SCHEMA, **told, "drift": result.outcome.drift}
    names = {"id": request.id, "account_name": request.account_name, "account_number": request.account_number}
    empty: dict[str, Any] = {"recoveries": [], "proof": [], "case_dir": result.case_dir, "seconds": 0.0, "drift": ""}
    return {"schema": SCHEMA, **names, "end": None, "code": result.code, "message": result.why, **empty}


def json_line(value: Any) -> str:
    """One line of JSON, whatever characters a name has: those beyond ASCII are written as \\u escapes."""
    return json.dumps(value)


def write_results(folder: Path, results: Sequence[Result], title: str) -> list[Path]:
    """Write results.jsonl, results.csv and junit.xml into `folder`, whole or not at all. Raises OSError."""
    contents = {
        "results.jsonl": "".join(json_line(as_json(result)) + "\n" for result in results).encode(),
        "results.csv": as_csv(results),
        "junit.xml": as_junit(results, title),
    }
    for name, content in contents.items():
        replace_file(folder / name, content)
    return [folder / name for name in contents]


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place at once: a reader sees the old one or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def as_csv(results: Sequence[Result]) -> bytes:
    """A table for Excel: UTF-8 with a mark, and no cell that Excel would run (promise 16)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for result in results:
        row = as_json(result)
        row["recoveries"] = "; ".join(row["recoveries"])
        writer.writerow({column: harmless(row[column]) for column in CSV_COLUMNS})
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")


def harmless(value: object) -> str:
    """A cell's text; one that a spreadsheet might take for a formula gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) else text


def as_junit(results: Sequence[Result], title: str) -> bytes:
    """JUnit XML: refused, referred, withdrawn are failures, needs_human is an error, the rest skipped."""
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name=xml_text(title), tests=str(len(results)))
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for result in results:
        seconds = f"{result.outcome.seconds if result.outcome else 0.0:.3f}"
        names = {"classname": "cancellations", "name": result.request.id, "time": seconds}
        case = ET.SubElement(suite, "testcase", names)
        if kind := _junit_kind(result):
            counts[kind] += 1
            told = as_json(result)
            words = {"type": f"{told['end'] or ''} {told['code']}".strip(), "message": xml_text(told["message"])}
            ET.SubElement(case, kind, words)
    names = {"failure": "failures", "error": "errors", "skipped": "skipped"}
    suite.attrib |= {names[kind]: str(count) for kind, count in counts.items()}
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _junit_kind(result: Result) -> str:
    if result.outcome is None:
        return "skipped"
    return {0: "", 1: "failure"}.get(exit_code(result.outcome), "error")


def xml_text(text: str) -> str:
    """`text` without the characters that XML cannot hold at all."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
