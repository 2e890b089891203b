"""`rpa profile accept`: nothing is taken over by itself, least of all the words of a link that has an effect."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from flows.change import Change
from page_objects.screen import Screen
from rpa.drift.baseline_file import load_baseline, save_baseline
from rpa.drift.profile_edit import EditError, replace_profile, with_wordings
from rpa.drift.proposals import Proposal, has_effect, proposals
from rpa.drift.report import load_report
from rpa.profiles import load_profile
from tests.cli_bench import objects, rpa
from tests.drift_bench import FOUR, cancel_page, checked, learn

PROFILE = """\
# our site
name = "a site"
[site]
base_url = "https://crm.example.com"  # the CRM

[[canaries]]
account_name = "12-10 Test"
account_number = "611974"

[words.cancel_page]
# since release 7
cancel_billings = [
  "Cancel All Scheduled and Submitted Billings.",  # the article's
]
confirm = "Yes"

[policy]
notice_days = 5
"""
NEW = "Cancel Scheduled Billings."
RENAMED = (FOUR["remove_license_count"], NEW, FOUR["set_status"], FOUR["set_contact_info"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile with its baseline."""
    monkeypatch.chdir(tmp_path)
    for name in ("RPA_BASELINE", "RPA_OUTPUT", "RPA_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RPA_PROFILE", "site.toml")
    (tmp_path / "site.toml").write_text(PROFILE, "utf-8")
    save_baseline(tmp_path / "site.baseline", learn(load_profile(tmp_path / "site.toml"), cancel_page()))
    return tmp_path


@pytest.fixture
def report(folder: Path) -> Callable[..., Path]:
    """What `rpa check` writes when the page shows this."""

    def made(screen: Screen) -> Path:
        site = load_profile(folder / "site.toml")
        checked(site, load_baseline(folder / "site.baseline"), screen, folder / "report")
        return folder / "report"

    return made


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.cli.desk.a_person_is_here", lambda: True)


def accept(*words: str, type: str = "") -> Result:  # noqa: A002
    return rpa("profile", "accept", "report", "--by", "bob", *words, type=type)


def unchanged(folder: Path) -> bool:
    same = (folder / "site.toml").read_text("utf-8") == PROFILE and not (folder / "site.toml.bak").exists()
    return same and load_baseline(folder / "site.baseline").revision == 1


def test_yes_is_no_answer_for_words_that_have_an_effect(folder: Path, report: Callable[..., Path]) -> None:
    report(cancel_page(*RENAMED))
    for words in ((), ("--yes",), ("--yes", "--only", "words.cancel_page.cancel_billings")):
        told = accept(*words)
        assert (told.exit_code, "nothing was accepted" in told.stderr) == (3, True), told.output
        assert unchanged(folder)


@pytest.mark.parametrize(
    "words", ["", "cancel scheduled billings.", "Cancel Scheduled Billings", "y", FOUR["set_status"]]
)
@pytest.mark.usefixtures("person")
def test_other_words_than_those_on_the_page_are_not_accepted(
    folder: Path, report: Callable[..., Path], words: str
) -> None:
    report(cancel_page(*RENAMED))
    told = accept("--yes", type=f"{words}\n")
    assert (told.exit_code, unchanged(folder)) == (3, True), told.output
    assert accept("--yes", "--words", words or "y").exit_code == 2


