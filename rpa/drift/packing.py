"""A document's reading as text again: what `Document.parse` reads, for recordings."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from page_objects.document import Control, Document, Run

AT_REST = 60_000
"""Milliseconds: a recorded document has not changed for long and never will."""
_PLAIN = ("token", "url", "title", "status", "hidden", "height", "scripted")


def packed(document: Document) -> dict[str, Any]:
    """As `eye.js` told it, but at rest: complete, and no longer changing."""
    told = {name: getattr(document, name) for name in _PLAIN}
    still = {"mutations": 0, "quiet": AT_REST, "ready": "complete", "held": None, "leaving": False}
    return {
        **told,
        **still,
        "counts": [list(pair) for pair in document.counts.items()],
        "cells": [_listed(cell) for cell in document.cells],
        "runs": [_listed(run) for run in document.runs],
        "controls": [
            _listed(control)[1:-1] for control in document.controls
        ],  # its number and text follow from the rest
    }


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, tuple | list) else value


def with_texts(document: Document, runs: Mapping[int, str], controls: Mapping[int, Control], **other: Any) -> Document:
    """The same document with other texts: runs and controls by their places."""
    told = tuple(_with(run, runs[place]) for place, run in enumerate(document.runs))
    return dataclasses.replace(
        document, runs=told, controls=tuple(controls[one.index] for one in document.controls), **other
    )


def _with(run: Run, text: str) -> Run:
    return run._replace(text=text)
