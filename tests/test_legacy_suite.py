"""The regression suite of the admin UI (tests/legacy) leaves nothing of the article out, and speaks in sentences."""

import ast
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.effects import WHERE_TO_LOOK
from flows.model import CLAUSE_OF_EFFECT
from flows.procedure import RECOVERIES, STEPS
from rpa.cases.article import clauses_of
from rpa.testing.checks import CLAUSES
from tests.test_procedure import rows

FOLDER = Path(__file__).with_name("legacy")
FILES = sorted(FOLDER.glob("*.py"))


def suite() -> Iterator[tuple[str, list[Any]]]:
    """Each test of the suite, with its marks."""
    for path in (one for one in FILES if one.name.startswith("test_")):
        module = importlib.import_module(f"tests.legacy.{path.stem}")
        common = getattr(module, "pytestmark", [])
        for name, function in vars(module).items():
            if name.startswith("test_"):
                yield name, [*getattr(function, "pytestmark", []), *(common if isinstance(common, list) else [common])]


def covered(*, effects: bool) -> set[str]:
    """The clauses of the tests that change accounts, or of those that only read."""
    chosen = [marks for _, marks in suite() if effects is any(mark.name == "admin_effects" for mark in marks)]
    return {clause for marks in chosen for mark in marks if mark.name == "clause" for clause in mark.args}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_clause_has_a_test_that_only_reads(clause: str) -> None:
    assert clause in covered(effects=False)


def test_the_clauses_are_those_of_the_procedure_and_of_the_page_beside_it() -> None:
    assert list(CLAUSES) == list(rows())
    of_steps = {one for step in STEPS for one in clauses_of(step.clause)}
    of_recoveries = {recovery.clause for recovery in RECOVERIES} - {"session", "site", "page"}
    assert of_steps | of_recoveries <= set(CLAUSES)


def test_every_effect_and_every_recovery_is_gone_through_with() -> None:
    recoveries = {recovery.clause for recovery in RECOVERIES} - {"session", "site", "page"}
    effects = {CLAUSE_OF_EFFECT[effect] for effect in WHERE_TO_LOOK}
    assert (recoveries | effects) - covered(effects=True) == set()


def test_every_test_says_of_which_clause_it_is() -> None:
    marked = {name: [one for mark in marks if mark.name == "clause" for one in mark.args] for name, marks in suite()}
    assert len(marked) > 30
    assert [name for name, clauses in marked.items() if not clauses or set(clauses) - set(CLAUSES)] == []


OPENERS = {"open_start_page", "open_cancel_page", "open_billing"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_the_profile_calls_unsafe_to_read_is_not_opened_past_it(path: Path) -> None:
    """On a real site the suite only reads: a page's own verb knows nothing of `reading.unsafe_pages`, the walk does."""
    tree = ast.parse(path.read_text("utf-8"))
    asked = [node for node in ast.walk(tree) if isinstance(node, ast.With) and _calls(node.items, {"opening"})]
    within = {call for node in asked for call in _calls(node.body, OPENERS)}
    assert [f"{path.name}:{call.lineno}" for call in _calls([tree], OPENERS) if call not in within] == []


def _calls(nodes: Sequence[ast.AST], names: set[str]) -> list[ast.Call]:
    """The calls of methods of these names."""
    calls = [one for node in nodes for one in ast.walk(node) if isinstance(one, ast.Call)]
    return [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr in names]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whatever_it_asserts_it_says_in_a_sentence(path: Path) -> None:
    """A support manager reads it: an assertion without one would show code instead."""
    asserts = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Assert)]
    assert [f"{path.name}:{node.lineno}" for node in asserts if node.msg is None] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_stands_by_itself_when_it_is_installed(path: Path) -> None:
    """There it is called planplus_legacy, and there is no `tests`."""
    imported = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    rooms = {(node.module or "").split(".")[0] for node in imported}
    assert not rooms & {"tests", "planplus_legacy"}
    assert not any(node.level for node in imported)
