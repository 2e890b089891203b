"""A project that has a package called fixtures of its own, as the stand-in's is called."""

import sys

from fixtures.mine import GREETING

sys.meta_path[:] = [finder for finder in sys.meta_path if "Editable" not in str(finder)]
"""An editable installation finds the stand-in in any case; another one does not."""


def test_its_own_package_is_its_own():
    assert GREETING == "mine"


def test_the_stand_in_is_found_all_the_same(standin):
    assert standin.account("611974").name == "12-10 Test"
