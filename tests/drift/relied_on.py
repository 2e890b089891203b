"""What the robot presses, renamed, taken away, doubled or made dead: misleading, all of it."""

from collections.abc import Iterator

from tests.drift import acts
from tests.drift.acts import Act
from tests.drift.mutation import ARTICLE, DEAD, Class, Place, Recipe, on_sheet
from tests.drift.sheet import Sheet, say, says
from tests.drift.skin_words import (
    BILLINGS,
    CANCEL,
    CONTACT,
    LICENSES,
    MANAGE,
    STATUS,
    TO_AR,
    UPDATE,
    SkinWords,
)

_NEW_WORDS: tuple[tuple[Place, str, tuple[str, ...], str], ...] = (
    ("organization", MANAGE, ("(ManageAcctsLink)", "(NewManageAcctsLinks)", "(NewPurgeAcctsLink)"), ARTICLE),
    ("organization", UPDATE, ("Upload", "Update and Notify"), DEAD),
    ("start_page", CANCEL, ("Cancel Subscription / Delete Account", "Cancel Trial"), ARTICLE),
    ("cancel_page", LICENSES, ("Remove License Count, change to 1", "Remove License Count"), ARTICLE),
    ("cancel_page", BILLINGS, ("Cancel Scheduled Billings.", "Cancel All Billings and Refund."), ARTICLE),
    ("cancel_page", STATUS, ("Set Account Status = 'DELETED'", "Set Account Status = 'SUSPEND'"), ARTICLE),
    ("cancel_page", CONTACT, ("Set Organization", "Set Organization / Contact Info to Current"), ARTICLE),
    ("billing", "Cancelled", ("Archive", "Cancelled Accounts"), ARTICLE),
)


def relied_on(words: SkinWords) -> Iterator[Recipe]:
    """Of each press: other words, none, two, dead."""
    for place, old, news, account in _NEW_WORDS:
        for new in news:
            yield _made(place, "renamed", f"{old}: {new}", f'"{old}" now says "{new}"', acts.renamed(old, new), account)
        yield from _three(place, old, account)
    yield from _link_to_ar()
    yield from _look_ups(words)
    if words.save_form:
        new = "Send to customer"
        told = f'the form\'s button "{words.save_form}" now says "{new}"'
        yield _made("organization", "renamed", "the form's button", told, acts.renamed(words.save_form, new))
        yield from _three("organization", words.save_form, ARTICLE)


def _three(place: Place, words: str, account: str) -> Iterator[Recipe]:
    yield _made(place, "gone", words, f'"{words}" is no longer there', acts.gone(words), account)
    yield _made(place, "twice", words, f'"{words}" stands there twice', acts.twice(words), account)
    yield _made(place, "dead", words, f'"{words}" can no longer be pressed', acts.dead(words), account)


def _link_to_ar() -> Iterator[Recipe]:
    for new in ("Link to AP", "History of"):
        yield _made("start_page", "renamed", f"{TO_AR}: {new}", f'"{TO_AR}: ..." now says "{new}: ..."', _head(new))
    words = "Link to AR"
    yield _made("start_page", "gone", words, f'"{words}: ..." is gone', acts.gone(words, start=True))
    yield _made("start_page", "twice", words, f'"{words}: ..." stands there twice', acts.twice(words, start=True))
    yield _made("start_page", "dead", words, f'"{words}: ..." is plain text', acts.dead(words, start=True))


def _head(new: str) -> Act:
    def act(sheet: Sheet) -> None:
        for one in sheet.presses(TO_AR, start=True):
            say(one, f"{new}:{says(one).partition(':')[2]}")

    return act


def _look_ups(words: SkinWords) -> Iterator[Recipe]:
    place: Place
    for place in ("look_up", "backend_look_up"):
        button = words.facts[place]["button"]
        told = f'the look-up\'s button "{button}"'
        yield _made(place, "renamed", "the button", f'{told} now says "Purge"', acts.renamed(button, "Purge"))
        yield _made(place, "gone", "the button", f"{told} is gone", acts.gone(button))
        label = words.facts[place]["label"]
        told = f'the look-up\'s field "{label}" is now called "Shoe size"'
        yield _made(place, "renamed", "the field", told, acts.label_only(label, "Shoe size"))


def _made(place: Place, kind: str, about: str, sentence: str, act: Act, account: str = ARTICLE) -> Recipe:
    return Recipe(place, kind, about, Class.MISLEADING, sentence, on_sheet(act), account)
