"""Tests that have nothing to do with the admin UI, in an environment where its plugin is installed."""

import sys

SLOW = {"rpa", "flows", "page_objects", "pydantic", "fixtures.standin", "jinja2", "fixtures.plugin.opening"}


def test_launch_arguments_are_pytest_playwrights_own(browser_type_launch_args, browser_context_args, base_url):
    assert browser_type_launch_args == {}
    assert browser_context_args == {"base_url": "http://example.invalid"}
    assert base_url == "http://example.invalid"


def test_nothing_slow_was_imported():
    assert not SLOW & {name for name in sys.modules if name in SLOW or name.split(".")[0] in SLOW}