@pytest.mark.parametrize("how", ["typed", "given"])
def test_the_words_typed_are_written_and_comments_stay(
    folder: Path, report: Callable[..., Path], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(cancel_page(*RENAMED))
    monkeypatch.setattr("rpa.cli.desk.a_person_is_here", lambda: how == "typed")
    told = accept(type=f"{NEW}\n") if how == "typed" else accept("--words", NEW, "--why", "release 8")
    assert told.exit_code == 0, told.output
    text = (folder / "site.toml").read_text("utf-8")
    assert all(comment in text for comment in ("# our site", "# the CRM", "# since release 7", "# the article's"))
    assert tomllib.loads(text)["words"]["cancel_page"]["cancel_billings"] == [NEW, FOUR["cancel_billings"]]
    assert (folder / "site.toml.bak").read_text("utf-8") == PROFILE
    site, known = load_profile(folder / "site.toml"), load_baseline(folder / "site.baseline")
    assert (known.revision, known.by, known.why) == (2, "bob", "release 8" if how == "given" else "")
    assert checked(site, known, cancel_page(*RENAMED)).changes == ()
    assert "renamed" in {one.kind for one in checked(site, known, cancel_page()).changes}


def test_where_there_are_records_the_audit_trail_tells_it(folder: Path, report: Callable[..., Path]) -> None:
    report(cancel_page(*RENAMED))
    assert rpa("list").exit_code == 0  # makes the records
    assert accept("--words", NEW, "--why", "release 8").exit_code == 0
    [deed] = objects(rpa("audit", "--json"))
    assert (deed["who"], deed["what"]) == ("bob", "accept")
    assert deed["why"] == "revision 2 of a site: words.cancel_page.cancel_billings; release 8"


def test_old_words_that_mean_something_else_now_do_not_stay(folder: Path, report: Callable[..., Path]) -> None:
    site = load_profile(folder / "site.toml")
    before, now = learn(site, cancel_page()), learn(site, cancel_page(*RENAMED))
    page = now.pages["cancel_page"].model_copy(update={"labels": (FOUR["cancel_billings"],)})
    with_label = now.model_copy(update={"pages": {"cancel_page": page}})
    change = Change(
        page="cancel_page", kind="renamed", key="words.cancel_page.cancel_billings", expected=FOUR["cancel_billings"],
        nearest=NEW, sentence="...",
    )  # fmt: skip
    kept, dropped = (proposals([change], site, before, page, ())[0].words for page in (now, with_label))
    assert (kept, dropped) == ((NEW, FOUR["cancel_billings"]), (NEW,))


def test_what_was_not_accepted_is_told_again(folder: Path, report: Callable[..., Path]) -> None:
    seen = cancel_page(*RENAMED, also=("Send Final Invoice", "Purge Billing History"))
    changes = load_report(report(seen)).changes
    [new] = [number for number, one in enumerate(changes, 1) if one.kind == "new_link"]
    assert accept("--yes", "--only", str(new)).exit_code == 3, "a neighbour of the four links is no matter of a yes"
    told = accept("--words", "Purge Billing History", "--only", str(new))
    assert told.exit_code == 0, told.output
    assert (folder / "site.toml").read_text("utf-8") == PROFILE, "no word of the profile was accepted"
    site, known = load_profile(folder / "site.toml"), load_baseline(folder / "site.baseline")
    assert [one.key for one in checked(site, known, seen).changes] == ["words.cancel_page.cancel_billings"]


@pytest.mark.usefixtures("person")
def test_each_change_is_shown_and_asked_about(folder: Path, report: Callable[..., Path]) -> None:
    report(cancel_page(also=("Send Last Invoice", "Help")))
    found = load_report(folder / "report").changes
    told = accept(type="".join("Help\n" if one.seen == "Help" else "n\n" for one in found))
    assert told.exit_code == 0, told.output
    assert told.stdout.count("It has an effect") == sum(one.matters for one in found) >= 2
    assert "Accepted  1 of" in told.stdout


def test_a_report_of_another_revision_is_refused(folder: Path, report: Callable[..., Path]) -> None:
    report(cancel_page(*RENAMED))
    assert accept("--words", NEW).exit_code == 0
    told = accept("--words", NEW)
    assert told.exit_code == 2
    assert "revision 1 of the baseline, which is at revision 2 now: run `rpa check` again" in told.stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("report.json", None, "cannot be read"), ("report.json", "{}", "is no report of a check"), ("", "", "--only")],
)
def test_what_is_no_report_is_refused_in_a_sentence(
    folder: Path, report: Callable[..., Path], name: str, content: str | None, said: str
) -> None:
    made = report(cancel_page(*RENAMED))
    if name:
        (made / name).unlink()
    if content:
        (made / name).write_text(content, "utf-8")
    told = accept("--only", "words.form.save")
    assert (told.exit_code, said in told.stderr) == (2, True), told.output


def test_a_link_without_a_successor_is_not_accepted_as_gone(folder: Path, report: Callable[..., Path]) -> None:
    left = [words for words in FOUR.values() if words != FOUR["cancel_billings"]]
    [proposal] = load_report(report(cancel_page(*left))).proposals
    assert (proposal.new, bool(proposal.why_not)) == ("", True)
    told = accept("--yes")
    assert (told.exit_code, unchanged(folder)) == (3, True), told.output
    assert "It can't be accepted" in told.stdout


