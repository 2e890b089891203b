"""One page against what is known of it."""

from collections.abc import Iterator, Sequence

from flows.baseline import KnownPage, KnownThing
from flows.change import CLAUSES, CONVENIENT, FOUR, PAGES, Change, ChangeKind, in_profile, noun_of
from flows.nearest import RENAMED, nearest
from page_objects.billing_columns import tells
from page_objects.general_words import figureless, without_figures
from page_objects.portrait import Place, Portrait, Thing
from page_objects.wording import plain
from page_objects.words import Words

FIELDS = ("form.date", "form.reason", "form.opt_out")
HELD_BY = {"organization.manage_link": "drop_downs", "form.save": "form.date"}
"""What is looked for within, or beside, something else: gone with it, and not told for itself."""


class PageDrift:
    """Of a canary's page, or a customer's (`role` empty), which may lack what the canaries' have."""

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
            yield from self._order_of_form()
        yield from self._links()
        yield from self._columns()
        yield from self._statuses()
        yield from self._plain_new("modules", "new_module", "module")
        yield from self._plain_new("messages", "new_message", "message")
        yield from self._plain_new("labels", "new_label", "field")

    # --- what is relied on ---

    def _expected(self, thing: KnownThing) -> bool:
        holder = HELD_BY.get(thing.key)
        if not self.role or (holder is not None and self.portrait.thing(holder) is None):
            return False
        return not thing.not_at if self.role not in self.known.seen_at else self.role not in thing.not_at

    def _gone(self, thing: KnownThing) -> Change:
        words, share = nearest(thing, self.known, self.portrait)
        self.close |= {plain(words), plain(without_figures(words))}
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

    def _order_of_form(self) -> Iterator[Change]:
        """Two text fields whose labels have changed places are told by nothing else (clause 10)."""
        now = [thing.key for thing in self.portrait.things if thing.key in FIELDS]
        then = [thing.key for thing in self.known.things if thing.key in now]
        if now != then:
            labels = ", ".join(f'"{thing.says}"' for thing in self.portrait.things if thing.key in FIELDS)
            sentence = f"the fields of the form on the {self.name} stand in another order: {labels}"
            yield Change(
                page=self.portrait.page, kind="moved", clause="10", key=in_profile(now[0]), matters=True,
                sentence=sentence, account=self.role,
            )  # fmt: skip

    def _came_up(self) -> Iterator[Change]:
        known = {thing.key for thing in self.known.things}
        for now in self.portrait.things:
            if now.key not in known and now.key.replace("identity.", "organization.") not in known:
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
            "matters": self._matters(thing), "sentence": sentence, "account": self.role,
            "box": now.box if now is not None else self._place(str(more.get("nearest", ""))),
        }  # fmt: skip
        return Change.model_validate(values | more)

    def _matters(self, thing: KnownThing) -> bool:
        """What a customer's page tells beside a label the robot reads for itself, and strictly; accounts differ there."""
        told = thing.sort in {"label", "text"} and not self.role
        return thing.key not in CONVENIENT and not told

    # --- what stands beside ---

    def _links(self) -> Iterator[Change]:
        known = {plain(text) for text in self.known.links} | self._relied()
        near, counting = self.portrait.page == "cancel_page", self._other_figures()
        for place, text in enumerate(self.portrait.links):
            if plain(text) in known or plain(text) in self.close or figureless(text) in counting:
                continue
            where = f", {self._between(place)}" if near else ""
            yield Change(
                page=self.portrait.page, kind="new_link", clause="6" if near else "", matters=near, seen=text,
                sentence=f'a new link "{text}" stands on the {self.name}{where}', box=self._place(text), account=self.role,
            )  # fmt: skip
        if near:
            yield from self._order()

    def _other_figures(self) -> set[str]:
        """Links that do not stand there as they were learned: one that differs by its figures is the same ("Inbox (3)"). What
        the robot relies on is none of them.
        """
        there = {plain(text) for text in self.portrait.links} | self._relied()
        return {figureless(text) for text in self.known.links if plain(text) not in there}

    def _relied(self) -> set[str]:
        return {plain(one) for thing in self.known.things for one in (thing.says, *thing.also)}

    def _between(self, place: int) -> str:
        links = self.portrait.links
        before = f'after "{links[place - 1]}"' if place else "at the top"
        return before + (f' and before "{links[place + 1]}"' if place + 1 < len(links) else "")

    def _order(self) -> Iterator[Change]:
        """The article says "the top four links": neither their order nor what stands above them may have changed."""
        was = list(dict.fromkeys(map(plain, self.known.links)))
        now = [text for text in dict.fromkeys(map(plain, self.portrait.links)) if text in was]
        then = [text for text in was if text in now]
        four = {plain(one) for thing in self.known.things if thing.key in FOUR for one in (thing.says, *thing.also)}
        if _upto_four(now, four) != _upto_four(then, four):
            sentence = f"the links on the {self.name} stand in another order: {_listed(self.portrait.links, four)}"
            displaced = next((one for one, before in zip(now, then, strict=False) if one != before), "")
            seen = next((text for text in self.portrait.links if plain(text) == displaced), "")
            yield Change(
                page=self.portrait.page, kind="moved", clause="6", matters=True, seen=seen, sentence=sentence,
                account=self.role,
            )  # fmt: skip

    def _columns(self) -> Iterator[Change]:
        if not self.known.columns:  # the table was empty, and had no headings
            return
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
        relied = self._relied()
        for text in dict.fromkeys(getattr(self.portrait, part)):
            if plain(text) not in known | relied | self.close:
                sentence = f'a new {noun} "{text}" is on the {self.name}'
                yield Change(page=self.portrait.page, kind=kind, seen=text, sentence=sentence, account=self.role)

    def _place(self, words: str) -> Place | None:
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
