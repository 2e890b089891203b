"""The pytest plugin, in runs of its own: what a test is given, what it may not do, and what it leaves behind."""

import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from fixtures.standin import StandIn
from flows.errors import NeedsHuman
from flows.profile import Canary
from rpa.testing import browsing
from rpa.testing.account_locks import one_of
from rpa.testing.opening import read_profile
from rpa.testing.run_folder import run_folder
from rpa.testing.signing_in import FAILED, one_at_a_time
from rpa.traces import scrub
from tests.plugin_bench import SAMPLES, canary, real_site, run_pytest

RERUN = ("--reruns", "3")


def test_tests_that_have_nothing_to_do_with_it_are_left_alone(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, "--base-url", "http://example.invalid", sample="unrelated")
    assert run.counted("passed") == 2, run.said


def test_a_project_may_have_a_package_called_fixtures(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures/__init__.py").touch()
    (tmp_path / "fixtures/mine.py").write_text('GREETING = "mine"\n', "utf-8")
    run = run_pytest(tmp_path, sample="own_fixtures")
    assert run.counted("passed") == 2, run.said


@pytest.mark.timeout(300)  # a run of its own, on a machine that may be busy
def test_on_the_stand_in(tmp_path: Path) -> None:
    """One run for all that needs a browser: pages, roles, effects, re-runs, traces."""
    artefacts = ("--tracing", "retain-on-failure", "--screenshot", "only-on-failure")
    run = run_pytest(tmp_path, "-o", "filterwarnings=error", *RERUN, *artefacts, sample="standin_run")
    assert run.counted("passed") == 8, run.said
    assert run.counted("failed") == 2, run.said
    assert "one account; this one asks for ordinary, dead_link" in run.said
    starts = (tmp_path / "starts").read_text().splitlines()
    assert starts.count("effects") == 1, "a test with effects was run again"
    assert starts.count("reading") == 3, "a test that reads was not run again"
    assert run.counted("rerun") == 2, "the retry plugin has its turn with tests that read only"
    kept = {path.parent.name: path for path in (tmp_path / "test-results").rglob("trace*.zip")}
    failed = [name for name in kept if "no-trace" in name]
    assert failed
    assert not [name for name in kept if "is-arrived" in name], "retain-on-failure keeps what failed only"
    assert list(kept[failed[0]].parent.glob("*.png"))
    assert_clean(kept[failed[0]], [StandIn().password, *(tmp_path / "cookies").read_text().splitlines()])


def assert_clean(trace: Path, secrets: list[str]) -> None:
    """Both parts, before and after the sign-in, are there, and no secret is in them."""
    with zipfile.ZipFile(trace) as file:
        names = file.namelist()
        whole = b"".join(file.read(name) for name in names)
    assert len([name for name in names if name.endswith(".trace")]) >= 2, names
    assert b"Organization" in whole
    assert len(secrets) > 1
    assert [secret for secret in secrets if secret.encode() in whole] == []


@pytest.mark.timeout(300)
def test_on_a_real_site(tmp_path: Path) -> None:
    """Two workers share no account; a test with effects runs once, though its worker dies of it."""
    with StandIn() as site:
        canaries = (
            canary(site, "541000", "ordinary") + canary(site, "641144", "ordinary")
            + canary(site, "741288", "to_be_changed", effects=True)
        )  # fmt: skip
        options, environment = real_site(tmp_path, site, canaries)
        run = run_pytest(
            tmp_path, *options, "--admin-allow-effects", "-rs", "-n", "2", *RERUN, sample="real_run", **environment
        )
        changes = [entry.kind for entry in site.ledger if entry.kind != "sign_in"]
    noted = (tmp_path / "noted").read_text().splitlines()
    assert changes == ["remove_license_count"], run.said
    assert noted.count("changing") == 1
    assert "never" not in noted
    assert run.counted("passed") == 7, run.said
    assert "allows no effects on a canary with role" in run.said
    assert "are for the stand-in" in run.said
    assert 'no canary with role = "role_denied"' in run.said
    assert_never_shared(noted)
    intents = (tmp_path / "rpa-data" / "tests" / "intents.jsonl").read_text()
    assert intents.count("remove_license_count") == 1, "the intent is on disk (promise 3)"


def assert_never_shared(noted: list[str]) -> None:
    for number in ("541000", "641144"):
        lines = [line.split() for line in noted if number in line]
        events = [kind for kind, _, _ in sorted(lines, key=lambda line: float(line[2]))]
        assert events == ["begin", "end"] * (len(events) // 2), noted
    assert len({line.split()[1] for line in noted if line.startswith("begin")}) == 2, "a free canary is preferred"


def test_a_test_with_effects_starts_once_whatever_retries_it(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "retries.py", tmp_path)
    run = run_pytest(tmp_path, "-p", "retries", sample="retried")
    assert (tmp_path / "noted").read_text().splitlines() == ["protocol", "call"], run.said
    assert run.said.count("is not run a second time") >= 2, run.said
    assert "Errno" not in run.said, "the sentence alone"


def test_without_the_option_tests_with_effects_are_left_out_on_a_real_site(tmp_path: Path) -> None:
    with StandIn() as site:
        options, environment = real_site(tmp_path, site, canary(site, "741288", "to_be_changed", effects=True))
        run = run_pytest(tmp_path, *options, "-k", "changes or may_not", sample="real_run", **environment)
        assert not site.visits
    assert run.counted("skipped") == 2, run.said
    assert not (tmp_path / "noted").exists()


def test_what_failed_in_one_process_is_not_tried_in_another(pytestconfig: pytest.Config) -> None:
    """The run's processes share a folder; two turns here stand for two of them."""
    tried = []

    def sign_in() -> None:
        tried.append(1)
        raise NeedsHuman("sign_in", "wrong password")

    for _ in range(2):
        with pytest.raises(NeedsHuman, match="wrong password"), one_at_a_time(pytestconfig)(lambda: None):
            sign_in()
    (run_folder(pytestconfig) / FAILED).unlink()
    assert tried == [1]


def test_one_failed_sign_in_ends_the_run(tmp_path: Path) -> None:
    with StandIn() as site:
        options, environment = real_site(tmp_path, site, canary(site, "541000", "ordinary"))
        site.rotate_password()
        run = run_pytest(tmp_path, *options, sample="sign_in", **environment)
        assert [entry.kind for entry in site.ledger] == ["sign_in"], run.said
    assert "is not tried again" in run.said
    assert site.password not in run.said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--admin-profile", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--base-url", "http://other.example"], "--base-url needs --admin-profile"),
        (["--admin-skin", "paper"], "the stand-in has no such skin"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, options: list[str], sentence: str) -> None:
    run = run_pytest(tmp_path, *options, "-k", "seeded", sample="standin_run")
    assert run.code != 0
    assert sentence in run.said
    assert "Traceback" not in run.said


