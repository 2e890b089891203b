"""Tests with effects, under the retry plugins of retries.py."""

import pathlib

import pytest


def noted(what):
    with pathlib.Path("noted").open("a") as file:
        file.write(f"{what}\n")


@pytest.mark.admin_effects
def test_by_protocol(ordinary_account):
    noted("protocol")


@pytest.mark.admin_effects
def test_by_call(ordinary_account):
    noted("call")
