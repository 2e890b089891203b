"""The comparison that the gate waits for: made at a desk, judged, noted, told.

It reads only. What it finds stops the line for all workers if it matters to an effect. That it could not be made is
neither drift nor none: the gate stays shut until it was.
"""

import datetime as dt
import threading
from collections.abc import Callable
from typing import NamedTuple

from loguru import logger
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from flows.errors import CancellationError, Interrupted, LeaseLost
from flows.watching import in_short
from rpa.line import drifted
from rpa.queue.attempt import FAULTS, persistently, stop_line
from rpa.queue.checks import CheckSeen, last_check, note, unchecked
from rpa.queue.desks import Desk, Desks
from rpa.queue.drift_gate import TRIES, Checked, Gate
from rpa.queue.outbox import line_stopped, notify
from rpa.queue.shop import Shop

LOOK_SECONDS = 0.25
DOING = "check"
"""What a desk does that compares."""
NOTICE = "drift"
"""The kind of its notices."""


class Comparison(NamedTuple):
    """One that is under way: for whom, why."""

    gate: Gate
    shop: Shop
    why: str
    asked: int


def attend(gate: Gate, shop: Shop, desks: Desks, over: threading.Event) -> None:
    """Compare whenever it is due and the line is open, until `over` is set or the lease is lost. On a thread of its own."""
    begun = gate.policy.at_start or not gate.policy.after_unknown_page
    while not (over.wait(LOOK_SECONDS) or shop.lease.lost):
        try:
            begun = begun or _made_sure(gate, shop)
            if not _now(gate, shop):
                continue
            with desks.one(DOING) as desk:
                if _now(gate, shop):  # a desk may have been waited for
                    compare_now(gate, shop, desk)
        except LeaseLost:
            return
        except SQLAlchemyError as error:  # the lease tells how long that may last
            logger.warning("the database failed: {}", str(error).splitlines()[0])
        except Exception:  # noqa: BLE001 (the gate stays shut, and whoever opens it must not die)
            logger.exception("the admin UI could not be compared")
            gate.failed("a mistake of the robot's; see rpa.log")


def _made_sure(gate: Gate, shop: Shop) -> bool:
    """A worker may have died between an unknown page and the check that was to follow it."""
    with shop.jobs.engine.connect() as connection:
        if unchecked(connection):
            gate.ask("after an unknown page, when the worker began")
    return True


def _now(gate: Gate, shop: Shop) -> bool:
    return gate.ready() and not shop.stop.is_set() and not shop.exhausted and shop.line.closed is None


def compare_now(gate: Gate, shop: Shop, desk: Desk) -> None:
    """One comparison. Raises LeaseLost."""
    this = Comparison(gate, shop, *gate.begin())
    logger.info("the admin UI is compared with its baseline ({})", this.why)
    try:
        found = desk.run(lambda robot: gate.check(robot, shop.stop))
    except LeaseLost:
        raise
    except Interrupted:  # the line was closed, or the worker is to stop: it is made once that is over
        return
    except CancellationError as error:
        _could_not(this, error.code, error.message)
    except OSError as error:
        _could_not(this, "records", f"its report can't be written: {error}; make room, or mend the folder")
    except Exception as error:  # noqa: BLE001 (whatever a browser raises)
        if shop.stop.is_set():
            return
        logger.opt(exception=error).warning("the admin UI could not be compared")
        why = f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else 'no message'}"
        _could_not(this, "browser_failed", why)
    else:
        _judge(this, found)


# --- what follows ---


def _judge(this: Comparison, found: Checked) -> None:
    """Note it, and stop the line if what has changed matters; in one transaction."""
    gate, shop = this.gate, this.shop
    folder, serious = str(found.folder or ""), [change.sentence for change in found.matters]
    where = f"compared {this.why}" + (f"; report in {folder}" if folder else "")
    why = drifted(where, in_short(serious)) if serious else ""
    seen = CheckSeen(_now_utc(), shop.lease.id, this.why, len(found.changes), len(serious), found.summary, folder)

    def put_down(connection: Connection) -> None:
        before = last_check(connection, done=True)
        note(connection, seen)
        if why and shop.line.stop_in(connection, why):
            line_stopped(connection, why)
        elif found.changes and not why and (before is None or before.summary != seen.summary):
            notify(connection, NOTICE, "The admin UI has changed, harmlessly", _harmless(len(found.changes), folder))

    _in_one(shop, put_down)
    gate.over(this.asked, as_learned=not serious)
    _tell(gate, found, why, folder)


def _tell(gate: Gate, found: Checked, why: str, folder: str) -> None:
    if why:  # the worker says by itself that the line is closed
        logger.error(why)
    elif found.changes:
        logger.warning("{}; report in {}", found.summary, folder)
        gate.say(f"The admin UI: {found.summary.rstrip('.')}. The work goes on. Report in {folder}")
    else:
        logger.info(found.summary)
        gate.say("The admin UI is as it was learned.")


def _harmless(changes: int, folder: str) -> str:
    what = "1 thing has" if changes == 1 else f"{changes} things have"
    where = f" Report: {folder}" if folder else ""
    return f"{what} changed that no effect relies on; the work goes on. Accept with rpa profile accept.{where}"


def _could_not(this: Comparison, code: str, why: str) -> None:
    """As a request would be treated: parked, stopped, tried again later."""
    shop = this.shop
    logger.warning("the admin UI could not be compared ({}): {}", code, why)
    seen = CheckSeen(_now_utc(), shop.lease.id, this.why, None, None, f"{code}: {why}", "")
    _in_one(shop, lambda connection: note(connection, seen))
    if code == "maintenance":
        persistently(shop, lambda: shop.line.park(why))
    elif code == "sign_in":
        persistently(shop, lambda: stop_line(shop, f"the sign-in failed when the admin UI was compared: {why}"))
    elif code in FAULTS:
        _try_later(this, code, why)
    else:
        persistently(shop, lambda: stop_line(shop, f"the admin UI could not be compared ({code}): {why}"))


def _try_later(this: Comparison, code: str, why: str) -> None:
    """The site does not answer, or no browser works: nothing is begun meanwhile, and people are told once."""
    gate, shop = this.gate, this.shop
    tries = gate.failed(why)
    gate.say(f"The admin UI could not be compared ({code}); it is tried again, and nothing is begun before.")
    if code == "browser_failed" and tries >= TRIES:  # as of requests that can't be begun: this process is of no use
        shop.exhausted = gate.stuck
    elif tries == TRIES:
        body = f"Nothing is begun before it was; it is tried again by itself. The last time: {why}"
        title = f"The admin UI could not be compared {tries} times in a row"
        _in_one(shop, lambda connection: notify(connection, NOTICE, title, body))


def _in_one(shop: Shop, act: Callable[[Connection], None]) -> None:
    """One transaction, if the lease is still good. Raises LeaseLost."""

    def settle() -> None:
        with shop.jobs.transaction() as connection:
            shop.lease.check(connection)
            act(connection)

    persistently(shop, settle)


def _now_utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
