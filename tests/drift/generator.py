"""All mutations, the same ones each time."""

import zlib
from collections.abc import Iterator
from itertools import chain

from tests.drift.billings import billings
from tests.drift.elsewhere import elsewhere
from tests.drift.labels import labels
from tests.drift.late import late
from tests.drift.markup import markup
from tests.drift.mutation import Class, Mutation, Recipe
from tests.drift.neighbours import neighbours
from tests.drift.relied_on import relied_on
from tests.drift.skin_words import words_of
from tests.drift.visible import visible

FAMILIES = (relied_on, labels, neighbours, billings, elsewhere, late, markup, visible)
OTHERS = ("postback", "portal", "hover", "popups", "frames", "spa")
"""The skin classic has most of the mutations; these share all of them among each other, each its part."""


def recipes(skin: str) -> list[Recipe]:
    """Everything that can be changed in a skin."""
    words = words_of(skin)
    return list(chain.from_iterable(family(words) for family in FAMILIES))


def mutations() -> tuple[Mutation, ...]:
    return tuple(chain.from_iterable(_of(skin) for skin in ("classic", *OTHERS)))


def _of(skin: str) -> Iterator[Mutation]:
    for recipe in recipes(skin):
        if _takes(skin, zlib.crc32(recipe.name.encode())) and fits(skin, recipe):
            yield Mutation(skin, recipe)


def _takes(skin: str, number: int) -> bool:
    """Of four recipes classic takes three; the fourth goes to one of the others, and of the three one as well."""
    if skin == "classic":
        return number % 4 != 3
    return number % 4 in {1, 3} and (number // 4) % len(OTHERS) == OTHERS.index(skin)


def fits(skin: str, recipe: Recipe) -> bool:
    """In spa the changes are those of words; elements that its script draws by are left alone."""
    return skin != "spa" or recipe.klass is not Class.MARKUP or recipe.kind != "mark-up" or "late" not in recipe.about
