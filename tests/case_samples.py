"""Fabricated cases: the events a run would write, with small pictures.

`python -m tests.case_samples DIR` writes one of each end, and an index page, to look at.
"""

import datetime as dt
import struct
import sys
import zlib
from decimal import Decimal
from pathlib import Path

from flows.journal import EventKind
from flows.model import (
    AccountReading,
    BillingRow,
    CancellationRequest,
    Effect,
    End,
    FormValues,
    Outcome,
    Plan,
    PlannedEffect,
    ProofLine,
)
from flows.profile import Site, SiteProfile
from rpa.cases import index_page
from rpa.records import CaseJournal, Records
from rpa.results import Result

PROFILE = SiteProfile(name="stand-in", site=Site(base_url="http://crm.test"))
HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>\x1b[31m\u202egnp.exe =HYPERLINK("http://evil")'


def a_request(
    id_: str = "R-0001", name: str = "12-10 Test", number: str = "611974", **more: object
) -> CancellationRequest:
    told = {
        "date": dt.date(2026, 11, 30),
        "reason": "Too expensive",
        "opt_out": True,
        "requested_by": "Pat Lee",
        **more,
    }
    return CancellationRequest.model_validate({"id": id_, "account_name": name, "account_number": number, **told})


def records_in(folder: Path) -> Records:
    return Records(f"sqlite:///{folder / 'rpa.db'}", folder / "cases", masked_fields=("Phone", "Email"))


def picture(red: int, green: int, blue: int, width: int = 480, height: int = 270) -> bytes:
    """A PNG that looks like a page: a dark bar above, a panel in the colour given."""
    rows = []
    for y in range(height):
        bar, panel = y < 28, 60 < y < height - 40
        shade = bytes((40, 50, 80)) * width if bar else bytes((245, 245, 240)) * width
        if panel:
            shade = bytes((245, 245, 240)) * 30 + bytes((red, green, blue)) * (width - 60) + bytes((245, 245, 240)) * 30
        rows.append(b"\0" + shade)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows))),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data)) for tag, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


def bill(number: str, amount: str, status: str, month: int) -> BillingRow:
    return BillingRow(
        number=number,
        due=dt.date(2026, month, 1),
        amount=Decimal(amount),
        amount_text=f"${amount}",
        status=status,
    )


def before(request: CancellationRequest) -> AccountReading:
    return AccountReading(
        account_number=request.account_number,
        account_name=request.account_name,
        license_count=7,
        account_status="ACTIVE",
        contact_info="Pat Lee, pat.lee@example.com",
        server_location="",
        form=FormValues(date="", reason="", opt_out=False),
        billing=(
            bill("INV-104", "129.00", "Paid", 10),
            bill("INV-105", "129.00", "Submitted", 11),
            bill("INV-106", "129.00", "Scheduled", 12),
        ),
        cancelled_billing=(),
    )


def after(request: CancellationRequest, *, stubborn: bool = False) -> AccountReading:
    rows = before(request).billing or ()
    left = rows[:1] + (rows[2:] if stubborn else ())
    gone = tuple(row.model_copy(update={"status": "Cancelled"}) for row in rows[1:] if row not in left)
    return before(request).model_copy(
        update={
            "license_count": 0,
            "account_status": "DELETE",
            "contact_info": "CANCELLED 11/30/2026",
            "server_location": "https://aws05.test/ar",
            "form": FormValues(date="11/30/2026", reason="Too expensive", opt_out=True),
            "billing": left,
            "cancelled_billing": gone,
        }
    )


def the_plan(request: CancellationRequest) -> Plan:
    effect = PlannedEffect(
        effect=Effect.SET_STATUS,
        clause="6.3",
        what="set the status",
        before="ACTIVE",
        after="DELETE",
        needed=True,
    )
    rows = (before(request).billing or ())[1:]
    return Plan(
        request=request,
        reading=before(request),
        effects=(effect,),
        rows_to_stop=rows,
        money_stopped=Decimal("258.00"),
        warnings=(),
        hash="0" * 64,
    )


def proof(*, stubborn: bool = False) -> tuple[ProofLine, ...]:
    told = (
        ("6.1", "No licenses are left", "0", "0", "Cancellation Start Page"),
        ("6.3", "The account status is DELETE", "DELETE", "DELETE", "Organization page, Cancellation Start Page"),
        (
            "8",
            "Nothing is Scheduled or Submitted",
            "none",
            "INV-106 Scheduled" if stubborn else "none on 2 pages",
            "billing page",
        ),
        (
            "9",
            "INV-105 (129.00, due 2026-11-01) is under Cancelled",
            "Cancelled",
            "Cancelled",
            "billing page, Cancelled tab",
        ),
        (
            "10",
            "The form is saved",
            "11/30/2026, Too expensive, opt out",
            "11/30/2026, Too expensive, opt out",
            "Organization page",
        ),
    )
    return tuple(
        ProofLine(
            clause=clause,
            claim=claim,
            expected=expected,
            seen=seen,
            page=page,
            ok=not (stubborn and clause == "8"),
        )
        for clause, claim, expected, seen, page in told
    )


