"""What a profile may not say: values that the types alone would let through, and in which words each is told."""

from pathlib import Path

import pytest

from flows.profile import ServerLocation, SiteProfile
from tests.test_profiles import URL, faults

SITE = f'[site]\nbase_url = "{URL}"\n'
LOCATION = '[[server_locations]]\nurl = "https://ar.example.com"\n'


def only_fault(folder: Path, text: str) -> str:
    [fault] = faults(folder, text)
    return fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOCATION, "server_locations[0]: must have prefixes or a server"),
        (LOCATION + 'server = " "\n', "server_locations[0]: must have prefixes or a server"),
        ((LOCATION + 'prefixes = ["5"]\n') * 2, "server_locations: prefix 5 stands twice"),
        (LOCATION + 'prefixes = ["5", "5"]\n', "server_locations: prefix 5 stands twice"),
        (
            LOCATION + 'server = "S05"\n' + LOCATION + 'server = " s05"\n',
            "server_locations: server s05 stands twice",
        ),
        ('[policy]\nprotected_numbers = ["abc"]\n', "protected_numbers[0]: must be digits only"),
        ('[policy]\nprotected_numbers = ["500 001"]\n', "protected_numbers[0]: must be digits only"),
        ('[policy]\nprotected_numbers = [""]\n', "protected_numbers[0]: must be digits only"),
        ('[policy]\nprotected_numbers = ["٥٠٠"]\n', "protected_numbers[0]: must be digits only"),
        ("[policy]\nprotected_numbers = [500001]\n", "protected_numbers[0]: must be a string, in quotes"),
        ('[policy]\nprotected_names = [" "]\n', "protected_names[0]: must not be blank"),
        ("[policy]\nstrikes = true\n", "policy.strikes: must be a whole number; it is True"),
        ("[timing]\npage = inf\n", "timing.page: must be a finite number"),
        ("[timing]\nlatency_of_effect = nan\n", "timing.latency_of_effect: must be a finite number"),
        ("[timing]\nquiet = true\n", "timing.quiet: must be a number; it is True"),
        ("[timing]\nquiet = 0\n", "timing.quiet: must be greater than 0; it is 0"),
        ('[privacy]\nmasked_fields = [""]\n', "privacy.masked_fields[0]: must not be blank"),
        ('[[drop_downs]]\nprefixes = []\nlabel = "x"\n', "drop_downs[0].prefixes: must hold at least one"),
        ('[[drop_downs]]\nprefixes = ["5"]\nlabel = ""\n', "drop_downs[0].label: must not be blank"),
        ('[reasons]\n"Too dear" = ""\n', "reasons.Too dear: must not be blank"),
        ('[reasons]\n" " = "Price"\n', "must not be blank; it is ' '"),
        ('[self_service]\ndetect = "x"\n', "self_service.detect: must be a list of strings; it is 'x'"),
        ("[words.sign_in]\nbutton = 5\n", "words.sign_in.button: must be a string or a list of strings; it is 5"),
        ("[words]\nsign_in = 5\n", "words.sign_in: must be a table: write [words.sign_in]"),
        ("[server_locations]\nx = 1\n", "server_locations: must be a table: write [[server_locations]]"),
        ("[[policy]]\nstrikes = 1\n", "policy: must be a table: write [policy]"),
        ('profile_version = 1\nname = "x"\n', "no such key in [site]; it stands above [site]"),
        ("drop_downs = []\n", "no such key in [site]; it is a table of its own: [[drop_downs]]"),
        ("policy = {}\n", "no such key in [site]; it is a table of its own: [policy]"),
        ("reasons = {}\n", "no such key in [site]; it is a table of its own: [reasons]"),
    ],
)
def test_what_would_do_nothing_or_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(tmp_path, SITE + text)[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('base_url = "https://a.example.com:99999"', ", line 2, site.base_url: must have a port from 1 to 65535"),
        ('base_url = "https://a.example.com:0"', ", line 2, site.base_url: must have a port from 1 to 65535"),
        ('base_url = "https://a.example.com:x"', ", line 2, site.base_url: must have a port from 1 to 65535"),
        ('base_url = "https://a b.example.com"', ", line 2, site.base_url: must have no blank in its host"),
        ('base_url = "https://a\\tb.example.com"', ", line 2, site.base_url: must have no blank in its host"),
        ('base_url = "https://[::1"', ", line 2, site.base_url: "),
        (f'base_url = "{URL}"\nallowed_origins = ["{URL}/a"]', "allowed_origins[0]: must be scheme://host[:port]"),
        (f'base_url = "{URL}"\nallowed_origins = ["{URL}?a"]', "allowed_origins[0]: must be scheme://host[:port]"),
        (f'base_url = "{URL}"\ndate_format = "MM/DD/YYYY/MM"', ", line 3, site.date_format: must be made of"),
        (f'base_url = "{URL}"\ndate_format = "M D D YYYY"', ", line 3, site.date_format: must be made of"),
    ],
)
def test_an_address_or_a_date_that_cannot_be_is_refused(tmp_path: Path, line: str, said: str) -> None:
    assert said in only_fault(tmp_path, f"[site]\n{line}\n")


def test_faults_of_wordings_and_of_tables_are_told_beside_those_of_types(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        SITE
        + '[timing]\npage = "long"\n[words.billing]\nstatus = []\n[words.cancel_page]\ndialog = "("\n'
        + '[[drop_downs]]\nprefixes = ["5", "5"]\nlabel = "x"\n',
    )
    assert [line.split(",")[2].split(":")[0].strip() for line in told] == [
        "timing.page",
        "words.billing.status",
        "words.cancel_page.dialog",
        "drop_downs",
    ]


def test_the_longest_prefix_decides_and_between_equals_nobody_guesses() -> None:
    def location_for(*rows: tuple[str, str, str], server: str = "") -> str | None:
        locations = [
            ServerLocation(prefixes=(prefix,) if prefix else (), server=name, url=f"https://{host}.example")
            for prefix, name, host in rows
        ]
        profile = SiteProfile.model_validate({"site": {"base_url": URL}})
        return profile.model_copy(update={"server_locations": tuple(locations)}).server_location_for("500001", server)

    assert location_for(("5", "", "z"), ("50", "", "a"), ("6", "", "b")) == "https://a.example"
    assert location_for(("5", "", "a"), ("5", "", "b")) is None
    assert location_for(("5", "", "a"), ("", "05 ", "b"), server=" 05") == "https://b.example"
    assert location_for(("", "05", "a"), ("", "05", "b"), server="05") is None
    assert location_for(("5", "", "a"), ("", "05", "b"), server="06") == "https://a.example"


def test_blanks_round_a_protected_number_protect_all_the_same() -> None:
    content = {"site": {"base_url": URL}, "policy": {"protected_numbers": [" 500001 "]}}
    assert SiteProfile.model_validate(content).policy.protected_numbers == ("500001",)
