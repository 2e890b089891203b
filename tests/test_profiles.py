"""Site profiles: each fault is told where it stands; the template keeps up with the model."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.profile import SiteProfile
from rpa.credentials import Credentials, CredentialsError, find_credentials
from rpa.profile_text import effective, template
from rpa.profiles import ProfileError, keys_of, load_profile
from rpa.toml_lines import lines_of

URL = "https://crm.example.com"


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    return [str(fault).removeprefix(str(path)) for fault in caught.value.faults]


def test_all_faults_are_told_each_with_line_key_and_what_is_allowed(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """\
name = "a site"
[site]
base_ul = "https://x"
base_url = "ftp://x"
password = "hidden"
[policy]
strikes = "three"
# a comment
[[drop_downs]]
prefixes = ["5",
  "a"]
label = "x"
[[drop_downs]]
lable = "y"
prefixes = ["6"]
[self_service]
policy = "sometimes"
notice_days = 3
""",
    )
    expected = [
        ", line 3, site.base_ul: no such key; did you mean base_url?",
        ", line 4, site.base_url: must be an http:// or https:// address",
        ", line 5, site.password: credentials never stand in a profile; set RPA_USERNAME",
        ", line 7, policy.strikes: must be a whole number; it is 'three'",
        ", line 10, drop_downs[0].prefixes[1]: must be digits only",
        ", line 13, drop_downs[1].label: is missing",
        ", line 14, drop_downs[1].lable: no such key; did you mean label?",
        ", line 17, self_service.policy: must be 'go_on' or 'refer'",
        ", line 18, self_service.notice_days: no such key; did you mean policy.notice_days?",
    ]
    assert [line[: len(start)] for line, start in zip(told, expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[site\n", ", line 1: not valid TOML"),
        ("x = 1\nx = 2\n", ", line 2: not valid TOML"),
        ("", ", line 1, site: is missing"),
        (
            f'[site]\nbase_url="{URL}"\n[words.billing]\nstatus = []\n',
            ", line 4, words.billing.status: must hold",
        ),
        (
            f'[site]\nbase_url="{URL}"\n[words.cancel_page]\ndialog = ["("]\n',
            ", line 4, words.cancel_page.dialog: '('",
        ),
        (
            f'[site]\nbase_url="{URL}"\n[words.start_page]\nlink_to_ar = "AR {{nr}}"\n',
            "must hold {number} and {name}",
        ),
        (
            f'[site]\nbase_url="{URL}"\n[[drop_downs]]\nprefixes=["5","5"]\nlabel="x"\n',
            ", drop_downs: prefix 5 stands",
        ),
    ],
)
def test_what_types_alone_would_not_find(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(tmp_path, text)[0]


def test_a_profile_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"none\.toml: cannot be read"):
        load_profile(tmp_path / "none.toml")
    (tmp_path / "site.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ProfileError, match="is not UTF-8 text"):
        load_profile(tmp_path / "site.toml")


def test_the_template_works_and_shows_every_key_at_its_default(tmp_path: Path) -> None:
    text = template(URL, "https://ar.example.com/look-up")
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    profile = load_profile(tmp_path / "site.toml")
    assert profile.site.backend_url == "https://ar.example.com/look-up"
    uncommented = re.sub(r"(?m)^#(?! )", "", text)
    assert SiteProfile.model_validate(tomllib.loads(uncommented)) == profile
    missing = [key for key in keys_of(SiteProfile) if not re.search(rf"(?m)^\W*{key.split('.')[-1]} = ", text)]
    assert missing == ["server_locations[].server", "reasons"]  # for both, an example is shown instead


def test_the_profile_in_effect_reads_back_as_itself() -> None:
    profile = SiteProfile.model_validate(
        {
            "site": {"base_url": URL},
            "reasons": {'Too "dear"': "Price"},
            "server_locations": [{"server": "05", "url": "https://ar.example.com/05"}],
        }
    )
    assert SiteProfile.model_validate(tomllib.loads(effective(profile))) == profile


keys = st.text("abcdef_", min_size=1, max_size=6)
values = st.recursive(
    st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)
tables = st.dictionaries(keys, values, max_size=3)


def toml_of(value: object) -> str:
    """The value, a list over several lines. U+007F is the one character that JSON writes and TOML forbids."""
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\x7f", "\\u007f")


@settings(max_examples=60, deadline=None)
@given(tables, st.dictionaries(keys, tables, max_size=3), st.booleans())
def test_the_line_of_a_key_is_the_line_it_was_written_on(
    top: dict[str, object], inner: dict[str, dict[str, object]], crlf: bool
) -> None:
    text, expected = "# head = 1\n\n", dict[tuple[str, ...], int]()
    for name, table in {"": top, **{f"t_{name}": table for name, table in inner.items()}}.items():
        if name:
            expected[(name,)] = text.count("\n") + 1
            text += f"[{name}]  # a comment with = in it\n\n"
        for key, value in table.items():
            expected[(name, key) if name else (key,)] = text.count("\n") + 1
            text += f"{key} = {toml_of(value)}\n"
    found = lines_of(text.replace("\n", "\r\n") if crlf else text)
    assert {path: found[path] for path in expected} == expected


def test_lists_of_tables_are_counted() -> None:
    text = "[[a]]\nx = 1\n[[a.b]]\ny = 1\n[[a]]\n[[a.b]]\n[[a.b]]\ny = 2\n[a.c]\nz = 3\n"
    found = lines_of(text)
    places = {
        ("a", 0, "x"): 2,
        ("a", 0, "b", 0, "y"): 4,
        ("a", 1): 5,
        ("a", 1, "b", 1, "y"): 8,
        ("a", 1, "c", "z"): 10,
    }
    assert {path: found[path] for path in places} == places


class TestCredentials:
    """Environment, then .env, then keyring; and never in a message."""

    profile = SiteProfile.model_validate({"site": {"base_url": URL, "backend_url": "https://ar.example.com"}})

    @pytest.fixture(autouse=True)
    def empty(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ("USERNAME", "PASSWORD", "ACCOUNT", "BACKEND_USERNAME", "BACKEND_PASSWORD"):
            monkeypatch.delenv(f"RPA_{name}", raising=False)
        monkeypatch.setattr("keyring.get_password", lambda _service, _user: None)

    def test_missing_ones_say_how_to_set_them(self) -> None:
        with pytest.raises(CredentialsError, match=r"RPA_USERNAME and RPA_PASSWORD .* keyring set planplus-rpa"):
            find_credentials(self.profile)

    def test_half_of_them_is_told_without_the_half(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RPA_PASSWORD", "s3cret-word")
        with pytest.raises(CredentialsError, match="RPA_PASSWORD is set but RPA_USERNAME is not") as caught:
            find_credentials(self.profile)
        assert "s3cret-word" not in str(caught.value)

    def test_the_environment_precedes_the_file_and_the_file_the_keyring(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stored = {
            f"{URL} username": "of-keyring",
            f"{URL} password": "p",
            "https://ar.example.com username": "of-ar",
            "https://ar.example.com password": "q",
        }
        monkeypatch.setattr(
            "keyring.get_password",
            lambda service, user: stored.get(user) if service == "planplus-rpa" else None,
        )
        found = find_credentials(self.profile)
        assert found.backend is not None
        assert (found.username, found.backend.username) == ("of-keyring", "of-ar")
        Path(".env").write_text("RPA_USERNAME=of-file\nRPA_PASSWORD=p\nRPA_ACCOUNT=acme\n", encoding="utf-8")
        assert (find_credentials(self.profile).username, find_credentials(self.profile).account) == (
            "of-file",
            "acme",
        )
        monkeypatch.setenv("RPA_USERNAME", "of-environment")
        assert find_credentials(self.profile).username == "of-environment"

    def test_a_keyring_that_fails_is_as_good_as_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from keyring.errors import NoKeyringError  # noqa: PLC0415

        def fails(_service: str, _user: str) -> str:
            raise NoKeyringError("none here")

        monkeypatch.setattr("keyring.get_password", fails)
        with pytest.raises(CredentialsError):
            find_credentials(self.profile)

    def test_a_file_that_is_no_text_is_told_without_what_it_holds(self) -> None:
        Path(".env").write_bytes(b"RPA_PASSWORD=s3cret-caf\xe9\n")
        with pytest.raises(CredentialsError, match=r"\.env in this folder is not UTF-8 text") as caught:
            find_credentials(self.profile)
        assert caught.value.__suppress_context__

    def test_they_do_not_show(self) -> None:
        credentials = Credentials.model_validate({"username": "u", "password": "s3cret-word"})
        assert "s3cret-word" not in f"{credentials!r} {credentials}" + credentials.model_dump_json()
        assert credentials.secrets == ("s3cret-word",)


def test_a_server_location_is_written_as_the_profile_has_it_and_allowed_with_or_without_its_slash() -> None:
    locations = [
        {"prefixes": ["5"], "url": "https://ar.example.com/"},
        {"prefixes": ["6"], "url": "https://b.example.com"},
    ]
    profile = SiteProfile.model_validate({"site": {"base_url": f"{URL}/"}, "server_locations": locations})
    assert profile.server_location_for("500001") == "https://ar.example.com/"
    assert profile.server_location_for("600001") == "https://b.example.com"
    assert profile.site.base_url == URL
    assert "https://ar.example.com:443" in profile.origins
