"""Rooms and doors: rpa -> flows -> page_objects -> playwright. Read from the source, not by importing it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("rpa", "flows", "page_objects", "fixtures", "tests")
MAY_IMPORT = {
    "page_objects": {"page_objects"},
    "flows": {"flows", "page_objects"},
    "rpa": {"rpa", "flows", "page_objects"},
    "fixtures": {"fixtures", "rpa", "flows", "page_objects"},
}
LAZY = {("rpa", "fixtures")}
"""Doors that open only within a function: `rpa site` and `rpa demo` start the bundled stand-in."""
OUTSIDERS = {
    "page_objects": {"sqlalchemy", "loguru", "logging", "typer", "rich", "pytest"},
    "flows": {"playwright", "sqlalchemy", "loguru", "logging", "typer", "rich", "pytest"},
    "rpa": {"pytest"},  # but for its plugin
    "fixtures/standin": {"playwright", "page_objects", "flows", "rpa"},
}
PLUGIN = "rpa/testing/"
"""The pytest plugin. It is installed beside unrelated tests, whose own `fixtures` a package of that name would hide."""
LOCATORS = {
    "locator", "get_by_role", "get_by_text", "get_by_label", "get_by_placeholder", "get_by_title",
    "get_by_alt_text", "get_by_test_id", "frame_locator", "query_selector", "query_selector_all",
    "wait_for_selector", "evaluate", "evaluate_handle", "dispatch_event", "inner_text", "content",
}  # fmt: skip
SLEEPS = {"wait_for_timeout", "sleep"}
LAUNCHES = {"launch", "launch_persistent_context", "connect_over_cdp", "launch_server", "sync_playwright"}


@cache
def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@cache
def parsed(room: str) -> list[tuple[str, ast.Module]]:
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))) for path in sources(room)]


def imported(tree: ast.AST) -> set[str]:
    """The first word of everything imported anywhere below `tree`, dynamic imports included."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"}:
            names |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return {name.split(".")[0] for name in names}


def lazily_imported(tree: ast.Module) -> set[str]:
    """By a function, or for the types alone."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for node in ast.walk(tree) if isinstance(node, kinds) or _for_types(node))
    return {name for node in nodes for name in imported(node)}


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def calls(room: str) -> Iterator[tuple[str, ast.Call, str]]:
    for name, tree in parsed(room):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{name}:{node.lineno}", node, called(node)


def test_there_is_something_to_look_at() -> None:
    assert all(len(sources(room)) > 5 for room in ROOMS)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_opens_only_the_doors_before_it(room: str) -> None:
    wrong = []
    for name, tree in parsed(room):
        others = imported(tree) & set(ROOMS) - MAY_IMPORT[room]
        lazy = {other for other in others if (room, other) in LAZY and other in lazily_imported(tree)}
        at_the_top = {other for node in tree.body for other in imported(node) if not _waits(node)}
        wrong += [f"{name} imports {other}" for other in others if other not in lazy or other in at_the_top]
    assert wrong == []


def _waits(node: ast.stmt) -> bool:
    """Whether its imports are not carried out when the module is imported."""
    return _for_types(node) or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


@pytest.mark.parametrize("place", OUTSIDERS)
def test_a_room_does_not_know_what_is_not_its_business(place: str) -> None:
    known = [(name, tree) for name, tree in parsed(place) if not name.startswith(PLUGIN)]
    assert [f"{name} imports {one}" for name, tree in known for one in imported(tree) & OUTSIDERS[place]] == []


def test_nobody_imports_the_tests() -> None:
    rooms = [room for room in ROOMS if room != "tests"]
    assert [name for room in rooms for name, tree in parsed(room) if "tests" in imported(tree)] == []


def test_the_flow_never_builds_a_locator() -> None:
    assert [place for place, _, name in calls("flows") if name in LOCATORS] == []


def test_only_rpa_launches_browsers() -> None:
    rooms = ("page_objects", "flows", "fixtures")
    assert [place for room in rooms for place, _, name in calls(room) if name in LAUNCHES] == []
    launching = {place.split(":")[0] for place, _, name in calls("rpa") if name in LAUNCHES - {"sync_playwright"}}
    engine = {"rpa/queue/engine.py"}  # what it launches is no browser
    assert launching - engine <= {"rpa/running_browser.py", "rpa/browser_setup.py"}


@pytest.mark.parametrize("room", ["page_objects", "flows", "rpa"])
def test_nothing_sleeps_forces_a_click_or_waits_for_a_quiet_network(room: str) -> None:
    wrong = [place for place, _, name in calls(room) if name in SLEEPS]
    wrong += [place for place, node, _ in calls(room) for word in node.keywords if is_true(word, "force")]
    for name, tree in parsed(room):
        constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        wrong += [f"{name}:{node.lineno}" for node in constants if node.value == "networkidle"]
    assert wrong == []


def is_true(word: ast.keyword, name: str) -> bool:
    return word.arg == name and not (isinstance(word.value, ast.Constant) and word.value.value is False)


def test_page_objects_neither_judge_nor_log_nor_print() -> None:
    wrong = [place for place, _, name in calls("page_objects") if name in {"expect", "print", "getLogger"}]
    for name, tree in parsed("page_objects"):
        wrong += [f"{name}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert wrong == []


def test_playwrights_page_is_wrapped_never_subclassed() -> None:
    names = {"Page", "Locator", "Frame", "BrowserContext"}
    for room in ("page_objects", "rpa"):
        for name, tree in parsed(room):
            kinds = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
            bases = {getattr(base, "id", getattr(base, "attr", "")) for kind in kinds for base in kind.bases}
            assert not bases & names, name


def test_only_the_runner_catches_obstacles_in_bulk_and_nothing_is_swallowed_silently() -> None:
    """A bare `except: pass` would hide what a page showed."""
    wrong = []
    for room in ("flows", "page_objects"):
        for name, tree in parsed(room):
            handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
            bare = [node for node in handlers if node.type is None or only_passes(node)]
            wrong += [f"{name}:{node.lineno}" for node in bare]
    assert wrong == []


def only_passes(handler: ast.ExceptHandler) -> bool:
    return len(handler.body) == 1 and isinstance(handler.body[0], ast.Pass)
