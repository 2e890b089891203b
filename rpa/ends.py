"""What is told of an attempt that came to no proof: its end, a code and a sentence."""

from loguru import logger

from flows.errors import CancellationError, Fault, Interrupted, LeaseLost, NotYetApproved, code_of
from flows.journal import Journal
from flows.model import ON_THE_WAY, End

STOPPED = "stopped before its end; it goes on from what the account shows, with the next worker or when it is run again"


def told(error: Exception, journal: Journal, account_number: str) -> tuple[End, str, str]:
    """Raises OSError or a database error if the journal can't be read."""
    if isinstance(error, CancellationError):
        return error.end, error.code, error.message
    if isinstance(error, Interrupted):
        return _broken_off(error, journal)
    if isinstance(error, Fault):
        said = f"{error}; run it again, it goes on from what the account shows"
        return End.NEEDS_HUMAN, _code_of_fault(journal), said
    logger.opt(exception=error).error("the robot itself failed")
    why = f"the robot itself failed ({type(error).__name__}); see rpa.log"
    return End.NEEDS_HUMAN, _code_of_fault(journal), f"{why}. Look at account {account_number} by hand"


def _broken_off(why: Interrupted, journal: Journal) -> tuple[End, str, str]:
    """The attempt is over, the request is not: with such a code the outcome is no end (`flows.errors.NO_END`)."""
    if isinstance(why, NotYetApproved):
        return End.NEEDS_HUMAN, code_of(why), str(why) or "the plan waits for its approval"
    touched = any(i.requests_sent != 0 for i in journal.intents() if i.effect not in ON_THE_WAY)
    end = End.NEEDS_HUMAN if touched else End.WITHDRAWN
    return end, code_of(why), str(why) if isinstance(why, LeaseLost) else STOPPED


def _code_of_fault(journal: Journal) -> str:
    """After an intent that was not settled, a fault is an unknown effect."""
    open_intents = [i for i in journal.intents() if i.outcome in {"", "unknown"} and i.effect not in ON_THE_WAY]
    return "unknown_effect" if open_intents else "browser_failed"
