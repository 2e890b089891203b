"""Plain words for ends, codes and effects: what a manager reads."""

import re
from collections.abc import Iterable, Mapping

from flows.model import Effect, End
from rpa.cases.case import SentRequest

HEADLINES = {
    End.CANCELLED: "Cancelled, and proven",
    End.ALREADY_CANCELLED: "Already cancelled; nothing was changed",
    End.REFERRED: "Referred: the customer can cancel this account himself or herself",
    End.REFUSED: "Refused: nothing was changed",
    End.NEEDS_HUMAN: "A person has to look at this account",
    End.WITHDRAWN: "Withdrawn before anything was changed",
}

BY_PERSON = "by_person"
"""The code of an end that a person has given: his word, and no proof (`rpa resolve`)."""

NAMES = {
    End.CANCELLED: "cancelled",
    End.ALREADY_CANCELLED: "already cancelled",
    End.REFERRED: "referred",
    End.REFUSED: "refused",
    End.NEEDS_HUMAN: "needs a person",
    End.WITHDRAWN: "withdrawn",
}

ADVICE = {
    "unsupported_prefix": "No drop-down and no backend address is known for this account number. Cancel"
    " the account by"
    " hand, or add the number's series to the site profile.",
    "link_unreachable": "The Cancellation Start Page could not be reached: neither by the link, nor"
    " after Update, nor by"
    " the backend URL. Open the account in the CRM and see why its links stay dead.",
    "still_scheduled": "Billing is still Scheduled or Submitted after the robot asked for it to be"
    " cancelled. Open the"
    " account's billing page, cancel those rows by hand, and check each tab and page of the table.",
    "update_rejected": "The CRM did not accept the Update of the Organization page. Open that page,"
    " press Update by hand,"
    " and read its message.",
    "role_denied": "The robot's role may not open a page that is needed, in any App Module it may use."
    " Ask the company"
    " administrator for access, then have the request run again.",
    "unknown_effect": "The robot asked for a change and could not find out whether it was made. Do not"
    " click it again"
    " before you have read the account: see the effects below that are not known.",
    "unknown_page": "A page came up that the robot does not know; its picture is below. Finish the"
    " account by hand, or"
    " add the page's words to the site profile.",
    "drift": "The site shows other words than the profile says, or than were learned. Compare the picture below with the"
    " profile; rpa check says what has changed.",
    "sign_in": "The robot could not sign in. Check its user name and password before anything else is"
    " run: repeated"
    " failures may lock the account.",
    "site_down": "The site did not answer. See whether it is up, then have the request run again.",
    "maintenance": "The site says that it is under maintenance. Have the request run again when that is over.",
    "billing_came_back": "This account had been cancelled, and when it was read again later it was billed, or will be."
    " Find out what has set the billing up again. Then have the request run once more (rpa retry): it cancels what came"
    " back. Or settle it by hand and close the case (rpa resolve).",
}
DEFAULT_ADVICE = (
    "Read the message above and the account in the CRM, then finish the account by hand or have it run again."
)

EFFECTS = {
    Effect.REMOVE_LICENSE_COUNT: "License count set to 0",
    Effect.CANCEL_BILLINGS: "All scheduled and submitted billings cancelled",
    Effect.SET_STATUS: "Account status set to DELETE",
    Effect.SET_CONTACT_INFO: "Organization / contact info set",
    Effect.FILL_FORM: "Form “Required for Cancellation” saved",
    Effect.UPDATE: "Organization page updated",
    Effect.SWITCH_MODULE: "App Module switched to Premium Edition",
    Effect.RESTORE_MODULE: "App Module put back",
    Effect.OPEN_PAGE: "Page opened that is not safe to read",
}

SETTLED = {"done": "done", "answered": "answered by the site", "not_done": "not done", "unknown": "not known"}
STEP_OUTCOMES = {
    "done": "done",
    "answered": "answered by the site",
    "already": "already so",
    "left out": "left out",
    "": "not finished",
}


def headline(end: End, code: str) -> str:
    """What stands above all: of an end that a person has given, that it is not proven."""
    return f"Closed by a person as {NAMES[end]}; not proven by the robot" if code == BY_PERSON else HEADLINES[end]


def effect_in_words(effect: str) -> str:
    return EFFECTS.get(Effect(effect), effect) if effect in set(Effect) else effect


def settled_in_words(outcome: str) -> str:
    """What became of an effect; one that was never settled is not known."""
    return SETTLED.get(outcome or "unknown", outcome)


def identity_in_words(identity: Mapping[str, str]) -> str:
    """Whose the document was: number and name, or the one line that states both."""
    beside_labels = (identity.get("number", ""), identity.get("name", ""))
    return identity.get("line", "") or " · ".join(filter(None, beside_labels)) or "none"


def requests_in_words(requests: Iterable[SentRequest] | None) -> str:
    """What left the browser for one effect, request by request: more than one is no second try (a "Continue" link)."""
    if requests is None:
        return "whether a request reached the server is not known"
    sent = [one for one in requests if not one.blocked]
    if not sent:
        return "nothing left the browser"
    count = "1 request was sent" if len(sent) == 1 else f"{len(sent)} requests were sent"
    return f"{count}: {', '.join(map(_request, sent))}"


def _request(one: SentRequest) -> str:
    if one.status is not None:
        became = f"answered {one.status}"
    else:
        became = "did not reach the server" if one.refused else "no answer"
    return f"{one.method} {one.path} ({became})"


_ACCEPTED = re.compile(r'(confirm|alert|prompt)\(\) said "(.*)": accepted', re.DOTALL)


def accepted_question(warning: str) -> str:
    """What the site asked or said in a box that was accepted on purpose: a note, no warning; empty if it is none."""
    found = _ACCEPTED.fullmatch(warning)
    return f"the site {'said' if found[1] == 'alert' else 'asked'} “{found[2]}”: accepted" if found else ""
