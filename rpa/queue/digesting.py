"""Which batches are over; each has its digest put into the outbox, once."""

import datetime as dt

from sqlalchemy import Connection, Engine, and_, case, or_, select, update

from rpa.database import writing
from rpa.database.queue_tables import batches, jobs
from rpa.queue.digest import digest_of
from rpa.queue.digest_words import in_words
from rpa.queue.jobs import SOON, State
from rpa.queue.outbox import notify

BROKEN_OFF = dt.timedelta(hours=1)
"""A batch that was not put in whole by then never will be: whoever did it died."""
BUSY, LATER, DONE = "busy", "later", "done"


class NoSuchBatch(Exception):
    """No batch, or more than one, goes by that id."""


def find_batch(engine: Engine, begins: str = "") -> str:
    """The id of the batch whose id begins so; the newest, if nothing is given. Raises NoSuchBatch, SQLAlchemyError."""
    query = select(batches.c.id).order_by(batches.c.at.desc()).limit(2 if begins else 1)
    with engine.connect() as connection:
        found = list(connection.execute(query.where(batches.c.id.startswith(begins, autoescape=True))).scalars())
    if len(found) == 1:
        return str(found[0])
    if not begins:
        raise NoSuchBatch("there is no batch yet: `rpa submit FILE` makes one")
    how_many = "more than one batch begins" if found else "no batch begins"
    raise NoSuchBatch(f'{how_many} with "{begins}"; without an id it is the newest')


def put_digests(engine: Engine) -> list[str]:
    """Put the digest of each batch that is over into the outbox; returns the batches' ids. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        over = [batch for batch in _open_batches(connection) if _is_over(connection, batch)]
    return [batch for batch in over if _put(engine, batch)]


def _open_batches(connection: Connection) -> list[str]:
    """Those that had no digest yet and were put in whole: until then `digest_at` is the moment they came."""
    broken_off = and_(batches.c.digest_at == batches.c.at, batches.c.at < _now() - BROKEN_OFF)
    query = select(batches.c.id).where(or_(batches.c.digest_at.is_(None), broken_off))
    return [str(one) for one in connection.execute(query).scalars()]


def _is_over(connection: Connection, batch: str) -> bool:
    """Whether workers have nothing left to do of it now: an approval, a person or a date is not theirs to wait for. Not
    while all of it waits for its date.
    """
    soon = jobs.c.not_before.is_(None) | (jobs.c.not_before <= _now() + SOON)
    ours = case((jobs.c.state == State.WORKING, BUSY), (jobs.c.state != State.WAITING, DONE), (soon, BUSY), else_=LATER)
    left = set(connection.execute(select(ours).where(jobs.c.batch == batch).distinct()).scalars())
    return BUSY not in left and left != {LATER}


def _put(engine: Engine, batch: str) -> bool:
    """Whether it was this process that told of it; a batch without a request (all were known) is nothing to tell of."""
    digest = digest_of(engine, batch)
    free = (batches.c.id == batch) & or_(batches.c.digest_at.is_(None), batches.c.digest_at == batches.c.at)
    with writing(engine) as connection:
        claimed = connection.execute(update(batches).where(free).values(digest_at=_now())).rowcount
        if not claimed or not digest.total:
            return False
        notify(connection, "digest", *in_words(digest))
    return True


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