STEPS = (
    ("1", "see whether the account can cancel by itself", "", (214, 226, 240)),
    ("2", "look the account name up under Organization", "Organization page", (240, 236, 214)),
    ("3-4", "open the Cancellation Start Page", "Cancellation Start Page", (205, 190, 225)),
    ("5", "open the page with the four links.", "page with the four links", (220, 235, 220)),
)
EFFECTS = (
    (Effect.REMOVE_LICENSE_COUNT, "6.1", "7", "the page says 0."),
    (Effect.CANCEL_BILLINGS, "6.2", "1 Scheduled, 1 Submitted", "nothing Scheduled or Submitted"),
    (Effect.SET_STATUS, "6.3", "ACTIVE", "DELETE"),
    (Effect.SET_CONTACT_INFO, "6.4", "Pat Lee, pat.lee@example.com", "CANCELLED 11/30/2026"),
)


def tell_start(journal: CaseJournal, request: CancellationRequest) -> None:
    """Clauses 1 to 5, with two recoveries, readings and pictures."""
    for clause, title, page, colour in STEPS:
        journal.write(EventKind.STEP_STARTED, clause, title=title)
        if page:
            keep_picture(journal, f"step-{clause}", clause, "page", page, colour)
        if clause == "3-4":
            journal.write(
                EventKind.RECOVERY,
                "4a",
                on="(NewManageAcctsLink) is a dead link",
                by="pressed Update",
                outcome="still dead",
            )
            journal.write(
                EventKind.RECOVERY,
                "4b",
                on="no URL in Server Location",
                by="entered the URL from the profile and pressed Update",
                outcome="the link is live",
            )
            values = {"Server Location": "https://aws05.test/ar"}
            journal.write(EventKind.OBSERVATION, "4b", page="Organization", url="", values=values)
        journal.write(EventKind.STEP_ENDED, clause, title=title, outcome="done", note="")
    values = {"Account Name": request.account_name, "Phone": "555-123-4567", "Email": "pat.lee@example.com"}
    journal.write(
        EventKind.OBSERVATION,
        "2",
        page="Organization",
        url="http://crm.test/org;jsessionid=ABC123?id=1",
        values=values,
    )
    html = f"<table><tr><td>Phone:</td><td>555-123-4567</td></tr></table><h1>{request.account_name}</h1>"
    told = {
        "media_type": "text/html",
        "clause": "2",
        "moment": "page",
        "page": "Organization",
        "url": "http://crm.test/org",
    }
    journal.keep("organization", html.encode(errors="replace"), **told)
    journal.write(EventKind.SNAPSHOT, reading=before(request), module="Standard Edition")
    journal.write(EventKind.PLAN, plan=the_plan(request))


def keep_picture(
    journal: CaseJournal, name: str, clause: str, moment: str, page: str, colour: tuple[int, int, int]
) -> str:
    told = {
        "media_type": "image/png",
        "clause": clause,
        "moment": moment,
        "page": page,
        "url": "http://crm.test/page",
    }
    return journal.keep(name, picture(*colour), **told)


def tell_effects(journal: CaseJournal, request: CancellationRequest, *, unknown: Effect | None = None) -> None:
    """Clauses 6.1 to 6.4 and 10; `unknown` is the one whose outcome can't be known."""
    beside_labels = {"number": request.account_number, "name": request.account_name}
    in_one_line = {"number": "", "name": "", "line": f"{request.account_number} - {request.account_name}"}
    for effect, clause, was, seen in (
        *EFFECTS,
        (Effect.FILL_FORM, "10", "empty", "11/30/2026, Too expensive"),
    ):
        journal.write(EventKind.STEP_STARTED, clause, title=effect.value.replace("_", " "))
        keep_picture(journal, f"before-{clause}", clause, "before", "Cancel page", (235, 220, 220))
        identity = beside_labels if effect is Effect.FILL_FORM else in_one_line
        intent = journal.intend(effect.value, clause, identity, "Cancel page", was)
        status = None if effect is unknown else 200
        requests = [{"method": "POST", "path": "/cancel.do", "status": status, "blocked": False}]
        if effect is Effect.CANCEL_BILLINGS:
            journal.write(EventKind.WARNING, clause, text='confirm() said "Cancel all billings?": accepted')
            requests.append({"method": "GET", "path": "/cancel.jsp", "status": 200, "blocked": False})
        journal.sent(intent, requests)
        outcome = "unknown" if effect is unknown else "done"
        journal.settle(
            intent, outcome, "the server did not answer; both readings differ" if effect is unknown else seen
        )
        keep_picture(journal, f"after-{clause}", clause, "after", "Cancel page", (215, 238, 220))
        journal.write(EventKind.STEP_ENDED, clause, title=effect.value, outcome="answered", note="")
        if effect is unknown:
            return


