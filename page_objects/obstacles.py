"""What a page object meets instead of what it was asked for. Page objects raise; the flow decides.

Obstacle
├── NotHere          the page did not appear
│   └── Missing      the page is there, but the link, field or button is not
├── Ambiguous        it is there more than once
├── DeadLink         its words are there, but nothing to follow            (clauses 4a, 4b)
├── RoleDenied       "Sorry your current role does not have access ..."    (clause 7a)
├── SignedOut        a page that asks for the password
├── SiteDown         HTTP 429 and 5xx, no connection
│   └── Maintenance  the site says itself that it is down for a while
├── RecordLocked     another user holds the record
├── LeftTheSite      the browser was led to an origin that is not allowed
├── UnexpectedDialog a dialog whose text is not known was dismissed
└── NothingHappened  the click had no effect that can be seen
"""

from dataclasses import dataclass

NO_ANSWER = "No answer from the site"
"""Title of the page that the robot's own way out shows then; what it says is why."""


@dataclass(frozen=True)
class Whereabouts:
    """Where the robot was when something was met."""

    page: str
    url: str
    title: str

    def __str__(self) -> str:
        return f"{self.page} ({self.url})"


class Obstacle(Exception):
    """Something a person would see and react to. `what` is what was seen, `where` on which page."""

    def __init__(self, what: str, where: Whereabouts | None = None) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what = what
        self.where = where


class NotHere(Obstacle):
    pass


class Missing(NotHere):
    pass


class Replaced(NotHere):
    pass


class Ambiguous(Obstacle):
    pass


class DeadLink(Obstacle):
    pass


class RoleDenied(Obstacle):
    pass


class SignedOut(Obstacle):
    pass


class SiteDown(Obstacle):
    """`status` is the HTTP status, 0 where the browser got no answer."""

    def __init__(self, what: str, where: Whereabouts | None = None, status: int = 0) -> None:
        super().__init__(what, where)
        self.status = status


class Maintenance(SiteDown):
    pass


class RecordLocked(Obstacle):
    pass


class LeftTheSite(Obstacle):
    pass


class UnexpectedDialog(Obstacle):
    pass


class NothingHappened(Obstacle):
    pass
