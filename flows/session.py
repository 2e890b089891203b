"""What the flow needs of the browser and of the machine. `rpa` provides it; tests may."""

import datetime as dt
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from flows.model import Plan
from page_objects.setting import Setting
from page_objects.tab import Tab


@dataclass
class SentRequests:
    """What left the browser while a permit was open."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    """method, path, status (None: no answer), blocked (True: not let through)."""

    @property
    def let_through(self) -> list[dict[str, Any]]:
        return [request for request in self.requests if not request.get("blocked")]

    @property
    def sent(self) -> int:
        return len(self.let_through)

    @property
    def answered(self) -> bool:
        """Whether every request that was let through was answered by the server."""
        return all(request.get("status") for request in self.let_through)

    @property
    def refused(self) -> bool:
        """Whether the server answered a request with an error (HTTP 4xx or 5xx)."""
        return any((request.get("status") or 0) >= 400 for request in self.let_through)

    @property
    def reached(self) -> bool:
        """Whether any request may have reached the server (a refused connection has not)."""
        return any(not request.get("refused") for request in self.let_through)


class Session(Protocol):
    """One signed-in browser context for one request."""

    setting: Setting

    def tab(self) -> Tab:
        """A new, empty tab."""

    def home(self) -> str:
        """The CRM's page after sign-in, as it was seen at a start; "" if there was none since the last sign-in."""

    def note_home(self, url: str) -> None:
        """Remember the CRM's page after sign-in, for later requests too."""

    def sign_in(self, tab: Tab) -> None:
        """Sign in on the sign-in page that `tab` shows. Raises NeedsHuman (sign_in) if it is not accepted."""

    def permit(self) -> AbstractContextManager[SentRequests]:
        """Arm the permit: for each press that is announced, one request goes through, sent exactly once."""

    def spent(self, url: str) -> bool:
        """Whether this URL was that of an effect's request; it must not be opened again."""

    def approve(self, plan: Plan) -> bool:
        """Whether somebody was asked for approval, and gave it; raises NotYetApproved while it is waited for."""

    def evidence(self, tab: Tab, page: str, moment: str, clause: str) -> str:
        """Keep a picture and the text of what `tab` shows; returns the picture's file name ("" if switched off)."""

    def pause(self, seconds: float) -> None:
        """Wait; raises Interrupted as soon as a person says stop, or the account is another worker's."""

    def check_stop(self) -> None:
        """Raise Interrupted if a person said stop (promise 8), or if the account is another worker's now (promise 7)."""

    def now(self) -> dt.datetime:
        """The present, with time zone."""

    def clock(self) -> float:
        """Seconds on a clock that never jumps."""

    def secrets(self) -> Iterable[str]:
        """What must never be written down."""
