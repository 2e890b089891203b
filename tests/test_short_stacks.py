"""Playwright looks no further than to who has called it."""

import importlib.util
from typing import Any

import pytest
from playwright._impl import client_stack_trace
from playwright.sync_api import Error, Page

from rpa.short_stacks import shorten

NAME = "capture_raw_stack"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever robot was opened in this process earlier."""
    monkeypatch.setattr(client_stack_trace, NAME, getattr(_fresh(), NAME))


def _fresh() -> Any:
    spec = importlib.util.find_spec(client_stack_trace.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Calls:
    """What Playwright has found out about each of its calls."""

    def __init__(self, page: Any) -> None:
        self.seen: list[Any] = []
        page._impl_obj._instrumentation.add_listener(self)

    def on_api_call_begin(self, call: Any, _channel: Any) -> None:
        self.seen.append(call)


def deeper(page: Page, depth: int) -> None:
    if depth:
        deeper(page, depth - 1)
    else:
        page.evaluate("() => { throw new Error('told'); }")


def test_a_call_still_has_its_name_and_the_line_it_was_made_in(page: Page) -> None:
    shorten()
    calls = Calls(page)
    with pytest.raises(Error, match=r"^Page\.evaluate: Error: told"):
        deeper(page, 20)
    assert [one.api_name for one in calls.seen] == ["Page.evaluate"]
    assert [frame["function"] for frame in calls.seen[0].frames] == ["deeper"]


def test_without_it_the_whole_stack_is_read(page: Page) -> None:
    calls = Calls(page)
    with pytest.raises(Error, match="told"):
        deeper(page, 20)
    assert len(calls.seen[0].frames) > 20


def test_a_playwright_that_looks_otherwise_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(client_stack_trace, NAME)
    shorten()
    assert not hasattr(client_stack_trace, NAME)
