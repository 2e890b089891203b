"""The short form of `make chaos`: every request ends once, no effect twice, none outside a plan.

`make test` takes the browsers to SQLite only, `pytest -m long` to PostgreSQL as well.
"""

from pathlib import Path

import pytest

from tests.chaos import Plan, database, run


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def test_workers_are_killed_and_frozen_and_the_books_are_right(name: str, tmp_path: Path) -> None:
    with database(name) as (url, restart):
        plan = Plan(7, 5, database=url, restart_database=restart, blows=3, after=(3.0, 7.0), patience=300)
        book = run(plan, tmp_path)
    assert book.wrong == []
    assert sum(book.ends.values()) == 5
    assert sum(book.blows.values()) >= 2


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_queue_alone_loses_and_doubles_nothing(name: str, tmp_path: Path) -> None:
    with database(name) as (url, restart):
        plan = Plan(5, 120, 2, 4, url, restart, browser=False, blows=4, after=(0.5, 3.0), patience=300)
        book = run(plan, tmp_path)
    assert book.wrong == []
    assert book.ends == {"cancelled": 120}
