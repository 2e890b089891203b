"""The robot on the blind sites (tests/blind): programs that share nothing with the stand-in, judged by their own ledgers."""

import datetime as dt
import json
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from flows.model import CancellationRequest, Outcome
from flows.notes import Notes
from flows.profile import SiteProfile
from rpa.browsers import find_browser
from rpa.credentials import Credentials
from rpa.robot import Robot
from rpa.settings import Settings

HERE = Path(__file__).parent / "blind"
TIMING = "\n[timing]\npage = 12\nquiet = 0.6\nserver_limit = 3\nlatency_of_effect = 3\n"
FOUR = ("remove_license_count", "cancel_billings", "set_status", "set_contact_info")
DATE = dt.date(2026, 11, 30)
REASON = "Too expensive"
PENDING = {"scheduled", "submitted"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One line of a site's ledger, in the words of this project. `changed`: field -> before and after."""

    account: str
    kind: str
    changed: dict[str, tuple[object, object]]


@dataclass(frozen=True)
class Truth:
    """What a site knows of an account when all is over."""

    licenses: int
    status: str
    contact_info: object
    pending: int
    form: tuple[object, ...]


@dataclass(frozen=True)
class BlindSite:
    """How to sign in to a site, and how to read its ledger and its state."""

    credentials: Credentials
    kinds: dict[str, str]
    truth: Callable[[Json], Truth]
    form: tuple[object, ...]
    """The form of clause 10 as the site keeps it: date, reason, opted out."""
    action: str
    location: str
    """Its names for the deed in a ledger line, and for Server Location."""


def signed(username: str, password: str, account: str = "") -> Credentials:
    return Credentials(username=username, password=SecretStr(password), account=account)


def still_pending(statuses: list[str]) -> int:
    return sum(status.casefold() in PENDING for status in statuses)


def webforms(one: Json) -> Truth:
    form, bills = one["f"], [row[4] for row in one["bills"]]
    said = (form["cdate"], form["creason"], form["optout"])
    return Truth(one["lic"], one["status"], one["orgset"], still_pending(bills), said)


def frameset(one: Json) -> Truth:
    form, bills = one["f"], [row["st"] for row in one["rows"]]
    said = (form["cdate"], form["creason"], form["optout"])
    return Truth(one["lic"], one["status"], one["orginfo"], still_pending(bills), said)


def spa(one: Json) -> Truth:
    form = one["form"]
    said = (form["date"], form["reason"], form["optout"])
    return Truth(one["licenses"], one["status"], one["orgset"], still_pending(one["rows"]), said)


def php(one: Json) -> Truth:
    form, bills = one["form"], [row["status"] for row in one["bills"]]
    said = (form["date"], form["reason"], form["explain"], form["optout"])
    return Truth(one["used"] + one["total"], one["status"], one["info"], still_pending(bills), said)


def intranet(one: Json) -> Truth:
    form, bills = one["rfc"] or {}, [row["status"] for row in one["bills"]]
    said = tuple(form.get(key) for key in ("date", "reason", "explain", "optout"))
    return Truth(one["licenses"], one["status"], one["orginfo"], still_pending(bills), said)


def tabbed(one: Json) -> Truth:
    bills = [row["status"] for row in one["billing"]]
    said = (one["cancel_date"], one["reason"], one["opt_out"])
    return Truth(one["licenses"], one["status"], one["org_info"], still_pending(bills), said)


def material(one: Json) -> Truth:
    bills = [row["status"] for row in one["billing"]]
    said = (one["date"], one["reason"], one["opt_out"])
    return Truth(one["licences"], one["status"], one["contact_set"], still_pending(bills), said)


BLIND = {
    "webforms": BlindSite(
        signed("admin", "Secret123!"),
        {
            "license count": FOUR[0], "cancel billings": FOUR[1], "account status": FOUR[2],
            "organization / contact info": FOUR[3], "update": "update", "app module": "module",
        },
        webforms, ("11/30/2026", REASON, True), action="action", location="server",
    ),
    "frameset": BlindSite(
        signed("jsmith", "Secret#2003"),
        {"lic": FOUR[0], "bill": FOUR[1], "stat": FOUR[2], "org": FOUR[3], "update": "update", "module": "module"},
        frameset, ("11/30/2026", REASON, "1"), action="op", location="serverloc",
    ),
    "spa": BlindSite(
        signed("agent", "s3cret!pass"),
        {
            "Remove License Count, change to 0": FOUR[0], "Cancel All Scheduled and Submitted Billings.": FOUR[1],
            "Set Account Status = 'DELETE'": FOUR[2], "Set Organization / Contact Info": FOUR[3],
            "EXPIRED (not applied): Cancel All Scheduled and Submitted Billings.": "turned_away",
            "cancelform": "form", "update": "update", "module": "module", "sign_in": "sign_in",
        },
        spa, ("2026-11-30", REASON, True), action="what", location="server",
    ),
    "php": BlindSite(
        signed("agent7", "hunter2", "PLANPLUS"),
        {
            "lic": FOUR[0], "bills": FOUR[1], "status": FOUR[2], "info": FOUR[3],
            "cancellation form": "form", "update": "update", "module": "module",
        },
        php, ("11/30/2026", "Other (explain)", REASON, True), action="what", location="location",
    ),
    "intranet": BlindSite(
        signed("clerk", "s3cret-i"),
        {
            "license": FOUR[0], "billing_cancel": FOUR[1], "status": FOUR[2], "set_org_info": FOUR[3],
            "rfc_form": "form", "update_record": "update", "module": "module",
        },
        intranet, ("2026-11-30", "99 - OTHER", REASON, True), action="kind", location="server",
    ),
    "tabbed": BlindSite(
        signed("admin", "letmein"),
        {
            "license": FOUR[0], "billings": FOUR[1], "status": FOUR[2], "orginfo": FOUR[3],
            "form": "form", "update": "update", "module": "module",
        },
        tabbed, ("11/30/2026", REASON, True), action="kind", location="server",
    ),
    "material": BlindSite(
        signed("support", "s3cret-H"),
        {
            "licence": FOUR[0], "billing": FOUR[1], "status": FOUR[2], "contact": FOUR[3],
            "update_organization": "update", "module": "module",
        },
        material, ("11/30/2026", REASON, True), action="kind", location="server",
    ),
}  # fmt: skip
THE_FORM = {"cdate", "creason", "ccomment", "optout"}


@dataclass
class BlindBench:
    """A running blind site with a robot on it."""

    site: BlindSite
    url: str
    robot: Robot

    def read(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=10) as answer:
            return json.load(answer)

    def accounts(self) -> dict[str, Json]:
        state: Json = self.read("__state")
        found: dict[str, Json] = state.get("acc", state)
        return found

    def ledger(self) -> list[Entry]:
        lines = self.read("__ledger")
        return [self._entry(line) for line in (lines["ledger"] if isinstance(lines, dict) else lines)]

    def _entry(self, line: Json) -> Entry:
        before, after = line.get("before"), line.get("after")
        pairs = (before, after) if isinstance(before, dict) and isinstance(after, dict) else ({"": before}, {"": after})
        changed = {key: (old, pairs[1].get(key)) for key, old in pairs[0].items() if old != pairs[1].get(key)}
        kind = self.site.kinds.get(line[self.site.action], f"danger: {line[self.site.action]}")
        return Entry(line["account"] or "", "form" if kind == "update" and "cdate" in changed else kind, changed)

    def cancel(self, number: str, name: str) -> Outcome:
        request = CancellationRequest(
            id=f"b-{number}", account_name=name, account_number=number, date=DATE, reason=REASON, opt_out=True
        )
        return self.robot.cancel(request, Notes(request.id, number))


@contextmanager
def blind_bench(name: str, output: Path) -> Iterator[BlindBench]:
    site, (crm, backend) = BLIND[name], free_ports()
    command = [sys.executable, str(HERE / f"{name}.py"), "--port", str(crm), "--backend-port", str(backend)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{crm}"
            wait_for(crm, backend)
            profile = profile_for(name, url, f"http://127.0.0.1:{backend}")
            settings: Json = {"evidence": False, "output": output}
            with Robot(profile, site.credentials, browser=find_browser(Settings()), **settings) as robot:
                yield BlindBench(site, url, robot)
        finally:
            process.terminate()


def profile_for(name: str, crm: str, backend: str) -> SiteProfile:
    text = (HERE / f"{name}.toml").read_text("utf-8") + TIMING
    return SiteProfile.model_validate(tomllib.loads(text.replace("{crm}", crm).replace("{backend}", backend)))


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def wait_for(*ports: int) -> None:
    until = time.monotonic() + 20
    for port in ports:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if time.monotonic() > until:
                raise TimeoutError(f"the site does not listen on port {port}")
            time.sleep(0.05)
