"""Sending a message to people by Apprise: mail, Slack, Teams, a webhook, ... Its URLs hold tokens (promise 15)."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from pydantic import SecretStr

MASK = "***"
SENDER = "Cancellation robot"
NO_URL = "no URL"
URGENT, WARNING = frozenset({"line_stopped", "sentinel"}), frozenset({"needs_human", "approval"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,19}(?=://)", re.IGNORECASE)


def send(url: SecretStr, kind: str, title: str, body: str) -> str:
    """Send a plain text to one URL; returns why it did not go, empty if it did. Never raises; waits for seconds.

    Only the scheme of the URL is in what is returned.
    """
    import apprise  # noqa: PLC0415 (slow to import: on the sending thread, once there is something to send)

    secret = url.get_secret_value()
    asset = apprise.AppriseAsset(
        async_mode=False, storage_mode=apprise.PersistentStoreMode.MEMORY, app_id=SENDER, app_desc=SENDER, app_url="",
        image_url_mask="", image_url_logo="", secure_logging=True,
    )  # fmt: skip
    level = apprise.NotifyType.INFO
    if kind in URGENT | WARNING:
        level = apprise.NotifyType.FAILURE if kind in URGENT else apprise.NotifyType.WARNING
    said: list[str] = []
    with _listening(said):
        try:
            place = apprise.Apprise(asset=asset)
            if not place.add(secret):
                return f"{scheme(url)}: Apprise can't read this URL; see https://github.com/caronc/apprise/wiki"
            if place.notify(title=title, body=body, notify_type=level, body_format=apprise.NotifyFormat.TEXT):
                return ""
        except Exception as error:  # noqa: BLE001 (one of a hundred services' plug-ins; a notice is no reason to stop)
            said.append(type(error).__name__)
    why = _masked(said[-1], secret) if said else "it was not taken"
    return f"{scheme(url)}: {why}"


def scheme(url: SecretStr) -> str:
    """What may be shown of a URL: json, mailto, slack, ..."""
    found = _SCHEME.match(url.get_secret_value())
    return found.group().lower() if found else NO_URL


def _masked(said: str, secret: str) -> str:
    """A plug-in's complaint on one line, without any piece of the URL: its host may be a token too."""
    pieces = {piece for form in (secret, unquote(secret)) for piece in re.split(r"[^\w.-]+", form.split("://", 1)[-1])}
    text = " ".join(said.split())
    for piece in sorted(pieces, key=len, reverse=True):
        text = text.replace(piece, MASK) if len(piece) > 2 else text
    return text[:300]


class _Heard(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


@contextmanager
def _listening(said: list[str]) -> Iterator[None]:
    """What Apprise says goes here and nowhere else: it may name a URL, and would land on standard error."""
    its: Any = logging.getLogger("apprise")
    before, handler = (its.propagate, its.level), _Heard(said)
    its.addHandler(handler)
    its.propagate = False
    its.setLevel(logging.WARNING)
    try:
        yield
    finally:
        its.removeHandler(handler)
        its.propagate, its.level = before
