"""The regression suite's page for people (`--admin-report`): what it says of a run, whatever came of the run."""

import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from page_objects.obstacles import Missing, Whereabouts
from rpa.testing.witness import note

pytest_plugins = ["pytester"]

HOSTILE = "<script>alert(1)</script>\x1b[31m"
SITE = f"""
import pytest
from types import SimpleNamespace

PROFILE = SimpleNamespace(
    name="Acme staging",
    site=SimpleNamespace(base_url="https://crm.example"),
    privacy=SimpleNamespace(masked_fields=("Phone",)),
)

@pytest.fixture
def admin_site():
    return SimpleNamespace(profile=PROFILE, credentials=SimpleNamespace(secrets=("hush-9",)), secrets=set())

HOSTILE = {HOSTILE!r}
"""
CHECKS = """
from conftest import HOSTILE
import pytest

@pytest.mark.clause("2")
def test_the_account_is_found(admin_site): ...

@pytest.mark.clause("3", "4")
def test_the_drop_down_leads_on(admin_site):
    assert [HOSTILE] == [], f'the link "{HOSTILE}" is there; hush-9'

@pytest.mark.clause("10")
def test_the_form_is_saved(admin_site):
    pytest.skip("the profile allows no effects")

def test_of_my_own(): ...
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> "Run":
    pytester.makeconftest(SITE)
    return Run(pytester)


class Run:
    """A small suite in a folder of its own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.folder = pytester.path / "out"
        self.browser = False

    def __call__(self, checks: str = CHECKS, *options: str) -> str:
        """The text of the page, mark-up and style left out."""
        self.pytester.makepyfile(test_checks=checks)
        own = ("-p", "no:rerunfailures", "-p", "no:cacheprovider")
        if self.browser:
            self.pytester.runpytest_subprocess(*own, "--admin-report", "out", *options)
        else:  # pytest-playwright bears no second run in its process
            without = ("-p", "no:playwright", "--admin-report", "out", *options)
            self.pytester.runpytest_inprocess(*own, *without, no_reraise_ctrlc=True)
        html = (self.folder / "index.html").read_text("utf-8")
        assert html.isprintable() or not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", html)
        body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
        assert "<script" not in body
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_sentence_says_first_what_was_tested_and_how_much_of_it_holds(run: Run) -> None:
    text = run()
    assert "The admin UI “Acme staging” at https://crm.example was tested on " in text
    assert ": 2 of 3 checks passed; 1 did not. 1 check was not run." in text


def test_each_clause_stands_there_in_the_articles_words_with_what_became_of_it(run: Run) -> None:
    text = run()
    assert "2 To cancel an account you will look up their Account Name under Organization. ok ✓" in text
    assert re.search(r"3 Scroll down to the purple section .* failed ✗ The drop down leads on", text)
    assert re.search(r"10 Lastly, fill out .* not run – The form is saved Not run: the profile allows no effects", text)
    assert re.search(r"6\.2 Cancel All Scheduled and Submitted Billings\. not covered No check of this clause", text)
    assert "Checks that belong to no clause of the article ok ✓ Of my own" in text


def test_what_was_seen_is_told_in_a_sentence_without_the_tests_code_and_without_secrets(run: Run) -> None:
    text = run()
    assert 'The link "<script>alert(1)</script>⟨U+001B⟩[31m" is there; •••' in text
    assert "assert" not in text
    assert "hush-9" not in text


def test_junit_knows_clause_site_and_sentence_of_each_test(run: Run) -> None:
    run(CHECKS, "--junitxml", "junit.xml")
    cases = {
        case.get("name"): [(one.get("name"), one.get("value")) for one in case.iter("property")]
        for case in ET.parse(run.pytester.path / "junit.xml").iter("testcase")
    }
    told = dict(cases["test_the_drop_down_leads_on"])
    assert [value for name, value in cases["test_the_drop_down_leads_on"] if name == "clause"] == ["3", "4"]
    assert told["site"] == "“Acme staging” at https://crm.example"
    assert told["seen"].endswith("is there; •••")


def test_several_processes_write_one_page(run: Run) -> None:
    alone, together = run(), run(CHECKS, "-n", "2")
    told = [re.sub(r"tested on [^:]+:\d\d \w+|\d+\.\d s|The run took .*", "", text) for text in (alone, together)]
    assert told[0] == told[1]
    assert sorted(path.name for path in run.folder.iterdir()) == ["index.html"]


INTERRUPTED = CHECKS.replace("def test_of_my_own(): ...", "def test_stops():\n    raise KeyboardInterrupt")


