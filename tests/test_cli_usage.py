"""What is typed wrongly is told in one sentence that names the option as it is typed, and what to do."""

import socket
from pathlib import Path

import pytest

from rpa.cli.desk import Desk
from rpa.cli.errors import UsageError
from rpa.profiles import load_profile
from tests.cli_bench import folder, rpa

__all__ = ["folder"]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--version", "No such option: --version; see `"),
        ("-h", "No such option: -h; see `"),
        ("bogus", "No such command 'bogus'; see `"),
        ("plan --nope", "No such option: --nope; see `"),
        ("site --port 99999", "--port must be less than or equal to 65535; see `"),
        ("site --latency abc", "--latency must be a valid number"),
        ("run x.csv --tracing maybe", "--tracing: 'maybe' is not one of 'on', 'off'"),
        ("site --fault", "--fault needs a value"),
        ("profile new", "--base-url is missing; see `"),
        ("run", "FILE is missing; see `"),
        ("site --host foo/bar", "--host 'foo/bar' is neither a host name nor a loopback address"),
        ("site --backend-host 10.0.0.1", "--backend-host '10.0.0.1' is neither"),
        ("site --host ::1", "--host '::1' is neither"),
        ("site --host 127.0.0.300", "--host '127.0.0.300' is neither"),
    ],
)
def test_a_usage_error_names_the_option(words: str, says: str) -> None:
    result = rpa(*words.split())
    assert result.exit_code == 2
    assert result.stderr.startswith(f"rpa: {says}")
    assert result.stderr.count("\n") == 1


def test_a_host_name_with_a_blank_is_refused() -> None:
    assert "--host 'ex ample' is neither" in rpa("site", "--host", "ex ample").stderr


@pytest.mark.parametrize("words", [(), ("profile",)])
def test_without_a_command_there_is_plain_help(words: tuple[str, ...]) -> None:
    assert rpa(*words).stderr.startswith("Usage: ")


@pytest.mark.parametrize("option", ["--port", "--backend-port"])
def test_a_port_in_use_is_named(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = rpa("site", option, str(port))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"rpa: {option} {port} cannot be served: ")
    assert "choose another port, or 0 for any free one" in result.stderr


@pytest.mark.parametrize("words", [("template", "-o"), ("site", "--write-profile")])
def test_no_file_is_written_over(words: tuple[str, ...], folder: Path) -> None:
    kept = (folder / "site.toml").read_bytes()
    result = rpa(*words, "site.toml")
    assert result.exit_code == 2
    assert result.stderr == "rpa: site.toml exists, and is not written over; choose another name, or delete it first\n"
    assert (folder / "site.toml").read_bytes() == kept


def test_the_site_writes_a_new_profile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.cli.site._wait", lambda _stop: None)
    assert rpa("site", "--host", "localhost", "--write-profile", "new.toml").exit_code == 0
    assert load_profile(folder / "new.toml").site.base_url.startswith("http://localhost:")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    desk = Desk.open(json=False, output=tmp_path / "file" / "out")
    with pytest.raises(UsageError, match=r"file/out can't be written to: .*another folder with --output"):
        desk.start_log()
