"""Which picture shows what a line of the proof was read from. Told by the order of events alone."""

from flows.model import ON_THE_WAY, Effect, ProofLine
from rpa.cases.case import Evidence

RECORD, START_PAGE, BILLING = "Organization page", "Cancellation Start Page", "billing page"
CANCELLED_TAB = f"{BILLING}, Cancelled tab"
FORM = "10"
"""Its pictures show the form, be it on the record or on a page of its own."""
PICTURES = {"image/jpeg", "image/png"}


class Shown:
    """The last picture of each page that was taken since the last effect which that page might show."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._reading: list[str] = []
        """Pictures of the billing page, of a reading that is still going on."""

    def forget(self) -> None:
        """Another attempt begins."""
        self._files.clear()
        self._reading.clear()

    def start_reading(self) -> None:
        """A step or a recovery: a reading of the billing page that was going on was broken off."""
        self._reading.clear()

    def effect(self, effect: str) -> None:
        """An effect is caused: what was seen before proves nothing of it."""
        if effect == Effect.FILL_FORM:
            self._files.pop(RECORD, None)
            self._files.pop(FORM, None)
        elif effect not in ON_THE_WAY:
            self.forget()

    def taken(self, evidence: Evidence) -> None:
        if evidence.media_type not in PICTURES:
            return
        if evidence.page == BILLING:
            self._reading.append(evidence.file)
        else:
            self._files[evidence.page] = evidence.file
        if evidence.clause == FORM:
            self._files[FORM] = evidence.file

    def billing_read(self) -> str:
        """The billing was read whole: its first picture shows what is billed, its last the Cancelled tab; returns that."""
        reading, self._reading = self._reading, []
        told = zip((BILLING, CANCELLED_TAB), (reading[0], reading[-1]), strict=True) if len(reading) > 1 else ()
        self._files |= dict(told)
        return reading[-1] if len(reading) > 1 else ""

    def beside(self, line: ProofLine) -> ProofLine:
        """The line with the picture of the (first) page that it names; without, if there is none."""
        names = [CANCELLED_TAB] if line.page == CANCELLED_TAB else line.page.split(", ")
        names = [FORM, *names] if line.clause == FORM else names
        found = next((self._files[name] for name in names if name in self._files), "")
        return line.model_copy(update={"evidence": line.evidence or found})
