"""A baseline as TOML: a line for each fact, so that a reviewer reads its changes as `git diff` shows them."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from flows.baseline import Baseline, KnownPage, Part
from rpa.words_on_screen import HIDDEN

HEAD = """\
# The admin UI's pages as they were when a person last said that they are right.
# Written by `rpa learn` and `rpa profile accept`; keep it under version control beside the profile (docs/drift.md).
# An account's number and name are written {number} and {name}, other figures "#".
"""
PAGES = {
    "look_up": "The Organization look-up (clause 2)",
    "organization": "The Organization page: the account's record (clauses 2 to 4b, 10)",
    "start_page": "The Cancellation Start Page (clauses 4, 5, 7)",
    "cancel_page": "The page with the four links (clause 6)",
    "billing": "The billing page, AR (clauses 7 and 8)",
    "cancelled_tab": "The Cancelled tab of the billing page (clause 9)",
    "backend_look_up": "The look-up at the backend URL (clause 4c)",
}
FIELDS = {
    "things": "What the robot relies on, in the order in which it is read.",
    "links": "What else can be pressed, from top to bottom; on the page with the four links, these among it.",
    "labels": "Labels of fields that the robot does not rely on.",
    "columns": "Headings of the billings, from left to right.",
    "statuses": "Statuses of billings.",
    "modules": "What the App Module drop-down offers.",
    "messages": "Sentences on the page.",
    "seen_at": "Roles of the canary accounts by which the page was reached.",
}


def baseline_as_toml(baseline: Baseline) -> str:
    """The text of `baseline.toml`."""
    return HEAD + "\n" + "\n".join([*_head(baseline), *_pages(baseline)]) + "\n"


def _head(baseline: Baseline) -> Iterator[str]:
    for name in type(baseline).model_fields:
        value = getattr(baseline, name)
        if name != "pages":
            yield from _entry(name, value)


def _pages(baseline: Baseline) -> Iterator[str]:
    for name, page in baseline.pages.items():
        yield from ("", f"# --- {PAGES.get(name, name)} ---", f"[pages.{name}]")
        yield from _page(page)


def _page(page: KnownPage) -> Iterator[str]:
    for name in type(page).model_fields:
        value = getattr(page, name)
        if value:
            yield f"# {FIELDS[name]}" if name in FIELDS else "#"
            yield from _entry(name, value)


def _entry(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, tuple):
        yield f"{name} = {_toml(value)}"
        return
    yield f"{name} = ["
    yield from (f"  {_toml(one)}," for one in value)
    yield "]"


def _toml(value: Any) -> str:
    if isinstance(value, Part):
        told = {k: getattr(value, k) for k in type(value).model_fields if k in value.model_dump(exclude_defaults=True)}
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in told.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return toml_string(value)
    return value.isoformat() if hasattr(value, "isoformat") else json.dumps(value)


def toml_string(text: str) -> str:
    """A TOML string in which nothing is hidden from a reviewer: what does not show is written by its number."""
    return "".join(_shown(one) for one in json.dumps(text, ensure_ascii=False))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category not in HIDDEN:
        return character
    if category == "Cs":  # half a pair: no TOML text can hold it
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{ord(character):04X}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08X}"
