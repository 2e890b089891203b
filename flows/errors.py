"""Errors by who acts next.

    CancellationError
    ├── Refusal       the request itself is wrong; a person decides; never retried        -> refused
    ├── Referral      the customer can cancel by himself, and policy says so (clause 1)   -> referred
    ├── NeedsHuman    a person has to look                                                -> needs_human
    │   ├── UnknownEffect   an effect may or may not have taken place (promise 4)
    │   └── Drifted         a page is not as it was learned, in something that an effect relies on; nothing was begun
    ├── Fault         the technology failed; may be tried again from the start
    └── Interrupted   the attempt is over, the request is not: it goes on when it is run again
        ├── LeaseLost       this worker was frozen past its lease; another one has the account now
        └── NotYetApproved  policy asks for the approval of the plan; nothing of it was begun

Obstacles (`page_objects.obstacles`) are what a page shows; the runner recovers from them or turns them into these.
"""

from flows.model import End


class CancellationError(Exception):
    """`code` says in a word why; the message says what was seen, where, and what to do."""

    end: End = End.NEEDS_HUMAN

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Refusal(CancellationError):
    end = End.REFUSED


class Referral(CancellationError):
    end = End.REFERRED


class NeedsHuman(CancellationError):
    end = End.NEEDS_HUMAN


class UnknownEffect(NeedsHuman):
    def __init__(self, message: str) -> None:
        super().__init__("unknown_effect", message)


class Drifted(NeedsHuman):
    def __init__(self, sentence: str) -> None:
        super().__init__("drift", f"nothing was begun, as the admin UI is not as it was learned: {sentence}")
        self.sentence = sentence


class Fault(Exception):
    """The browser, its driver or this machine failed. Whatever may have happened is read from the account again."""


class Interrupted(Exception):
    """Stop was asked for; nothing is in flight."""


class LeaseLost(Interrupted):
    """The account is another worker's now: nothing more is sent for it, and nothing more is written about it."""


class NotYetApproved(Interrupted):
    """The message says what the plan waits for. Nothing of it was begun."""


NO_END = frozenset({"interrupted", "waiting_approval"})
"""The codes of outcomes that end an attempt only, not the request."""


def code_of(error: Interrupted) -> str:
    return "waiting_approval" if isinstance(error, NotYetApproved) else "interrupted"
