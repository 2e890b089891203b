"""Drift: what differs between a page and the baseline, in people's words, and whether it matters to an effect."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from flows.baseline import Baseline, KnownPage, KnownThing
from flows.change import CLAUSES, CONVENIENT, FOUR, OF_PAGE, PAGES, Change, ChangeKind, in_profile, noun_of
from flows.nearest import RENAMED, nearest
from flows.survey import Survey
from page_objects.billing_columns import tells
from page_objects.portrait import PageName, Portrait, Thing
from page_objects.wording import plain
from page_objects.words import Words

__all__ = ["Change", "ChangeKind", "compare", "compare_page", "learned"]


def compare_page(baseline: Baseline, portrait: Portrait, words: Words, role: str = "") -> tuple[Change, ...]:
    """What differs on one page, what matters first. `role`: the canary's; empty: a customer's, whose page may lack what
    the canaries' have (a tab that is not open, an account half cancelled): of that the robot's own reading is the judge.
    """
    known = baseline.pages.get(portrait.page)
    if known is None:
        return (_new_page(portrait, role),) if role else ()
    return tuple(sorted(_Page(known, portrait, words, role).changes(), key=lambda one: one.sort_key))


def compare(baseline: Baseline, surveys: Iterable[Survey], words: Words) -> tuple[Change, ...]:
    """What differs on all pages of the canaries, those included that were not reached; what matters first, each once."""
    seen = tuple(surveys)
    found = [
        change
        for one in seen
        for portrait in one.portraits
        for change in compare_page(baseline, portrait, words, one.role)
    ]
    found += [change for one in seen for change in _not_reached(baseline, one)]
    found += _gone_everywhere(baseline, seen)
    once = {(one.page, one.kind, one.key, plain(one.seen), plain(one.expected)): one for one in reversed(found)}
    return tuple(sorted(once.values(), key=lambda one: one.sort_key))


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
    seen = {one.role: portrait for one in surveys if name not in one.unreached and (portrait := one.portrait(name))}
    keys = dict.fromkeys(thing.key for portrait in seen.values() for thing in portrait.things)

    def all_of(part: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for portrait in seen.values() for text in getattr(portrait, part)))

    return KnownPage(
        things=tuple(_known_thing(key, seen) for key in keys),
        links=all_of("links"),
        labels=all_of("labels"),
        columns=all_of("columns"),
        statuses=tuple(sorted(all_of("statuses"))),
        modules=all_of("modules"),
        messages=all_of("messages"),
        seen_at=tuple(seen),
    )


def _known_thing(key: str, seen: dict[str, Portrait]) -> KnownThing:
    found = {role: thing for role, portrait in seen.items() if (thing := portrait.thing(key))}
    first = next(iter(found.values()))
    also = dict.fromkeys(thing.says for thing in found.values() if plain(thing.says) != plain(first.says))
    holds = {thing.holds for thing in found.values()}
    return KnownThing(
        key=key,
        sort=first.sort,
        says=first.says,
        also=tuple(also),
        times=max(thing.times for thing in found.values()),
        holds=holds.pop() if len(holds) == 1 else "",
        not_at=tuple(role for role in seen if role not in found),
        dead_at=tuple(role for role, thing in found.items() if not thing.live),
    )


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
            there = {plain(text) for portrait in seen for text in getattr(portrait, part)}
            for text in getattr(known, part):
                if plain(text) not in there | relied:
                    sentence = f'the {noun} "{text}" is gone from the {PAGES[name]}'
                    yield Change(page=name, kind=kind, expected=text, sentence=sentence)


class _Page:
    """One page against what is known of it."""

    def __init__(self, known: KnownPage, portrait: Portrait, words: Words, role: str) -> None:
        self.known, self.portrait, self.words, self.role = known, portrait, words, role
        self.name = PAGES[portrait.page]
        self.close: set[str] = set()
        """New words that were named as the closest to something gone: told once."""

    def changes(self) -> Iterator[Change]:
        for thing in self.known.things:
            now = self.portrait.thing(thing.key)
            if now is not None:
                yield from self._differs(thing, now)
            elif self._expected(thing):
                yield self._gone(thing)
        if self.role:
            yield from self._came_up()
        yield from self._links()
        yield from self._columns()
        yield from self._statuses()
        yield from self._plain_new("modules", "new_module", "module")
        yield from self._plain_new("messages", "new_message", "message")
        yield from self._plain_new("labels", "new_label", "field")

    # --- what is relied on ---

    def _expected(self, thing: KnownThing) -> bool:
        if not self.role:
            return False
        return not thing.not_at if self.role not in self.known.seen_at else self.role not in thing.not_at

    def _gone(self, thing: KnownThing) -> Change:
        words, share = nearest(thing.says, self.known, self.portrait)
        self.close.add(plain(words))
        closest = f'; closest: "{words}"' if words else ""
        kind: ChangeKind = "renamed" if share >= RENAMED else "gone"
        sentence = f'the {noun_of(thing.key, thing.sort)} "{thing.says}" is gone from the {self.name}{closest}'
        return self._of(thing, kind, sentence, nearest=words, expected=thing.says)

    def _differs(self, thing: KnownThing, now: Thing) -> Iterator[Change]:
        noun = noun_of(thing.key, now.sort)
        if plain(now.says) not in {plain(one) for one in (thing.says, *thing.also)}:
            sentence = f'on the {self.name} the {noun} "{thing.says}" reads "{now.says}" now'
            yield self._of(thing, "renamed", sentence, now, nearest=now.says, expected=thing.says, seen=now.says)
        if now.times > thing.times:
            sentence = f'the {noun} "{now.says}" is on the {self.name} {now.times} times, not {_times(thing.times)}'
            yield self._of(thing, "twice", sentence, now, expected=thing.says, seen=now.says)
        if now.times < thing.times and self.role:
            sentence = f'the {noun} "{now.says}" is on the {self.name} {_times(now.times)}, not {thing.times} times'
            yield self._of(thing, "fewer", sentence, now, matters=False, expected=thing.says)
        if now.sort != thing.sort and self.role:
            sentence = f'"{now.says}" on the {self.name} was a {noun_of(thing.key, thing.sort)} and is a {noun} now'
            yield self._of(thing, "other_sort", sentence, now, expected=thing.says, seen=now.says)
        if thing.holds and now.holds and thing.holds != now.holds and self.role:
            sentence = (
                f'beside "{now.says}" on the {self.name} stood {_value(thing.holds)}, and now {_value(now.holds)}'
            )
            yield self._of(thing, "other_value", sentence, now, expected=thing.says, seen=now.says)
        if self.role in self.known.seen_at and now.live != (self.role not in thing.dead_at):
            yield self._dead_or_live(thing, now)

    def _dead_or_live(self, thing: KnownThing, now: Thing) -> Change:
        """A dead (NewManageAcctsLink) is a matter of the account's record, which Update mends (clause 4a)."""
        if now.live:
            sentence = f'"{now.says}" on the {self.name} can be used now, and could not when the baseline was learned'
            return self._of(thing, "live", sentence, now, matters=False, expected=thing.says, seen=now.says)
        sentence = f'"{now.says}" is on the {self.name} but can\'t be used any more'
        mends = thing.key == "organization.manage_link"
        return self._of(thing, "dead", sentence, now, matters=not mends, expected=thing.says, seen=now.says)

    def _came_up(self) -> Iterator[Change]:
        known = {thing.key for thing in self.known.things}
        for now in self.portrait.things:
            if now.key not in known:
                sentence = (
                    f'the {noun_of(now.key, now.sort)} "{now.says}" is on the {self.name} now, where there was none'
                )
                yield self._of(
                    KnownThing(key=now.key, sort=now.sort, says=now.says), "came_up", sentence, now, seen=now.says
                )

    def _of(
        self, thing: KnownThing, kind: ChangeKind, sentence: str, now: Thing | None = None, **more: object
    ) -> Change:
        values = {
            "page": self.portrait.page, "kind": kind, "clause": CLAUSES.get(thing.key, ""), "key": in_profile(thing.key),
            "matters": thing.key not in CONVENIENT, "sentence": sentence, "account": self.role,
            "box": now.box if now is not None else self._place(str(more.get("nearest", ""))),
        }  # fmt: skip
        return Change.model_validate(values | more)

    # --- what stands beside ---

    def _links(self) -> Iterator[Change]:
        known = {plain(text) for text in self.known.links} | {
            plain(one) for thing in self.known.things for one in (thing.says, *thing.also)
        }
        near = self.portrait.page == "cancel_page"
        for place, text in enumerate(self.portrait.links):
            if plain(text) in known or plain(text) in self.close:
                continue
            where = f", {self._between(place)}" if near else ""
            yield Change(
                page=self.portrait.page, kind="new_link", clause="6" if near else "", matters=near, seen=text,
                sentence=f'a new link "{text}" stands on the {self.name}{where}', box=self._place(text), account=self.role,
            )  # fmt: skip
        if near:
            yield from self._order()

    def _between(self, place: int) -> str:
        links = self.portrait.links
        before = f'after "{links[place - 1]}"' if place else "at the top"
        return before + (f' and before "{links[place + 1]}"' if place + 1 < len(links) else "")

    def _order(self) -> Iterator[Change]:
        """The article says "the top four links": neither their order nor what stands above them may have changed."""
        was = [plain(text) for text in self.known.links]
        now = [plain(text) for text in self.portrait.links if plain(text) in was]
        then = [text for text in was if text in now]
        four = {plain(thing.says) for thing in self.known.things if thing.key in FOUR}
        if _upto_four(now, four) != _upto_four(then, four):
            sentence = f"the links on the {self.name} stand in another order: {_listed(self.portrait.links, four)}"
            yield Change(
                page=self.portrait.page, kind="moved", clause="6", matters=True, sentence=sentence, account=self.role
            )

    def _columns(self) -> Iterator[Change]:
        yield from self._plain_new("columns", "new_column", "column")
        then = [plain(one) for one in self.known.columns]
        now = [plain(one) for one in self.portrait.columns if plain(one) in then]
        if self.role and list(dict.fromkeys(now)) != [one for one in dict.fromkeys(then) if one in now]:
            sentence = f"the columns of the {self.name} stand in another order: {', '.join(self.portrait.columns)}"
            yield Change(page=self.portrait.page, kind="moved", sentence=sentence, account=self.role)

    def _statuses(self) -> Iterator[Change]:
        """A status that neither the baseline nor the profile knows; on a customer's account the plan judges it."""
        billing = self.words.billing
        profile = (*billing.pending, *billing.settled, *billing.cancelled)
        known = {plain(one) for one in self.known.statuses}
        for text in self.portrait.statuses:
            if plain(text) not in known and not tells(text, profile):
                sentence = f'the {self.name} shows the status "{text}", which was never seen before'
                yield Change(
                    page=self.portrait.page, kind="new_status", clause="8", matters=bool(self.role), seen=text,
                    sentence=sentence, account=self.role,
                )  # fmt: skip

    def _plain_new(self, part: str, kind: ChangeKind, noun: str) -> Iterator[Change]:
        known = {plain(text) for text in getattr(self.known, part)}
        relied = {plain(one) for thing in self.known.things for one in (thing.says, *thing.also)}
        for text in dict.fromkeys(getattr(self.portrait, part)):
            if plain(text) not in known | relied | self.close:
                sentence = f'a new {noun} "{text}" is on the {self.name}'
                yield Change(page=self.portrait.page, kind=kind, seen=text, sentence=sentence, account=self.role)

    def _place(self, words: str) -> tuple[int, int, int, int] | None:
        return dict(self.portrait.places).get(words)


def _upto_four(links: list[str], four: set[str]) -> list[str]:
    """The links down to the last of the four: what stands below them may be in any order."""
    last = max((place for place, text in enumerate(links) if text in four), default=-1)
    return links[: last + 1]


def _listed(links: Sequence[str], four: set[str]) -> str:
    last = max((place for place, text in enumerate(links) if plain(text) in four), default=-1)
    return ", ".join(f'"{text}"' for text in links[: last + 1])


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _value(holds: str) -> str:
    return {"number": "a number", "words": "words"}.get(holds, holds)
