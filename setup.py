"""Finds the packages; all else is in pyproject.toml, which can't say both "find them" and "this one lies elsewhere"."""

from setuptools import find_namespace_packages, setup

ROOMS = ["rpa*", "page_objects*", "flows*", "fixtures*"]
SUITE = "planplus_legacy"
"""The regression suite as it is called when installed: pytest --pyargs planplus_legacy."""

setup(packages=[*find_namespace_packages(include=ROOMS), SUITE], package_dir={SUITE: "tests/legacy"})
