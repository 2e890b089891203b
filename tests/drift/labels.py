"""Labels that identity, effects and proofs rely on, changed: misleading, all of them."""

import re
from collections.abc import Iterator

from tests.drift import acts
from tests.drift.acts import Act
from tests.drift.mutation import ARTICLE, DENIED, MISSING, Class, Place, Recipe, on_sheet
from tests.drift.sheet import Sheet
from tests.drift.skin_words import (
    DATE,
    HEADING,
    LOCATION,
    MENU,
    MODULE,
    OPT_OUT,
    OTHER_MENU,
    PREMIUM,
    REASON,
    SkinWords,
)

_LEGACY = "Legacy Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"
_OTHER_SERIES = "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 800"


def labels(words: SkinWords) -> Iterator[Recipe]:
    yield from _drop_down()
    yield from _server_location()
    yield from _identity(words)
    yield from _told(words)
    yield from _form()
    yield from _module()


def _drop_down() -> Iterator[Recipe]:
    for new in (_LEGACY, _OTHER_SERIES):
        told = f'the purple drop-down is now called "{new}"'
        yield _made("organization", "renamed", f"drop-down: {new[:8]} {new[-3:]}", told, acts.relabelled(MENU, new))
    about = "the drop-down"
    yield _made("organization", "gone", about, "the drop-down for 500, 600, 700 is gone", acts.block_gone(MENU))
    yield _made("organization", "twice", about, "the drop-down stands there twice", acts.block_twice(MENU))
    told = "the labels of the drop-downs for 500, 600, 700 and for 300, 400 have changed places"
    yield _made("organization", "swapped", about, told, acts.labels_swapped(MENU, OTHER_MENU))


def _server_location() -> Iterator[Recipe]:
    for new in ("Server Address", "Old Server Location"):
        told = f'"{LOCATION}" is now called "{new}"'
        yield _made("organization", "renamed", f"{LOCATION}: {new}", told, acts.relabelled(LOCATION, new), MISSING)
    told = f'"{LOCATION}" and its field'
    yield _made("organization", "gone", LOCATION, f"{told} are gone", acts.removed(LOCATION), MISSING)
    yield _made("organization", "twice", LOCATION, f"{told} are there twice", acts.doubled(LOCATION), MISSING)
    yield _made("organization", "dead", LOCATION, f"{told} can't be filled in", acts.field_dead(LOCATION), MISSING)


def _identity(words: SkinWords) -> Iterator[Recipe]:
    place: Place
    for place in ("organization", "start_page", "cancel_page", "billing"):
        told = "the page shows another account's number"
        yield _made(place, "another account", "the number", told, acts.on_the_page(_next_number))
        label = words.identity(place)
        if not label:
            told = "the line with account number and name is not there"
            yield _made(place, "gone", "line of number and name", told, acts.on_the_page(_without_number))
            continue
        for what, new in (("number", "Invoice #"), ("name", "Sales Person")):
            told = f'the label "{label[what]}" of the account\'s {what} is now "{new}"'
            yield _made(place, "renamed", f"label of the {what}", told, acts.label_only(label[what], new))
        if place == "organization":
            yield from _identity_of_the_record(label)


def _identity_of_the_record(label: dict[str, str]) -> Iterator[Recipe]:
    at: Place = "organization"
    for what in ("number", "name"):
        told = f'the label "{label[what]}" of the account\'s {what} is no longer there'
        yield _made(at, "gone", f"label of the {what}", told, acts.label_only(label[what], ""))
    told = "a second account number stands beside the same label"
    yield _made(at, "twice", "label of the number", told, acts.doubled(label["number"], _next_number))
    told = "the labels of account number and name have changed places"
    yield _made(at, "swapped", "number and name", told, acts.labels_swapped(label["number"], label["name"]))


def _next_number(text: str) -> str:
    return re.sub(r"\b\d{6}\b", lambda found: str(int(found[0]) + 1), text)


def _without_number(text: str) -> str:
    """Of "AR: 611974 - 12-10 Test" is left "AR:"; a number that stands alone goes too."""
    return re.sub(r"\b\d{6}\b.*", "", text, flags=re.DOTALL)


def _told(words: SkinWords) -> Iterator[Recipe]:
    for what, new in (("licenses", "Employees"), ("status", "Payment Mood"), ("contact_info", "Hair Colour")):
        place, label = words.told_at(what)
        told = f'the label "{label}", which a proof relies on,'
        yield _made(place, "renamed", f"label of {what}", f'{told} is now "{new}"', acts.label_only(label, new))
        yield _made(place, "gone", f"label of {what}", f"{told} is gone, and its value", acts.removed(label))


def _form() -> Iterator[Recipe]:
    at: Place = "organization"
    new = "Required for Renewal"
    yield _made(at, "renamed", HEADING, f'the form is now called "{new}"', acts.relabelled(HEADING, new))
    yield _made(at, "gone", HEADING, "the form's heading is gone", acts.label_gone(HEADING))
    news = {DATE: ("Date of Renewal", "Effective"), REASON: ("Region",), OPT_OUT: ("Opt In to all future emails",)}
    for label, others in news.items():
        for other in others:
            told = f'"{label}" of the form is now "{other}"'
            yield _made(at, "renamed", f"{label}: {other}", told, acts.label_only(label, other))
        yield _made(at, "gone", label, f'"{label}" and its field are gone', acts.removed(label))
        yield _made(at, "twice", label, f'"{label}" and its field are there twice', acts.doubled(label))
        yield _made(at, "dead", label, f'"{label}" of the form can\'t be filled in', acts.field_dead(label))
    told = "the labels of date and reason have changed places"
    yield _made(at, "swapped", "date and reason", told, acts.labels_swapped(DATE, REASON))


def _module() -> Iterator[Recipe]:
    at: Place = "everywhere"
    told = f'the drop-down "{MODULE}"'
    yield _made(at, "renamed", MODULE, f'{told} is now "Workspace"', acts.relabelled(MODULE, "Workspace"), DENIED)
    yield _made(at, "gone", MODULE, f"{told} has no label", acts.relabelled(MODULE, ""), DENIED)
    yield _made(at, "renamed", PREMIUM, f'{told} offers "Premium Plus" instead', _option("Premium Plus"), DENIED)
    yield _made(at, "gone", PREMIUM, f"{told} does not offer {PREMIUM}", _option(""), DENIED)


def _option(new: str) -> Act:
    def act(sheet: Sheet) -> None:
        for one in sheet.presses(PREMIUM):
            if one.name != "option":
                continue
            if new:
                one.attrs.setdefault("value", PREMIUM)
                one.string = new
            else:
                one.decompose()

    return act


def _made(place: Place, kind: str, about: str, sentence: str, act: Act, account: str = ARTICLE) -> Recipe:
    return Recipe(place, kind, about, Class.MISLEADING, sentence, on_sheet(act), account)