def test_an_interrupted_run_tells_what_was_done_and_what_was_not(run: Run) -> None:
    text = run(f"{INTERRUPTED}\n@pytest.mark.clause('9')\ndef test_the_cancelled_tab_is_there(): ...")
    assert ": 1 of 2 checks passed; 1 did not. 3 checks were not run. The run was interrupted" in text
    assert "The cancelled tab is there Not run: the run ended before it" in text


def test_a_run_that_was_stopped_at_its_first_failure_says_so(run: Run) -> None:
    text = run(CHECKS, "-x")
    assert "The run was stopped before all checks were run (stopping after 1 failures)." in text
    assert "The form is saved Not run: the run ended before it" in text


def test_tests_that_cannot_be_read_and_tests_that_were_left_out_are_told(run: Run) -> None:
    text = run("import not_there")
    assert "no check was run" in text
    assert "The tests of test_checks.py could not be read: ModuleNotFoundError: No module named 'not_there'" in text
    text = run(CHECKS, "-k", "not form")
    assert "The form is saved Not run: it was not selected" in text


def test_a_test_that_passes_when_it_is_run_again_has_passed(run: Run) -> None:
    again = "import pytest\ntimes = []\n@pytest.mark.clause('2')\ndef test_it(admin_site):\n    times.append(1)\n"
    run.pytester.makepyfile(test_checks="")
    text = run(f"{again}    assert len(times) == 2, 'only once'", "-p", "rerunfailures", "--reruns", "2")
    assert "the one check passed" in text
    assert "nly once" not in text


def test_what_could_not_be_put_back_has_not_passed(run: Run) -> None:
    text = run(
        "import pytest\n@pytest.fixture\ndef account():\n    yield\n    raise RuntimeError('it could not be put back')\n"
        "@pytest.mark.clause('2')\ndef test_it(account): ..."
    )
    assert "0 of 1 check passed; 1 did not" in text
    assert "RuntimeError: it could not be put back" in text


PAGE = """
import pytest
from page_objects.tab import Tab

@pytest.fixture
def admin_tab(page):
    page.set_content("<h1>Organization</h1><table><tr><td>Phone:</td><td>555-0100</td></tr></table>")
    return Tab(page)

@pytest.mark.clause("2")
def test_it_is_there(admin_site, admin_tab):
    assert not admin_tab.look().text, f"there is {admin_tab.look().text!r}"
"""


def test_the_page_is_shown_as_the_test_left_it_masked_fields_aside(run: Run, own_browser: None) -> None:
    text = run(PAGE, "--junitxml", "junit.xml")
    assert "There is 'Organization" in text
    assert "555-0100" not in text
    pictures = list((run.folder / "pictures").iterdir())
    assert len(pictures) == 1
    assert painted_over(pictures[0]) > 100
    properties = ET.parse(run.pytester.path / "junit.xml").iter("property")
    assert pictures[0].name in [one.get("value") for one in properties if one.get("name") == "picture"]
    assert "data:image/jpeg;base64,/9j/" in (run.folder / "index.html").read_text("utf-8")


def painted_over(picture: Path) -> int:
    """How many pixels are of the grey that masked fields are painted over with."""
    colours = Image.open(picture).getcolors(1 << 24) or []
    return sum(count for count, colour in colours if all(abs(part - 120) <= 3 for part in colour))


@pytest.fixture
def own_browser(run: Run) -> None:
    """pytest-playwright's own fixtures, with this machine's browser."""
    here = Path(__file__).parent.parent
    run.browser = True
    run.pytester.makeconftest(
        f"{SITE}\nimport sys; sys.path.insert(0, {str(here)!r})\n"
        "from rpa.browsers import find_browser, launch_args, launch_options\nfrom rpa.settings import Settings\n"
        "@pytest.fixture(scope='session')\ndef browser_type_launch_args():\n"
        "    return {**launch_options(find_browser(Settings())), 'args': launch_args()}\n"
        "@pytest.fixture(scope='session')\ndef browser_context_args():\n    return {}\n"
    )


def test_a_failure_is_told_without_the_session_in_its_address() -> None:
    """By pytest too, whose text is in the terminal and in JUnit's XML."""

    secret = "".join(["s3", "cr3t"])  # not as it stands in the source, which pytest shows

    def read() -> None:
        raise Missing("no table", Whereabouts("billing page", f"https://crm.example/ar?sid={secret}", "AR"))

    def fail() -> None:
        try:
            read()
        except Missing as met:
            raise AssertionError(f"not reached: {met}") from met

    call = pytest.CallInfo.from_call(fail, "call")
    item = cast("Any", SimpleNamespace(funcargs={}, user_properties=[], nodeid="test_x"))
    note(item, call, None)
    assert call.excinfo is not None
    assert "crm.example/ar?" in str(call.excinfo.getrepr())
    assert secret not in str(call.excinfo.getrepr(chain=True)) + str(item.user_properties)
