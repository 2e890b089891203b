"""What stands for personal data after a purge: keyed digests, the same for the same value.

The key lies beside the case files. An account number has few digits: whoever has the key can try them all; once the
key is deleted, nobody can.
"""

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from flows.model import CancellationRequest
from rpa.cases.files import sync, write_new
from rpa.cases.text import canonical

KEY = "purge.key"


class Pseudonyms:
    def __init__(self, cases_dir: Path) -> None:
        """Read the key, or make one. Raises OSError."""
        path = cases_dir / KEY
        if not path.exists():
            _make(path)
        self._key = path.read_bytes()

    def account(self, number: str) -> str:
        """What stands for an account number."""
        return f"purged-{self._digest('account', number)[:16]}"

    def content(self, request: CancellationRequest) -> str:
        """What stands for all that was asked for: 64 hex digits."""
        return self._digest("request", canonical(request.model_dump(mode="json")))

    def _digest(self, kind: str, value: str) -> str:
        return hmac.digest(self._key, f"{kind}\n{value}".encode("utf-8", "surrogatepass"), "sha256").hex()


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    write_new(draft, secrets.token_hex(32).encode())
    try:
        sync(draft)
        with suppress(FileExistsError):  # another process was faster: its key is the one
            os.link(draft, path)
    finally:
        draft.unlink()
    sync(path.parent)
