"""The files in docs/deploy, read; and what of the product they name."""

import re
import shlex
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import typer
import yaml

from rpa.cli.main import app
from rpa.credentials import _Environment
from rpa.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"


@cache
def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return found


@cache
def kubernetes() -> dict[str, dict[str, Any]]:
    """Its objects, by kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(text("kubernetes.yaml"))}


def pod(kind: str) -> dict[str, Any]:
    spec: dict[str, Any] = kubernetes()[kind]["spec"]["template"]["spec"]
    return spec


@cache
def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text("alerts.yaml"))["groups"] for rule in group["rules"]]


@cache
def unit() -> dict[str, list[tuple[str, str]]]:
    """Keys and values by section; a key may come twice. Raises ValueError for what is no line of a unit."""
    sections: dict[str, list[tuple[str, str]]] = {}
    section = ""
    for line in filter(None, map(str.strip, text("rpa-worker.service").splitlines())):
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            key, value = line.split("=", 1)
            sections.setdefault(section, []).append((key, value))
    return sections


def of_service(key: str) -> str:
    [value] = [value for name, value in unit()["Service"] if name == key]
    return value


@cache
def dockerfile() -> list[tuple[str, str]]:
    """Its instructions, in order."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text("Dockerfile"), flags=re.MULTILINE))
    return [(one.split(" ", 1)[0], one.split(" ", 1)[1]) for one in joined.splitlines() if one.strip()]


def of_image(instruction: str) -> str:
    return [words for name, words in dockerfile() if name == instruction][-1]


def commands() -> dict[str, list[str]]:
    """What `rpa` is started with, by the place that says so."""
    program, *words = shlex.split(of_service("ExecStart"))
    assert Path(program).name == "rpa"
    services = {f"compose {name}": one["command"] for name, one in compose()["services"].items() if "command" in one}
    pods = {f"kubernetes {kind}": pod(kind)["containers"][0]["args"] for kind in ("Job", "StatefulSet")}
    return {"systemd": words, "Dockerfile": yaml.safe_load(of_image("CMD")), **services, **pods}


@dataclass(frozen=True)
class Command:
    """One of rpa's, from Typer."""

    options: frozenset[str]
    below: "dict[str, Command]" = field(default_factory=dict)


def known(command: Any) -> Command:
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    below = {name: known(one) for name, one in getattr(command, "commands", {}).items()}
    return Command(frozenset(options | {"--help"}), below)


@cache
def rpa() -> Command:
    return known(typer.main.get_command(app))


def faults_of(words: list[str]) -> list[str]:
    """Which of these words of a command line are none of rpa's commands and options."""
    at, rest = rpa(), list(words)
    while rest and at.below:
        name = rest.pop(0)
        if name not in at.below:
            return [name]
        at = at.below[name]
    return [word for word in rest if word.startswith("--") and word.split("=")[0] not in at.options]


def variables() -> set[str]:
    """The environment variables that rpa reads."""
    return {f"RPA_{name}".upper() for name in (*Settings.model_fields, *_Environment.model_fields)}
