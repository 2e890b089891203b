"""Playwright traces for failures, without secrets: signing in is left out, cookies are struck from what is kept."""

import contextlib
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

HEADER = re.compile(rb'("name":"(?:set-)?(?:cookie|authorization)","value":")(?:[^"\\]|\\.)*"', re.IGNORECASE)
IN_ADDRESS = re.compile(
    rb"([?&;][\w.-]{0,60}(?:session|sessid|token|csrf|xsrf|viewstate|passw|pwd|secret|api_?key)[\w.-]{0,60}=)[^&;#\"'\\\s<>]+",
    re.IGNORECASE,
)
PICTURES = (".jpeg", ".jpg", ".png", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf")
COOKIES = re.compile(rb'("cookies":)\[[^\]]*\]')


class Tracing:
    """The trace of one request, in parts: a new part begins after each sign-in. `mode` as pytest-playwright's --tracing."""

    def __init__(self, context: BrowserContext, mode: str, folder: Path, secrets: Sequence[str]) -> None:
        self._context, self._mode, self._folder = context, mode, folder
        self._secrets = [secret.encode() for secret in secrets if secret]
        self._parts = 0

    def start(self) -> None:
        if self._mode != "off":
            self._context.tracing.start(screenshots=True, snapshots=True)

    @contextlib.contextmanager
    def interrupted(self) -> Iterator[None]:
        """Nothing is traced meanwhile: a filled password lands in traces (safety.md)."""
        if self._mode == "off":
            yield
            return
        self._end_part()
        try:
            yield
        finally:
            self._context.tracing.start_chunk()

    def stop(self, *, failed: bool) -> None:
        """End the trace; it is kept in mode "on", and in "retain-on-failure" if the run failed."""
        if self._mode == "off":
            return
        with contextlib.suppress(PlaywrightError):  # a dead browser has no trace
            self._end_part()
        if self._mode == "retain-on-failure" and not failed:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _end_part(self) -> None:
        self._parts += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"trace-{self._parts}.zip"
        self._context.tracing.stop_chunk(path=path)
        scrub(path, self._secrets)


def scrub(path: Path, secrets: Sequence[bytes]) -> None:
    """Rewrite a trace without cookies, authorization headers and the given secrets."""
    clean = path.with_suffix(".clean")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if not entry.filename.endswith(PICTURES):
                content = COOKIES.sub(rb"\1[]", HEADER.sub(rb'\1[secret]"', content))
                content = IN_ADDRESS.sub(rb"\1[secret]", content)
                for secret in secrets:
                    content = content.replace(secret, b"[secret]")
            new.writestr(entry, content)
    clean.replace(path)
