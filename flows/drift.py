"""Drift: what differs between a page and the baseline, in people's words, and whether it matters to an effect."""

from collections.abc import Iterable, Iterator, Sequence

from flows.baseline import Baseline
from flows.change import OF_PAGE, PAGES, Change, ChangeKind
from flows.learning import as_read_at, learned
from flows.page_drift import PageDrift
from flows.survey import Survey
from page_objects.general_words import Whose, figureless
from page_objects.portrait import Portrait
from page_objects.wording import plain
from page_objects.words import Words

__all__ = ["Change", "ChangeKind", "compare", "compare_page", "compare_survey", "learned"]
MENU = "words.organization.manage_link"


def compare_page(
    baseline: Baseline, portrait: Portrait, words: Words, role: str = "", whose: Whose | None = None
) -> tuple[Change, ...]:
    """What differs on one page, what matters first. `role`: the canary's; empty: a customer's (`whose`), whose page may lack
    what the canaries' have (a tab that is not open, an account half cancelled): of that the robot's own reading is the judge.
    """
    known = baseline.pages.get(portrait.page)
    if known is None:
        return (_new_page(portrait, role),) if role else ()
    if whose is not None:
        known = as_read_at(known, whose)
    return tuple(sorted(PageDrift(known, portrait, words, role).changes(), key=lambda one: one.sort_key))


def compare(baseline: Baseline, surveys: Iterable[Survey], words: Words) -> tuple[Change, ...]:
    """What differs on all pages of the canaries, those included that were not reached; what matters first, each once."""
    seen = tuple(surveys)
    found = [change for one in seen for change in compare_survey(baseline, one, words)]
    found += _gone_everywhere(baseline, seen)
    once = {(one.page, one.kind, one.key, plain(one.seen), plain(one.expected)): one for one in reversed(found)}
    return tuple(sorted(_told_once(once.values()), key=lambda one: one.sort_key))


def compare_survey(baseline: Baseline, survey: Survey, words: Words) -> Iterator[Change]:
    """What differs at one canary."""
    yield from _not_reached(baseline, survey)
    for portrait in survey.portraits:
        for change in compare_page(baseline, portrait, words, survey.role):
            if portrait.page not in survey.unreached or change.key != MENU:  # there nobody looked into the drop-down
                yield change


def _told_once(changes: Iterable[Change]) -> Iterator[Change]:
    """A harmless novelty that many pages have (a link of the site's own menu) is one."""
    same: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.matters or not change.seen or change.key:
            yield change
        else:
            same.setdefault((change.kind, plain(change.seen)), []).append(change)
    for alike in same.values():
        first = min(alike, key=lambda one: one.sort_key)
        pages = len({one.page for one in alike}) - 1
        more = f", and on {pages} more page{'' if pages == 1 else 's'}" if pages else ""
        yield first.model_copy(update={"sentence": first.sentence + more})


def _new_page(portrait: Portrait, role: str) -> Change:
    name = PAGES[portrait.page]
    sentence = f"the {name} was not seen when the baseline was learned: learn it anew (`rpa learn`)"
    return Change(page=portrait.page, kind="new_page", clause=OF_PAGE[portrait.page], sentence=sentence, account=role)


def _not_reached(baseline: Baseline, survey: Survey) -> Iterator[Change]:
    for page, why in survey.unreached.items():
        if page in baseline.pages and survey.role in baseline.pages[page].seen_at:
            sentence = f"the {PAGES[page]} could not be reached: {why}"
            yield Change(
                page=page, kind="unreached", clause=OF_PAGE[page], matters=True, sentence=sentence, account=survey.role
            )


def _gone_everywhere(baseline: Baseline, surveys: Sequence[Survey]) -> Iterator[Change]:
    """What no canary's page has any more, and nothing relies on."""
    for name, known in baseline.pages.items():
        seen = [portrait for one in surveys if name not in one.unreached and (portrait := one.portrait(name))]
        if not seen or set(known.seen_at) - {one.role for one in surveys if one.portrait(name)}:
            continue
        parts: tuple[tuple[str, ChangeKind, str], ...] = (
            ("links", "link_gone", "link"), ("modules", "module_gone", "module"), ("columns", "column_gone", "column"),
        )  # fmt: skip
        relied = {plain(thing.says) for thing in known.things}
        for part, kind, noun in parts:
            there = {figureless(text) for portrait in seen for text in getattr(portrait, part)}
            for text in getattr(known, part):
                if figureless(text) not in there and plain(text) not in relied:
                    sentence = f'the {noun} "{text}" is gone from the {PAGES[name]}'
                    yield Change(page=name, kind=kind, expected=text, sentence=sentence)