def tell_after(journal: CaseJournal, reading: AccountReading) -> None:
    """The observations of the double check, as the flow writes them."""
    facts = {
        "license_count": str(reading.license_count),
        "account_status": reading.account_status,
        "contact_info": reading.contact_info,
    }
    form = {"Required for Cancellation": "date 11/30/2026, reason Too expensive, opt out ticked"}
    rows = {"billing": reading.billing, "cancelled_billing": reading.cancelled_billing}
    keep_picture(journal, "start", "7-9", "page", "Cancellation Start Page", (205, 190, 225))
    keep_picture(journal, "billing", "7-9", "page", "billing page", (225, 225, 245))
    keep_picture(journal, "cancelled-tab", "7-9", "page", "billing page", (245, 225, 225))
    journal.write(EventKind.OBSERVATION, "7-9", page="billing page", url="http://ar.test", values={}, **rows)
    journal.write(EventKind.OBSERVATION, "10", page="Organization", url="http://crm.test", values=facts)
    journal.write(EventKind.OBSERVATION, "10", page="Organization", url="http://crm.test", values=form)


def tell_case(records: Records, request: CancellationRequest, end: End, code: str = "", message: str = "") -> Outcome:
    """A whole case of that end, finished."""
    with records.begin(request, profile=PROFILE) as journal:
        proven: tuple[ProofLine, ...] = ()
        recoveries: tuple[str, ...] = ()
        if end in {End.CANCELLED, End.NEEDS_HUMAN}:
            tell_start(journal, request)
            recoveries = ("4a", "4b")
            tell_effects(journal, request, unknown=Effect.CANCEL_BILLINGS if code == "unknown_effect" else None)
        if end is End.CANCELLED or code == "still_scheduled":
            stubborn = code == "still_scheduled"
            journal.write(EventKind.STEP_STARTED, "7-9", title="double check on the billing page")
            tell_after(journal, after(request, stubborn=stubborn))
            journal.write(
                EventKind.STEP_ENDED, "7-9", title="double check on the billing page", outcome="done", note=""
            )
            proven = proof(stubborn=stubborn)
            journal.write(EventKind.PROOF, lines=proven)
            journal.write(
                EventKind.WARNING,
                "8",
                text="INV-105 was already Submitted: it may still be charged.",
            )
        ended = Outcome.of(
            request,
            end=end,
            code=code,
            message=message or f"The request ended as {end.value}.",
            recoveries=recoveries,
            proof=proven,
            seconds=12.345,
        )
        return journal.finish(ended)


BATCH = (
    (End.CANCELLED, "", "All five points of the proof hold; 258.00 of billing was stopped."),
    (End.ALREADY_CANCELLED, "", "Licenses 0, status DELETE and nothing Scheduled when first read."),
    (End.REFERRED, "self_service", "The account can cancel by itself, and the profile says to refer it."),
    (End.REFUSED, "ambiguous", "Three organizations are named exactly so: 611974, 611975, 700123."),
    (
        End.NEEDS_HUMAN,
        "unknown_effect",
        "Clause 6.2 was clicked, and the server did not answer.",
    ),
    (End.NEEDS_HUMAN, "still_scheduled", "INV-106 is still Scheduled 60 s after the link said done."),
    (End.WITHDRAWN, "", "Pat Lee withdrew the request before the first effect."),
)


def write_samples(folder: Path) -> None:
    with records_in(folder) as records:
        with records.begin(a_request("R-open", "Dogwood Landscaping"), profile=PROFILE) as journal:
            tell_start(journal, a_request("R-open", "Dogwood Landscaping"))
        outcomes = [
            tell_case(records, a_request(f"R-{number:04d}", number=f"6119{number:02d}"), *told)
            for number, told in enumerate(BATCH, 1)
        ]
        outcomes.append(tell_case(records, a_request("R-hostile", name=HOSTILE), End.CANCELLED, "", HOSTILE))
        outcomes.append(
            tell_case(
                records,
                a_request("R-long", name="Long name " * 500),
                End.REFUSED,
                "not_found",
                "No such account.",
            )
        )
    results = [Result(a_request(one.id, one.account_name, one.account_number), one) for one in outcomes]
    open_ = str(folder / "cases" / "R-open")
    results += [
        Result(a_request("R-open", "Dogwood Landscaping"), None, "stopped by a person", "interrupted", case_dir=open_),
        Result(a_request("R-later", "Elm Street Dental"), None, "interrupted before it was started"),
    ]
    index_page(results, folder / "index.html", "Cancellations of November 23, 2026")


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
