"""What docs/deploy tells is true of the product: commands, variables, ports, paths, probes, metrics, time to end."""

import re
import shutil
import subprocess
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from rpa.cli.last_resort import SECONDS
from rpa.cli.main import app
from rpa.profiles import load_profile
from rpa.queue.health import STARTING, Health
from rpa.queue.metrics import Metrics
from rpa.queue.metrics_server import metrics_server
from tests.deploy_files import (
    DEPLOY,
    ROOT,
    commands,
    compose,
    dockerfile,
    faults_of,
    kubernetes,
    of_image,
    of_service,
    pod,
    rules,
    text,
    unit,
    variables,
)  # fmt: skip
from tests.queue_rows import a_database

PROMISED = 30.0
"""Seconds: so soon a worker ends, says docs/cli.md."""
FILES = sorted(path.name for path in DEPLOY.iterdir())
TOLD = [*(DEPLOY / name for name in FILES), ROOT / "docs" / "operating.md"]
KEYS = {
    "Unit": "Description After Wants StartLimitIntervalSec",
    "Service": "Type User Group StateDirectory StateDirectoryMode WorkingDirectory UMask EnvironmentFile Environment "
    "ExecStart KillMode TimeoutStopSec Restart RestartSec RestartPreventExitStatus OOMPolicy NoNewPrivileges "
    "CapabilityBoundingSet PrivateTmp PrivateDevices ProtectSystem ProtectHome ProtectProc ProtectClock "
    "ProtectControlGroups ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables LockPersonality "
    "RemoveIPC RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID SystemCallArchitectures "
    "SystemCallFilter SystemCallErrorNumber",
    "Install": "WantedBy",
}
"""As systemd.unit(5), systemd.service(5) and systemd.exec(5) spell them."""


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


@pytest.mark.parametrize("place", sorted(commands()))
def test_what_is_started_is_a_command_with_options_that_it_takes(place: str) -> None:
    words = commands()[place]
    assert faults_of(words) == []
    group = typer.main.get_command(app)
    with group.make_context("rpa", list(words), resilient_parsing=True) as context:
        name, command, rest = group.resolve_command(context, list(words))  # type: ignore[attr-defined]
        while hasattr(command, "commands"):
            name, command, rest = command.resolve_command(command.make_context(name, list(rest)), list(rest))
        command.make_context(name, list(rest))  # raises for a value that it does not take


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.name)
def test_what_is_told_of_commands_and_variables_is_there(path: Path) -> None:
    told = path.read_text("utf-8")
    lines = re.findall(r"`rpa ([^`]+)`", told) + re.findall(r"^(?:\S+ )*?(?:\S*/)?rpa ([a-z].*)$", fenced(told), re.M)
    assert {fault for line in lines for fault in faults_of(line.split("#")[0].split())} == set()
    assert set(re.findall(r"\bRPA_[A-Z_]*[A-Z]\b", told)) <= variables()


def fenced(told: str) -> str:
    return "\n".join(re.findall(r"^```\w*\n(.*?)^```", told, re.M | re.S))


def test_every_place_gives_the_worker_longer_than_it_takes_to_end() -> None:
    told = {
        "systemd": of_service("TimeoutStopSec"),
        "compose": compose()["services"]["worker"]["stop_grace_period"],
        "kubernetes": f"{pod('StatefulSet')['terminationGracePeriodSeconds']}s",
    }
    grace = {place: float(value.removesuffix("s")) for place, value in told.items()}
    assert SECONDS < PROMISED
    assert {place: seconds for place, seconds in grace.items() if seconds <= PROMISED} == {}


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    return Metrics()


@pytest.fixture
def address(metrics: Metrics, tmp_path: Path) -> Iterator[str]:
    """A worker's server, with a lease that is good."""
    health = Health(a_database(tmp_path), threading.Event())
    health(type("Shop", (), {"lease": type("Lease", (), {"desks": [], "valid": lambda _: True})()})())  # type: ignore[arg-type]
    with metrics_server(metrics, health, 0) as port:
        yield f"http://127.0.0.1:{port}"


def probes() -> dict[str, dict[str, Any]]:
    worker = pod("StatefulSet")["containers"][0]
    return {name: worker[name] for name in ("startupProbe", "livenessProbe", "readinessProbe")}


def asked_in_compose() -> str:
    [url] = re.findall(r"http://[^']+", compose()["services"]["worker"]["healthcheck"]["test"][-1])
    return str(url)


def test_the_probes_ask_for_what_a_worker_answers(address: str) -> None:
    annotations = kubernetes()["StatefulSet"]["spec"]["template"]["metadata"]["annotations"]
    paths = {name: probe["httpGet"]["path"] for name, probe in probes().items()}
    assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    asked = {*paths.values(), annotations["prometheus.io/path"], "/" + asked_in_compose().split("/", 3)[3]}
    for path in asked:
        with urllib.request.urlopen(address + path, timeout=10) as answer:  # 404 raises
            assert answer.status == 200
    begins = probes()["startupProbe"]
    assert begins["periodSeconds"] * begins["failureThreshold"] > STARTING


