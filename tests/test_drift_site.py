"""`rpa learn`, `rpa check` and `rpa profile accept` on the stand-in; and the page objects on what was recorded of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from typer.testing import Result

from fixtures.profiles import profile_text
from fixtures.standin import StandIn
from flows.profile import SiteProfile
from page_objects.ar_billing_page import ArBillingPage
from page_objects.cancel_page import CancelPage
from page_objects.organization_page import OrganizationPage
from page_objects.portrait import PageName
from page_objects.words import Words
from rpa.cli.check import _announce
from rpa.cli.desk import Desk
from rpa.drift.baseline_file import load_baseline
from rpa.drift.baseline_place import RECORDINGS
from rpa.drift.offline import KINDS, page_of, recognised, recorded_surveys
from rpa.drift.recorded_tab import NotRecorded
from rpa.drift.recordings import Recording, load_recordings
from rpa.profiles import load_profile
from tests.cli_bench import rpa
from tests.drift_bench import FOUR, Surveyor

NUMBER = "611974"
LINK, NEW = FOUR["cancel_billings"], "Cancel Scheduled Billings."
ALONE: set[PageName] = {"start_page", "cancel_page"}
"""Pages that no other page object takes for its own, on any site."""


class Learned(NamedTuple):
    folder: Path
    site: StandIn
    told: Result

    @property
    def profile(self) -> SiteProfile:
        return load_profile(self.folder / "site.toml")

    @property
    def recordings(self) -> dict[PageName, Recording]:
        found = load_recordings(self.folder / "site.baseline" / RECORDINGS)
        return {one.page: one for one in reversed(found)}

    def newest(self) -> Path:
        return max((self.folder / "rpa-data" / "checks").iterdir())


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learned]:
    """A profile with a canary, and what `rpa learn` made of the stand-in."""
    folder = tmp_path_factory.mktemp("drift")
    with StandIn(skin="classic") as site, pytest.MonkeyPatch.context() as patch:
        name = site.account(NUMBER).name
        canary = f'\n[[canaries]]\naccount_name = "{name}"  # our own\naccount_number = "{NUMBER}"\n'
        text = profile_text("classic", site).replace("quiet = 0.6", "quiet = 0.3")
        (folder / "site.toml").write_text(text + canary, "utf-8")
        patch.chdir(folder)
        for variable in ("RPA_BASELINE", "RPA_OUTPUT", "RPA_DATABASE_URL"):
            patch.delenv(variable, raising=False)
        patch.setenv("RPA_PROFILE", "site.toml")
        patch.setenv("RPA_USERNAME", site.username)
        patch.setenv("RPA_PASSWORD", site.password)
        yield Learned(folder, site, rpa("learn", "--by", "ann", "--why", "first"))


def test_what_was_learned_is_told_and_written(learned: Learned) -> None:
    assert learned.told.exit_code == 0, learned.told.output
    assert "page with the four links  6" in learned.told.stdout
    baseline = load_baseline(learned.folder / "site.baseline")
    assert (baseline.revision, baseline.by, baseline.why) == (1, "ann", "first")
    assert set(baseline.pages) == set(KINDS)


def test_each_page_object_recognises_its_page_and_no_other(learned: Learned) -> None:
    words = learned.profile.words
    for page, recording in learned.recordings.items():
        found = recognised(recording.screen(words), words)
        assert page in found
        assert found == recording.recognised, "as it was on the site"
        assert len(found) == 1 or page not in ALONE, found


def test_pages_tell_whose_they_are_without_a_browser(learned: Learned) -> None:
    record = page_of(learned.recordings["organization"], learned.profile)
    assert isinstance(record, OrganizationPage)
    told = record.identity(record.body(record.tab.look()))
    assert (told.numbers, told.names) == ((NUMBER,), ("12-10 Test",))
    for name in ("start_page", "cancel_page", "billing", "cancelled_tab"):
        page = page_of(learned.recordings[name], learned.profile)
        assert f"{NUMBER} - 12-10 Test" in " ".join(page.identity(page.body(page.tab.look())).lines)


def test_the_four_links_are_found_and_cannot_be_pressed(learned: Learned) -> None:
    page = page_of(learned.recordings["cancel_page"], learned.profile)
    assert isinstance(page, CancelPage)
    page.check_links(FOUR)
    with pytest.raises(NotRecorded, match=r"recorded page|recording"):
        page.set_status()
    with pytest.raises(NotRecorded, match="can't be pressed: the page is a recording"):
        page.tab.press(page.link(page.words.cancel_page.set_status))


def test_billings_are_read_from_the_recording(learned: Learned) -> None:
    page = page_of(learned.recordings["billing"], learned.profile)
    assert isinstance(page, ArBillingPage)
    rows = [(row.number, row.amount, row.status) for row in page.table.read_all()]
    truth = [row for row in learned.site.account(NUMBER).billing if row.status != "Cancelled"]
    assert rows == [(row.invoice, Decimal(row.amount), row.status) for row in truth]
    assert all(learned.profile.read_date(row.due) for row in page.table.read_all())


def test_no_recording_has_anything_of_a_customer(learned: Learned) -> None:
    texts = [path.read_text("utf-8") for path in (learned.folder / "site.baseline").rglob("*.*")]
    own = learned.site.account(NUMBER)
    words = Words().start_page.cancel  # which is an account's name, too
    others = [one for one in learned.site.accounts() if one.number != NUMBER and one.name not in words]
    secrets = [one.number for one in others]
    secrets += [one.name for one in others if len(one.name) > 8 and one.name not in own.name]
    secrets += [value for _, value in own.fields if len(value) > 7 and not value.replace(" ", "").isalpha()]
    secrets += [learned.site.password, "Set-Cookie", "jsessionid"]
    assert len(secrets) > 30
    for text in texts:
        assert [one for one in secrets if one in text] == []


def test_recordings_are_as_the_baseline_has_them_until_the_profile_changes(learned: Learned) -> None:
    assert rpa("check", "--offline").exit_code == 0
    text = (learned.folder / "site.toml").read_text("utf-8")
    (learned.folder / "other.toml").write_text(text + "[words.cancel_page]\nset_status = 'Set Status'\n", "utf-8")
    told = rpa("check", "--offline", "--profile", "other.toml", "--baseline", "site.baseline")
    assert (told.exit_code, "Set Account Status = 'DELETE'\" is gone" in told.stdout) == (5, True), told.output
    assert rpa("profile", "accept", str(learned.newest()), "--yes").exit_code == 2, "recordings say nothing of the site"


def test_what_is_not_read_is_told(learned: Learned, capsys: pytest.CaptureFixture[str]) -> None:
    known = load_baseline(learned.folder / "site.baseline")
    site = load_profile(learned.folder / "site.toml")
    for roles, told in ((known.canaries, ""), ((*known.canaries, "dead_link"), "not compared: what only dead_link of")):
        _announce(Desk.open(json=False), site, known.model_copy(update={"canaries": roles}))
        said = capsys.readouterr().out
        assert (told in said, "not compared" in said) == (True, bool(told)), said


@pytest.mark.timeout(300)  # two walks over all pages
def test_a_word_that_changed_is_found_told_accepted_and_then_known(learned: Learned) -> None:
    learned.site.arm("changed_word", times=None, old=LINK, new=NEW)
    try:
        found = rpa("check", "--junit", "junit.xml")
        assert found.exit_code == 5, found.output
        assert found.stdout.startswith(f"Reading {NUMBER} (ordinary)\n"), found.output
        assert f'The link "{LINK}" is gone from the page with the four links; closest: "{NEW}"' in " ".join(
            found.stdout.split()
        )
        report = learned.newest()
        _assert_reported(report)
        assert rpa("profile", "accept", str(report), "--yes").exit_code == 3, "the words have to be typed"
        accepted = rpa("profile", "accept", str(report), "--words", NEW, "--by", "bob", "--json")
        assert json.loads(accepted.stdout.splitlines()[-1])["revision"] == 2, accepted.output
        assert "# our own" in (learned.folder / "site.toml").read_text("utf-8")
        clean = rpa("check", "--no-pictures", "--json")
        assert (clean.exit_code, json.loads(clean.stdout)["changes"]) == (0, []), clean.output
        assert rpa("check", "--offline").exit_code == 0, "the recordings went with it"
    finally:
        learned.site.disarm()
    assert {entry.kind for entry in learned.site.ledger} == {"sign_in"}, "nothing was done to any account"


def _assert_reported(report: Path) -> None:
    told = json.loads((report / "report.json").read_text("utf-8"))
    assert [(one["kind"], one["key"]) for one in told["changes"]] == [("renamed", "words.cancel_page.cancel_billings")]
    picture = Image.open(report / told["changes"][0]["picture"]).convert("RGB")
    left, top, width, height = told["changes"][0]["box"]
    red = [picture.getpixel((left + width // 2, top - 4)), picture.getpixel((left + width // 2, top + height + 4))]
    assert all(isinstance(one, tuple) and one[0] > 150 > 90 > max(one[1:]) for one in red), "a red frame is round it"
    [suite] = ET.parse("junit.xml").getroot()
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert (suite.get("tests"), failed) == ("7", {"page with the four links"})
    assert {path.name for path in report.iterdir()} >= {"index.html", "junit.xml", "baseline.toml", "proposed.toml"}


def _recorded(learned: Learned) -> Callable[..., AbstractContextManager[Any]]:
    """For `Desk.robot`: the pages are as they were recorded."""

    @contextmanager
    def robot(_desk: Any, profile: SiteProfile, _watching: Any) -> Iterator[tuple[Surveyor, None]]:
        recordings = load_recordings(learned.folder / "site.baseline" / RECORDINGS)
        yield Surveyor(*recorded_surveys(recordings, profile)), None

    return robot


def test_a_baseline_is_not_written_over_unasked(learned: Learned, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (learned.folder / "site.baseline" / "baseline.toml").read_bytes()
    monkeypatch.setattr("rpa.cli.desk.Desk.robot", _recorded(learned))
    told = rpa("learn")
    assert (told.exit_code, "--yes writes it unseen" in told.stderr) == (3, True), told.output
    assert (learned.folder / "site.baseline" / "baseline.toml").read_bytes() == before
    assert rpa("learn", "--yes").exit_code == 0
