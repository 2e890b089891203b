"""The short form of `make chaos`, on both databases: every request ends once, no effect twice, none outside a plan."""

from pathlib import Path

import pytest

from tests.chaos import Plan, database, run


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_workers_are_killed_and_frozen_and_the_books_are_right(name: str, tmp_path: Path) -> None:
    with database(name) as (url, restart):
        plan = Plan(7, 6, database=url, restart_database=restart, blows=4, every=(3.0, 7.0), patience=300)
        book = run(plan, tmp_path)
    assert book.wrong == []
    assert sum(book.ends.values()) == 6
    assert sum(book.blows.values()) >= 3


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_queue_alone_loses_and_doubles_nothing(name: str, tmp_path: Path) -> None:
    with database(name) as (url, restart):
        plan = Plan(5, 150, 2, 4, url, restart, browser=False, blows=4, every=(0.5, 3.0), patience=300)
        book = run(plan, tmp_path)
    assert book.wrong == []
    assert book.ends == {"cancelled": 150}
