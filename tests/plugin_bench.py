"""Runs pytest with the plugin in a folder of its own, as a test engineer does."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fixtures.profiles import profile_text
from fixtures.standin import StandIn

ROOT = Path(__file__).parent.parent
SAMPLES = Path(__file__).parent / "plugin_samples"
INSTALLED = bool(importlib.metadata.entry_points(group="pytest11", name="planplus-admin"))


@dataclass(frozen=True)
class Run:
    """What a run of pytest came to."""

    code: int
    said: str

    def counted(self, what: str) -> int:
        """How many tests passed, failed, were skipped, ... as the last line says."""
        found = re.findall(rf"(\d+) {what}", self.said.strip().splitlines()[-1])
        return int(found[0]) if found else 0


def run_pytest(folder: Path, *args: str, sample: str = "", **environment: str) -> Run:
    """pytest in `folder`, on a copy of that sample."""
    if sample:
        shutil.copy(SAMPLES / f"{sample}.py", folder / f"test_{sample}.py")
    plugin = [] if INSTALLED else ["-p", "fixtures.plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *args]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "RPA", "PY_COLORS"))}
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**kept, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        timeout=280,
    )
    return Run(done.returncode, done.stdout + done.stderr)


def real_site(folder: Path, site: StandIn, canaries: str) -> tuple[list[str], dict[str, str]]:
    """Options and environment for a stand-in that plays the part of a real site."""
    profile = folder / "real.toml"
    profile.write_text(profile_text(site.skin, site) + canaries, "utf-8")
    environment = {"RPA_USERNAME": site.username, "RPA_PASSWORD": site.password, "RPA_OUTPUT": str(folder / "rpa-data")}
    return ["--admin-profile", str(profile)], environment


def canary(site: StandIn, number: str, role: str, *, effects: bool = False) -> str:
    """One [[canaries]] table."""
    name = site.account(number).name
    allowed = str(effects).lower()
    return (
        f'\n[[canaries]]\naccount_name = "{name}"\naccount_number = "{number}"\nrole = "{role}"\neffects = {allowed}\n'
    )
