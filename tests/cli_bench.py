"""The command line under test: a folder with profile and credentials, the fake robot, and a person's keys."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rpa.cli.main import app
from tests import fake_robot
from tests.fake_robot import Robot

CANCEL = ("cancel", "--account-name", "12-10 Test", "--date", "2026-11-23", "--reason", "Price")
NUMBER = ("--account-number", "611974")
HEAD = "account_name,account_number,date,reason\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a profile, credentials in the environment, and the fake robot."""
    monkeypatch.chdir(tmp_path)
    Robot.reset()
    monkeypatch.setitem(sys.modules, "rpa.robot", fake_robot)
    for name in [name for name in os.environ if name.startswith("RPA_")]:
        monkeypatch.delenv(name)
    (tmp_path / "site.toml").write_text('[site]\nbase_url = "http://127.0.0.1:9"\n', encoding="utf-8")
    monkeypatch.setenv("RPA_PROFILE", "site.toml")
    monkeypatch.setenv("RPA_USERNAME", "robot")
    monkeypatch.setenv("RPA_PASSWORD", "s3cret-word")
    return tmp_path


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr("rpa.cli.asking.a_person_is_here", lambda: True)


def rpa(*words: str, type: str = "") -> Result:  # noqa: A002
    """Run a command; `type` is what the person types."""
    return CliRunner().invoke(app, list(words), input=type, env={"COLUMNS": "100"})


def requests(rows: int, folder: Path) -> str:
    lines = [f"Account {number},{611000 + number},2026-11-23,Price\n" for number in range(rows)]
    (folder / "requests.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return "requests.csv"


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def results(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "rpa-data" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
