"""A digest in words: for a message, and for `rpa digest`. Without names."""

import datetime as dt
from collections.abc import Iterator, Sequence

from flows.model import End
from rpa.cases.wording import NAMES
from rpa.queue.digest import Digest, One
from rpa.words_on_screen import visible

LISTED = 20
WAIT_FOR = {
    "waiting": ("waits for a worker", "wait for a worker"),
    "working": ("is being worked on", "are being worked on"),
    "waiting_for_date": ("waits for its date", "wait for their date"),
    "waiting_approval": ("waits for an approval", "wait for an approval"),
    "held": ("was stopped by a person", "were stopped by a person"),
}


def in_words(digest: Digest) -> tuple[str, str]:
    """Title and text of a digest; no names. Only the file's is somebody else's word."""
    done = digest.ends[End.CANCELLED] + digest.ends[End.ALREADY_CANCELLED]
    need = len(digest.needs_human)
    needs = f", {need} {'needs' if need == 1 else 'need'} a person" if need else ""
    title = f"Batch {digest.batch}: {done} of {digest.total} cancelled{needs}"
    return title, "\n".join(_lines(digest))


def _lines(digest: Digest) -> Iterator[str]:
    yield f"{digest.total} request{'' if digest.total == 1 else 's'}, {visible(digest.source)}"
    yield f"Submitted {digest.at:%Y-%m-%d %H:%M} UTC"
    if digest.until is not None:
        yield f"Last end  {digest.until:%Y-%m-%d %H:%M} UTC, {_span(digest.until - digest.at)} later"
    yield ""
    for end in End:
        if digest.ends[end]:
            several = end is End.NEEDS_HUMAN and digest.ends[end] > 1
            yield f"{digest.ends[end]:>6}  {'need a person' if several else NAMES[end]}"
    for state, words in WAIT_FOR.items():
        if digest.unended[state]:
            next_one = f", the next on {digest.next_date:%Y-%m-%d}" if state == "waiting_for_date" else ""
            yield f"{digest.unended[state]:>6}  {words[digest.unended[state] > 1]}{next_one}"
    if digest.money:
        yield f"Billing that stops, by the plans: {digest.money:,.2f}"
    yield from _listed("Need a person", digest.needs_human)
    yield from _listed("Refused", digest.refused)


def _listed(heading: str, some: Sequence[One]) -> Iterator[str]:
    if not some:
        return
    yield from ("", f"{heading}:")
    yield from (f"  {one.id}  account {one.account_number}  {one.code}" for one in some[:LISTED])
    if len(some) > LISTED:
        yield f"  and {len(some) - LISTED} more"


def _span(span: dt.timedelta) -> str:
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
