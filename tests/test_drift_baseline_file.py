"""baseline.toml: what is written is read again, reads well, and a fault in it is told with its place."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.baseline import Baseline, KnownPage, KnownThing
from rpa.drift.baseline_file import BaselineError, load_baseline, save_baseline
from rpa.drift.baseline_place import FILE, find_baseline, place_of_baseline
from rpa.drift.baseline_text import baseline_as_toml
from rpa.settings import Settings
from tests.drift_bench import baseline, four_links

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)  # half a pair is no text of a file
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
THINGS = st.builds(
    KnownThing, key=TEXTS, sort=st.sampled_from(["press", "label"]), says=TEXTS, also=LISTS, times=st.integers(0, 9),
    holds=TEXTS, not_at=LISTS, dead_at=LISTS,
)  # fmt: skip
PAGES = st.builds(
    KnownPage, things=st.lists(THINGS, max_size=2).map(tuple), links=LISTS, labels=LISTS, columns=LISTS, statuses=LISTS,
    modules=LISTS, messages=LISTS, seen_at=LISTS,
)  # fmt: skip
BASELINES = st.builds(
    Baseline, revision=st.integers(1, 10**6), site=TEXTS, by=TEXTS, why=TEXTS, canaries=LISTS,
    learned_at=st.datetimes(timezones=st.just(dt.UTC)).filter(lambda moment: moment.year > 1900),
    pages=st.dictionaries(st.sampled_from(["organization", "cancel_page"]), PAGES),
)  # fmt: skip


@given(BASELINES)
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_again(learned: Baseline) -> None:
    assert Baseline.model_validate(tomllib.loads(baseline_as_toml(learned))) == learned


def test_a_file_is_read_as_it_was_saved(tmp_path: Path) -> None:
    learned = baseline(cancel_page=four_links())
    path = save_baseline(tmp_path / "made" / "for it", learned)
    assert load_baseline(path.parent) == learned
    assert [one.name for one in path.parent.iterdir()] == [FILE], "nothing half-written is left"


def test_a_change_of_one_fact_is_a_change_of_one_line() -> None:
    pages = (four_links(), four_links(cancel_billings="Cancel Scheduled Billings."))
    texts = [set(baseline_as_toml(baseline(cancel_page=page)).splitlines()) for page in pages]
    assert len(texts[0] - texts[1]) == 2, "as one that is relied on, and as a link"
    assert all("Billings" in line for line in texts[0] ^ texts[1])


def test_a_reviewer_sees_what_does_not_show(tmp_path: Path) -> None:
    page = KnownPage(links=("Purge\u202e\x1b[0m\x7f", "Ünïcödé 😀"))
    text = save_baseline(tmp_path, baseline(organization=page)).read_text("utf-8")
    assert r'"Purge\u202E\u001b[0m\u007F"' in text
    assert "Ünïcödé 😀" in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('sort = "press"', 'sort = "pull"', r"pages\.cancel_page\.things\[0\]\.sort: must be 'press'"),
        ("revision = 1", "revision = 'x'", r"line \d+, revision: must be a valid integer.*it is 'x'"),
        ('by = "ann"\n', "", r"by: is missing; take it from version control again, or delete it and run `rpa learn`"),
        ('by = "ann"', 'bye = "ann"', r"bye: no such key"),
        ("seen_at = [", "seen_at = [[", r"line \d+: not valid TOML"),
        ("[pages.cancel_page]", "[pages.elsewhere]", r"pages\.elsewhere"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = save_baseline(tmp_path, baseline(cancel_page=four_links()))
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BaselineError, match=told) as caught:
        load_baseline(tmp_path)
    assert str(path) in str(caught.value)


def test_where_there_is_none_it_is_said_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"cannot be read: No such file.*`rpa learn` writes one"):
        load_baseline(tmp_path)


def test_it_is_beside_the_profile_unless_another_folder_is_named(tmp_path: Path) -> None:
    profile = tmp_path / "site.toml"
    assert find_baseline(profile, Settings()) is None
    assert find_baseline(None, Settings()) is None
    save_baseline(tmp_path / "site.baseline", baseline())
    assert find_baseline(profile, Settings()) == tmp_path / "site.baseline"
    named = Settings(baseline=tmp_path / "other")
    assert find_baseline(profile, named) == place_of_baseline(profile, named) == tmp_path / "other"
    assert (tmp_path / "site.baseline" / FILE).is_file()
