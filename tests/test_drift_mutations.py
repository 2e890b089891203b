"""The mutation run itself: that each of its changes is one, and of its class, and a small part of it in a browser."""

import dataclasses
from collections.abc import Iterator
from functools import cache

import pytest

from fixtures.standin import StandIn
from tests.drift.generator import OTHERS, mutations, recipes
from tests.drift.mutation import Class, Mutation
from tests.drift.pages import Pages
from tests.drift.sheet import pressed, read

SKINS = ("classic", *OTHERS)


@pytest.fixture(scope="module", params=SKINS)
def pages(request: pytest.FixtureRequest) -> Iterator[Pages]:
    with StandIn(request.param) as site:
        yield Pages(site)


def test_there_are_enough_of_each_class_on_enough_skins() -> None:
    every = mutations()
    assert len(every) >= 200
    assert len({one.name for one in every}) == len(every)
    assert {one.skin for one in every} == set(SKINS)
    count = {klass: sum(one.recipe.klass is klass for one in every) for klass in Class}
    assert count[Class.MISLEADING] >= 130
    assert count[Class.MARKUP] >= 50
    assert count[Class.VISIBLE] >= 12


def test_they_are_the_same_each_time() -> None:
    def told() -> list[tuple[str, str, Class]]:
        return [(one.name, one.recipe.sentence, one.recipe.klass) for one in mutations()]

    assert told() == told()


@cache
def seen(html: str) -> tuple[str, list[tuple[str, bool, bool]]]:
    """What a reader reads, and what can be pressed."""
    return read(html), pressed(html)


def test_each_changes_a_page_and_a_reader_sees_it_unless_it_is_of_the_mark_up_alone(pages: Pages) -> None:
    """A class is what a change is made to be: this reads the pages before and after as a person would."""
    wrong = []
    for one in mutations():
        if one.skin != pages.skin:
            continue
        changed = pages.changed(one).values()
        markup, late = one.recipe.klass is Class.MARKUP, "late" in f"{one.recipe.kind} {one.recipe.about}"
        part = 0 if markup else slice(None)  # what is pressed and can't be seen may be there twice
        differs = any(seen(before)[part] != seen(after)[part] for before, after in changed)
        if not changed or (differs is markup and not late):
            wrong.append(one.name)
    assert wrong == []


def test_a_mutation_leaves_other_pages_alone(pages: Pages) -> None:
    some = [one for one in recipes(pages.skin) if one.place == "cancel_page" and one.kind == "new neighbour"]
    assert some
    for recipe in some:
        assert set(pages.changed(Mutation(pages.skin, recipe))) == {"cancel_page"}


def test_a_mutation_that_finds_nothing_changes_nothing() -> None:
    one = next(one for one in mutations() if one.recipe.kind == "new neighbour")
    html = "<P>No  link   here</p>"
    assert one("cancel_page", html) == html
    assert dataclasses.replace(one)("organization", html) == html


class TestOnTheStandIn:
    """What `StandIn.mutate` sees and does."""

    def test_it_changes_each_page_by_its_name_and_reset_ends_it(self) -> None:
        seen: list[str] = []

        def mutate(page: str, html: str) -> str:
            seen.append(page)
            return html.replace("</body>", "<p>Mutant</p></body>")

        with StandIn() as site:
            site.mutate = mutate
            with_it = Pages(site).of("611974")
            site.reset()
            without = Pages(site).of("611974")
        assert {"results", "organization", "start_page", "cancel_page", "billing"} <= set(seen)
        assert all("Mutant" in html for html in with_it.values())
        assert not any("Mutant" in html for html in without.values())

    def test_it_comes_after_the_faults(self) -> None:
        with StandIn() as site:
            site.arm("changed_word", on="organization", times=None, old="Update", new="Save")
            site.mutate = lambda _page, html: html.replace('value="Save"', 'value="Send"')
            assert 'value="Send"' in Pages(site).of("611974")["organization"]

    def test_a_page_that_comes_instead_is_changed_too(self) -> None:
        with StandIn() as site:
            site.arm("maintenance", on="organization", times=None)
            site.mutate = lambda _page, html: html.replace("scheduled maintenance", "a party")
            assert "a party" in Pages(site).of("611974")["organization"]
