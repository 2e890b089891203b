"""On a real site (a stand-in that plays its part), by two workers, with --reruns 3."""

import fcntl
import os
import pathlib
import time

import pytest


def noted(what):
    with pathlib.Path("noted").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{what}\n")


@pytest.mark.parametrize("turn", range(6))
def test_an_account_is_one_workers(ordinary_account, turn):
    noted(f"begin {ordinary_account.number} {time.monotonic()}")
    time.sleep(0.3)
    noted(f"end {ordinary_account.number} {time.monotonic()}")


@pytest.mark.admin_effects
@pytest.mark.admin_account("to_be_changed")
def test_changes_the_account_and_kills_its_worker(cancel_page, effects):
    noted("changing")
    with effects("6.1"):
        cancel_page.remove_license_count()
    os._exit(1)


@pytest.mark.admin_effects
def test_an_account_that_may_not_be_changed(ordinary_account):
    noted("never")


def test_a_role_without_a_canary(role_denied_account):
    noted("never")


def test_the_truth_is_the_standins(ordinary_account, truth):
    noted("never")


def test_reads_only(ordinary_account, admin_site):
    assert not admin_site.is_standin
    assert not ordinary_account.effects
