"""Spares Playwright the reading of the whole stack at each of its calls."""

import asyncio
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import playwright

try:  # private: another version may have moved them
    from playwright._impl import client_stack_trace
    from playwright._impl.utils import stack_trace
except ImportError:
    client_stack_trace = stack_trace = None  # type: ignore[assignment]

PLAYWRIGHT = str(Path(playwright.__file__).parent) + os.sep
LOOP = asyncio.events.Handle._run.__code__  # noqa: SLF001 (below it is the event loop, not who has called)
MOST = 50


def shorten() -> None:
    """From now on Playwright looks no further than to who has called it, in this process; a trace names only that line.

    It reads up to 50 frames at each call, and names them, for its traces: 6 % of Python's time in a run. What is replaced
    is private: where another version has it no more (constraints.txt holds this one), nothing changes.
    """
    patched: Any = client_stack_trace
    if hasattr(patched, "capture_raw_stack") and hasattr(stack_trace, "_sync_caller_frame"):
        patched.capture_raw_stack = _to_the_caller


def _to_the_caller() -> list[FrameType]:
    """Playwright's own frames, innermost first, and the first one that is not."""
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None and len(frames) < MOST:
        if frame.f_code is LOOP:
            frame = stack_trace._sync_caller_frame()  # noqa: SLF001
            continue
        frames.append(frame)
        if not frame.f_code.co_filename.startswith(PLAYWRIGHT):
            break
        frame = frame.f_back
    return frames