@pytest.mark.parametrize(
    ("closest", "why_not"),
    [
        ("Purge All Scheduled and Submitted Billings.", "a word that the robot never presses"),
        ("Set Account Status = DELETED", ""),
    ],
)
def test_a_dangerous_word_is_never_proposed(report: Callable[..., Path], closest: str, why_not: str) -> None:
    links = [closest if words == FOUR["cancel_billings"] else words for words in FOUR.values()]
    [proposal] = load_report(report(cancel_page(*links))).proposals
    assert (proposal.new == "", why_not in proposal.why_not) == (bool(why_not), True)


def test_the_report_tells_programs_and_people_the_same(report: Callable[..., Path]) -> None:
    made = report(cancel_page(*RENAMED))
    told = json.loads((made / "report.json").read_text("utf-8"))
    assert (told["schema"], told["drift"], told["matters"]) == ("rpa.drift_check.v1", True, 1)
    [change] = told["changes"]
    assert change["sentence"] in (made / "junit.xml").read_text("utf-8").replace("&quot;", '"')
    assert f'cancel_billings = ["{NEW}", "{FOUR["cancel_billings"]}"]' in (made / "proposed.toml").read_text("utf-8")
    page = (made / "index.html").read_text("utf-8")
    assert "The admin UI has changed: 1 change, and it matters" in page
    assert "these words have to be typed" in page


# --- the profile ---


def proposal(key: str, *words: str, old: tuple[str, ...] = ()) -> Proposal:
    return Proposal(key=key, page="cancel_page", clause="", effect=True, old=old, new=words[0], words=words)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("", "words.form.save", ("Go", "Save")),
        ("[words.form]\nsave = 'Save'  # ours\n", "words.form.save", ("Go", "Save")),
        ("[words.form]\nsave = ['Old', 'Save']\n", "words.form.save", ("Go", "Save")),
        ("words.form.save = ['Save']\n", "words.form.save", ("Go",)),
        ("[words]\nform = { save = ['Save'] }\n", "words.form.save", ("Go", "Save")),
        ("[words.look_up]\nfield = 'X'\n[policy]\nnotice_days = 3\n", "words.form.save", ("Go", "Save")),
    ],
)
def test_a_wording_is_written_wherever_the_profile_has_it(
    tmp_path: Path, text: str, key: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f'{text}[site]\nbase_url = "https://a.example"\n', "utf-8")
    before, made = load_profile(path), [proposal(key, *words)]
    replace_profile(path, with_wordings(path.read_text("utf-8"), made), made)
    after = load_profile(path)
    assert after.words.form.save == words
    assert after.model_copy(update={"words": before.words}) == before


def test_a_table_that_is_made_stands_apart_from_the_next() -> None:
    text = '[words.form]\nsave = "Go"\n\n[timing]\npage = 8\n'
    made = [proposal("words.cancel_page.cancel_billings", "A"), proposal("words.cancel_page.set_status", "B")]
    added = '[words.cancel_page]\ncancel_billings = ["A"]\nset_status = ["B"]\n\n[timing]'
    assert with_wordings(text, made) == text.replace("[timing]", added)
    assert with_wordings("name = 1\n", made[:1]) == 'name = 1\n\n[words.cancel_page]\ncancel_billings = ["A"]\n'


def test_more_than_the_accepted_words_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[site]\nbase_url = "https://a.example"\n', "utf-8")
    other = '[site]\nbase_url = "https://evil.example"\n[words.form]\nsave = "Go"\n'
    with pytest.raises(EditError, match="more than the accepted words"):
        replace_profile(path, other, [proposal("words.form.save", "Go")])
    with pytest.raises(EditError, match="would not be valid any more"):
        replace_profile(path, "[site]\n", [proposal("words.form.save", "Go")])
    assert path.read_text("utf-8") == '[site]\nbase_url = "https://a.example"\n'
    assert [one.name for one in tmp_path.iterdir()] == ["site.toml"]


def test_a_drop_down_gets_its_new_label(tmp_path: Path) -> None:
    text = '[[drop_downs]]\nprefixes = ["5"]\nlabel = "Old"  # five\n[[drop_downs]]\nprefixes = ["6"]\nlabel = "Six"\n'
    changed = with_wordings(text, [proposal("drop_downs", "New", old=("Old",))])
    assert changed == text.replace('"Old"', '"New"')


def test_what_has_an_effect_is_known_by_its_key() -> None:
    typed = [
        "cancel_page.set_status",
        "cancel_page.confirm",
        "start_page.cancel",
        "form.save",
        "organization.manage_link",
    ]
    assert all(has_effect(f"words.{key}") for key in typed)
    assert not any(
        has_effect(f"words.{key}") for key in ("organization.account_number", "billing.status", "look_up.field")
    )
