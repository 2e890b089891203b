"""The end of a batch: told once, when nothing is left that a worker could do, and what it says."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from rpa.database.queue_tables import batches, notices
from rpa.queue.digest import digest_of
from rpa.queue.digest_words import in_words
from rpa.queue.digesting import NoSuchBatch, find_batch, put_digests
from rpa.queue.jobs import Jobs, State
from rpa.queue.submitting import submit
from tests.case_samples import records_in
from tests.queue_rows import a_database, a_request, now, put_batch, put_end, put_job

NEXT_YEAR = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


class NoEngine:
    """Stands in for `rpa.queue.engine.Waiting`, whose tables take seconds to be made."""

    def __init__(self, _: Engine) -> None: ...

    def put(self, *_: object, **__: object) -> None: ...

    def put_all(self, *_: object) -> None: ...


def titles(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(notices.c.title).where(notices.c.kind == "digest")).scalars())


def digest_at(engine: Engine) -> dt.datetime | None:
    with engine.connect() as connection:
        return connection.execute(select(batches.c.digest_at)).scalar_one()


@pytest.mark.parametrize("state", [State.WAITING, State.WORKING])
def test_none_while_a_worker_has_something_to_do_and_one_when_it_is_over(engine: Engine, state: State) -> None:
    put_batch(engine)
    put_end(engine, 1, "cancelled")
    put_job(engine, 2, state)
    assert put_digests(engine) == []
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'held'")
    assert put_digests(engine) == ["b1"]
    assert put_digests(engine) == []
    assert titles(engine) == ["Batch b1: 0 of 2 cancelled"]


def test_two_workers_that_see_it_at_once_tell_it_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    put_batch(engine)
    put_end(engine, 1, "cancelled")
    told = []

    def meanwhile(engine: Engine, batch: str) -> object:
        digest = digest_of(engine, batch)
        if not told:
            told.append(batch)
            assert put_digests(engine) == ["b1"]
        return digest

    monkeypatch.setattr("rpa.queue.digesting.digest_of", meanwhile)
    assert put_digests(engine) == []
    assert titles(engine) == ["Batch b1: 1 of 1 cancelled"]


def test_what_is_still_being_put_in_is_not_over_unless_whoever_did_it_died(engine: Engine) -> None:
    at = now()
    put_batch(engine, at=at, digest_at=at)
    put_end(engine, 1, "cancelled")
    assert put_digests(engine) == []
    long_ago = at - dt.timedelta(hours=2)
    with engine.begin() as connection:
        connection.execute(update(batches).values(at=long_ago, digest_at=long_ago))
    assert put_digests(engine) == ["b1"]


def test_a_batch_is_whole_only_when_all_of_it_was_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.queue.submitting.AT_ONCE", 1)
    monkeypatch.setattr("rpa.queue.jobs.Waiting", NoEngine)
    with records_in(tmp_path) as records:
        seen = []
        submit(
            records, Jobs(records.engine), [a_request(1, "A"), a_request(2, "B")], source="s", by="ops", time_zone="UTC",
            told=lambda _: seen.append(digest_at(records.engine) is None),
        )  # fmt: skip
        assert (seen, digest_at(records.engine)) == ([False, False], None)


def test_while_all_of_it_waits_for_its_date_there_is_nothing_to_tell(engine: Engine) -> None:
    put_batch(engine)
    put_job(engine, 1, not_before=NEXT_YEAR)
    assert put_digests(engine) == []
    put_end(engine, 2, "cancelled")
    assert put_digests(engine) == ["b1"]
    digest = digest_of(engine, "b1")
    assert (digest.unended, digest.next_date) == ({"waiting_for_date": 1}, NEXT_YEAR)
    assert "     1  waits for its date, the next on 2027-03-01" in in_words(digest)[1]


def test_a_batch_that_brought_nothing_new_is_closed_without_a_word(engine: Engine) -> None:
    put_batch(engine)
    assert put_digests(engine) == []
    assert (titles(engine), digest_at(engine) is None) == ([], False)


def test_it_says_how_many_and_which_and_how_much(engine: Engine) -> None:
    at = now()
    put_batch(engine, at=at - dt.timedelta(hours=2, minutes=5), source="rpa submit a\nb.csv")
    put_end(engine, 1, "cancelled", plans=("49.95", "0"))  # the second after a restart: stopped already
    put_end(engine, 2, "cancelled", plans=("1200.00",))
    put_end(engine, 3, "already_cancelled", plans=("7.00",))
    put_end(engine, 4, "needs_human", "unknown_effect", plans=("8.00",))
    put_end(engine, 5, "refused", "not_found")
    put_job(engine, 6, State.WAITING_APPROVAL)
    put_end(engine, 7, "cancelled", batch=None)
    digest = digest_of(engine, "b1")
    assert (digest.total, digest.money) == (6, Decimal("1249.95"))
    title, body = in_words(digest)
    assert title == "Batch b1: 3 of 6 cancelled, 1 needs a person"
    lines = body.split("\n")
    assert lines[0] == "6 requests, rpa submit a<U+000A>b.csv"
    assert lines[2].endswith(" UTC, 2 h 5 min later")
    assert lines[4:] == [
        "     2  cancelled",
        "     1  already cancelled",
        "     1  refused",
        "     1  needs a person",
        "     1  waits for an approval",
        "Billing that stops, by the plans: 1,249.95",
        "",
        "Need a person:",
        "  R-0004  account 611004  unknown_effect",
        "",
        "Refused:",
        "  R-0005  account 611005  not_found",
    ]


def test_a_long_list_is_cut(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.queue.digest_words.LISTED", 2)
    put_batch(engine)
    for number in range(5):
        put_end(engine, number, "needs_human", "drift")
    lines = in_words(digest_of(engine, "b1"))[1].split("\n")
    assert (lines[-1], sum("account" in line for line in lines)) == ("  and 3 more", 2)


def test_a_request_that_is_worked_on_once_more_has_no_end_yet(engine: Engine) -> None:
    put_batch(engine)
    put_end(engine, 1, "needs_human", "drift")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'waiting'")
    digest = digest_of(engine, "b1")
    assert (digest.ends, digest.unended, digest.needs_human) == ({}, {"waiting": 1}, [])


def test_a_batch_is_found_by_how_its_id_begins(engine: Engine) -> None:
    for number, batch in enumerate(("abc1", "abd2")):
        put_batch(engine, batch, at=now() + dt.timedelta(seconds=number))
    assert (find_batch(engine), find_batch(engine, "abc")) == ("abd2", "abc1")
    for begins, why in (("ab", "more than one batch begins"), ("x", "no batch begins"), ("%", "no batch begins")):
        with pytest.raises(NoSuchBatch, match=why):
            find_batch(engine, begins)
