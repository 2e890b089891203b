"""What a person has said is right becomes the baseline: the pages of all canaries together."""

import datetime as dt
from collections.abc import Iterable, Sequence

from flows.baseline import Baseline, KnownPage, KnownThing
from flows.change import PAGES
from flows.survey import Survey
from page_objects.general_words import Whose
from page_objects.portrait import PageName, Portrait
from page_objects.wording import plain

LISTS = ("links", "labels", "columns", "statuses", "modules", "messages")


def learned(
    surveys: Iterable[Survey], site: str, by: str, *, before: Baseline | None = None, why: str = ""
) -> Baseline:
    """The baseline that these surveys make; its revision is one more than that of `before`."""
    seen = tuple(surveys)
    names: list[PageName] = [
        name for name in PAGES if any(one.portrait(name) and name not in one.unreached for one in seen)
    ]
    return Baseline(
        revision=before.revision + 1 if before else 1,
        site=site,
        learned_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        by=by,
        why=why,
        canaries=tuple(one.role for one in seen),
        pages={name: _known_page(name, seen) for name in names},
    )


def _known_page(name: PageName, surveys: Sequence[Survey]) -> KnownPage:
    seen = [(one.role, portrait) for one in surveys if name not in one.unreached and (portrait := one.portrait(name))]
    keys = dict.fromkeys(thing.key for _, portrait in seen for thing in portrait.things)

    def all_of(part: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for _, portrait in seen for text in getattr(portrait, part)))

    return KnownPage(
        things=tuple(_known_thing(key, seen) for key in keys),
        links=all_of("links"),
        labels=all_of("labels"),
        columns=all_of("columns"),
        statuses=tuple(sorted(all_of("statuses"))),
        modules=all_of("modules"),
        messages=all_of("messages"),
        seen_at=tuple(dict.fromkeys(role for role, _ in seen)),
    )


def _known_thing(key: str, seen: Sequence[tuple[str, Portrait]]) -> KnownThing:
    """Several canaries may have one role: what one of them lacks, none has to have."""
    found = [(role, thing) for role, portrait in seen if (thing := portrait.thing(key))]
    first = found[0][1]
    also = dict.fromkeys(thing.says for _, thing in found if plain(thing.says) != plain(first.says))
    holds = {thing.holds for _, thing in found}
    return KnownThing(
        key=key,
        sort=first.sort,
        says=first.says,
        also=tuple(also),
        times=max(thing.times for _, thing in found),
        holds=holds.pop() if len(holds) == 1 else "",
        not_at=tuple(dict.fromkeys(role for role, portrait in seen if portrait.thing(key) is None)),
        dead_at=tuple(dict.fromkeys(role for role, thing in found if not thing.live)),
    )


def as_read_at(known: KnownPage, whose: Whose) -> KnownPage:
    """What is known of a page, with the forms in which it may read at this account."""

    def forms(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(form for text in texts for form in whose.forms(text)))

    things = tuple(one.model_copy(update={"also": forms((one.says, *one.also))}) for one in known.things)
    return known.model_copy(update={"things": things, **{name: forms(getattr(known, name)) for name in LISTS}})