@pytest.mark.parametrize(
    ("url", "may"), [("https://live.example", False), ("https://staging.example", True), ("", True)]
)
def test_on_another_host_no_canary_may_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, may: bool
) -> None:
    """Of the account with that number there nobody has said that it may."""
    profile = tmp_path / "staging.toml"
    told = 'account_name = "Test"\naccount_number = "612345"\neffects = true\n'
    profile.write_text(f'name = "x"\n[site]\nbase_url = "https://staging.example"\n[[canaries]]\n{told}', "utf-8")
    for name in ("RPA_USERNAME", "RPA_PASSWORD"):
        monkeypatch.setenv(name, "no-secret")
    options = {"--admin-profile": str(profile), "base_url": url}
    site, _ = read_profile(cast("pytest.Config", SimpleNamespace(getoption=options.get)))
    assert [one.effects for one in site.canaries] == [may]


def test_the_users_choice_of_a_browser_wins() -> None:
    given = {"channel": "chrome", "headless": False, "slow_mo": 50, "args": ["--lang=de"]}
    launched = browsing.launch_args_for(given)
    assert {name: launched[name] for name in ("channel", "headless", "slow_mo")} == {
        "channel": "chrome", "headless": False, "slow_mo": 50,
    }  # fmt: skip
    assert "executable_path" not in launched
    assert launched["args"][0] == "--lang=de"
    assert browsing.NO_REPEAT in launched["args"]


def test_a_browser_that_would_repeat_an_effect_is_refused() -> None:
    with pytest.raises(pytest.fail.Exception, match="could repeat an effect"):
        browsing.check_browser("chromium", {"args": []})
    with pytest.raises(pytest.fail.Exception, match="not with firefox"):
        browsing.check_browser("firefox", {"args": [browsing.NO_REPEAT]})


def test_an_account_that_stays_taken_is_waited_for_and_then_named() -> None:
    only = [Canary(account_name="Of nobody", account_number="900001")]
    with (
        one_of(only, "https://nowhere.example", 0),
        pytest.raises(pytest.fail.Exception, match="account 900001"),
        one_of(only, "https://nowhere.example", 0.1),
    ):
        raise AssertionError("never reached")
    with one_of(only, "https://nowhere.example", 0) as free:
        assert free.account_number == "900001"


def test_tokens_in_addresses_are_struck_from_a_trace(tmp_path: Path) -> None:
    trace = tmp_path / "trace.zip"
    with zipfile.ZipFile(trace, "w") as file:
        file.writestr("trace.network", b'{"url":"https://a.example/x?acct=611974&session_token=abc123&y=1"}')
    scrub(trace, [])
    with zipfile.ZipFile(trace) as file:
        told = file.read("trace.network")
    assert told == b'{"url":"https://a.example/x?acct=611974&session_token=[secret]&y=1"}'