def test_the_ports_are_the_workers() -> None:
    words = commands()
    ports = {place: option(words[place], "--metrics-port") for place in words if "work" in words[place]}
    assert len(ports) == 4
    [named] = pod("StatefulSet")["containers"][0]["ports"]
    [served] = kubernetes()["Service"]["spec"]["ports"]
    annotations = kubernetes()["StatefulSet"]["spec"]["template"]["metadata"]["annotations"]
    others = (of_image("EXPOSE"), named["containerPort"], served["port"], annotations["prometheus.io/port"])
    asked = asked_in_compose().split(":")[2].split("/")[0]
    assert {*ports.values(), *map(str, others), asked} == {"9464"}
    assert {probe["httpGet"]["port"] for probe in probes().values()} == {named["name"]}
    inside = [place for place in ports if place != "systemd"]
    assert {option(words[place], "--metrics-host") for place in inside} == {"0.0.0.0"}


def test_an_alarm_waits_for_series_that_a_worker_has(metrics: Metrics, address: str) -> None:
    assert address  # the server has added the gauges
    series = [sample for family in metrics.registry.collect() for sample in family.samples]
    for rule in rules():
        asked = re.findall(r"\b(rpa_\w+)(?:\{(\w+)=\"(\w+)\"\})?", rule["expr"])
        assert asked, rule["alert"]
        for name, label, value in asked:
            found = [one for one in series if one.name == name and (not label or one.labels.get(label) == value)]
            assert found, f"{rule['alert']}: {name} {label} {value}"


def test_the_image_is_made_of_what_is_there() -> None:
    copied = [words.split()[:-1] for name, words in dockerfile() if name == "COPY"]
    sources = {source for words in copied for source in words}
    allowed = [line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")]
    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert sources == set(allowed), "what is not let through can't be copied"
    packages = re.findall(r'"([\w/]+)\*?"', (ROOT / "setup.py").read_text("utf-8"))
    assert {"rpa", "page_objects", "flows", "fixtures", "tests/legacy"} <= set(packages)
    assert {"setup.py", *packages} - {"planplus_legacy"} <= sources
    assert of_image("ENTRYPOINT").endswith('"rpa"]')
    build = compose()["x-rpa"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()


def test_paths_users_and_versions_are_the_same_everywhere() -> None:
    version = project()["project"]["version"]
    images = {compose()["x-rpa"]["image"], *(pod(kind)["containers"][0]["image"] for kind in ("Job", "StatefulSet"))}
    assert images == {f"rpa:{version}"}
    assert kubernetes()["Job"]["metadata"]["name"].endswith(version.replace(".", "-"))
    assert f"-t rpa:{version} " in text("Dockerfile")
    folder = of_image("WORKDIR")
    assert of_image("ENV") == f"RPA_OUTPUT={folder}"
    mounted = {one["name"]: one["mountPath"] for one in pod("StatefulSet")["containers"][0]["volumeMounts"]}
    assert (mounted["output"], mounted["tmp"]) == (folder, "/tmp")
    volumes = [one.split(":")[1] for one in compose()["x-rpa"]["volumes"]]
    assert folder in volumes
    assert compose()["x-rpa"]["environment"]["RPA_PROFILE"] in volumes
    env = {one["name"]: one.get("value", "") for one in pod("StatefulSet")["containers"][0]["env"]}
    [file] = kubernetes()["ConfigMap"]["data"]
    assert env["RPA_PROFILE"] == f"{mounted['profile']}/{file}"
    user = of_image("USER").split(":")[0]
    assert {str(pod(kind)["securityContext"]["runAsUser"]) for kind in ("Job", "StatefulSet")} == {user}


def test_the_profile_of_the_example_is_one(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"

    file.write_text(kubernetes()["ConfigMap"]["data"]["site.toml"], "utf-8")
    assert load_profile(file).site.base_url.startswith("https://")  # raises for a fault


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unknown = {key for section, lines in unit().items() for key, _ in lines if key not in KEYS[section].split()}
    assert unknown == set()
    assert of_service("KillMode") == "mixed", "SIGTERM must not reach the browsers"
    assert of_service("WorkingDirectory") == f"/var/lib/{of_service('StateDirectory')}"
    if (program := shutil.which("systemd-analyze")) is None:
        return  # what is above has been checked all the same
    copy = tmp_path / "rpa-worker.service"
    started = f"ExecStart={of_service('ExecStart')}"
    here = started.replace("/opt/rpa/bin/rpa", sys.executable)  # it must be there
    copy.write_text(text(copy.name).replace(started, here), "utf-8")
    done = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False, timeout=30)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "rpa-worker" in line] == []


def test_each_file_is_told_of() -> None:
    assert [name for name in FILES if name != "README.md" and f"`{name}`" not in text("README.md")] == []
