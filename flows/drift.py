"""Drift: what differs between a page and the baseline, in people's words, and whether it matters to an effect."""

from collections.abc import Iterable
from typing import Literal

from flows.baseline import Baseline, Part
from flows.survey import Survey
from page_objects.portrait import PageName, Portrait
from page_objects.words import Words

ChangeKind = Literal[
    "gone", "renamed", "came_up", "twice", "dead", "live", "other_sort", "moved",
    "new_link", "link_gone", "new_label", "new_column", "column_gone", "new_status", "new_module", "module_gone",
    "new_message", "unreached", "new_page",
]  # fmt: skip


class Change(Part):
    """One difference. The sentence stands by itself: what changed, on which page, what is closest, what stands beside it."""

    page: PageName
    kind: ChangeKind
    clause: str = ""
    """The article's clause that relies on it; empty: none does."""
    key: str = ""
    """The profile's key of the wording, with "words." before it; empty: no wording of the profile."""
    matters: bool = False
    """Whether an effect, an identity or a proof relies on it: then the line stops."""
    expected: str = ""
    seen: str = ""
    nearest: str = ""
    """The words on the page that are closest to what is gone."""
    sentence: str
    box: tuple[int, int, int, int] | None = None
    """Where on the page: left, top, width, height; of the nearest, where it is gone."""
    account: str = ""
    """The role of the canary at which it was seen."""


def compare_page(baseline: Baseline, portrait: Portrait, words: Words, role: str = "") -> tuple[Change, ...]:
    """What differs on one page. `role`: the canary's; empty: a customer's, of which only what all canaries have is expected."""
    raise NotImplementedError


def compare(baseline: Baseline, surveys: Iterable[Survey], words: Words) -> tuple[Change, ...]:
    """What differs on all pages of the canaries, those included that were not reached; what matters first, each once."""
    raise NotImplementedError


def learned(
    surveys: Iterable[Survey], site: str, by: str, *, before: Baseline | None = None, why: str = ""
) -> Baseline:
    """The baseline that these surveys make; its revision is one more than that of `before`."""
    raise NotImplementedError
