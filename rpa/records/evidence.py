"""Pictures and texts kept beside the journal, in the case file's `evidence/` folder."""

import gzip
import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from rpa.cases.files import make_folder, sha256, sync, write_new
from rpa.records.redaction import Redactor

FOLDER = "evidence"
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/html": ".html.gz",  # DOM snapshots: large, and a name that no browser opens by a double click
    "text/plain": ".txt",
    "application/json": ".json",
}


class EvidenceFolder:
    """Writes evidence at once; its fsync runs in the background until `settle`."""

    def __init__(self, case_dir: Path, redactor: Redactor) -> None:
        self._case_dir = case_dir
        self._redactor = redactor
        self._syncing: list[Future[None]] = []
        self._worker: ThreadPoolExecutor | None = None
        make_folder(case_dir / FOLDER)

    def names(self) -> list[str]:
        """The files that are there, as named in events."""
        return sorted(f"{FOLDER}/{path.name}" for path in (self._case_dir / FOLDER).iterdir())

    def path_for(self, number: int, name: str, ending: str) -> Path:
        """A path that is not taken: 0012-after-6.1.jpg."""
        stem = (
            re.sub(r"[^A-Za-z0-9._-]+", "-", name.removesuffix(ending).removesuffix(".html")).strip("-.")[:60]
            or "evidence"
        )
        return self._case_dir / FOLDER / f"{number:04d}-{stem}{ending}"

    def write(self, number: int, name: str, content: bytes, media_type: str) -> tuple[str, str]:
        """Write a file; returns its name in the case file and the sha256 of what is stored. Raises OSError.

        Texts are redacted first. HTML is stored compressed, always to the same bytes.
        """
        stored = self._prepared(content, media_type)
        path = self.path_for(number, name, _ENDINGS.get(media_type, ".bin"))
        write_new(path, stored)
        self._syncing.append(self._pool().submit(sync, path))
        return f"{FOLDER}/{path.name}", sha256(stored)

    def _prepared(self, content: bytes, media_type: str) -> bytes:
        if media_type not in _ENDINGS or media_type.startswith("image/"):
            return content
        text = content.decode("utf-8", "replace")
        told = self._redactor.document(text) if media_type == "text/html" else self._redactor.text(text)
        return gzip.compress(told.encode(), 6, mtime=0) if media_type == "text/html" else told.encode()

    def _pool(self) -> ThreadPoolExecutor:
        self._worker = self._worker or ThreadPoolExecutor(1, thread_name_prefix="evidence-fsync")
        return self._worker

    def settle(self) -> None:
        """Return when all evidence is durable. Raises OSError if any could not be made so."""
        for syncing in self._syncing:
            syncing.result()
        self._syncing.clear()
        sync(self._case_dir / FOLDER)

    def close(self) -> None:
        if self._worker:
            self._worker.shutdown()
            self._worker = None
