"""What the profile would have to say instead, where words of the admin UI have changed. Nothing is applied by itself."""

from collections.abc import Iterable, Iterator, Sequence

from flows.baseline import Baseline, Part
from flows.drift import Change
from flows.profile import SiteProfile
from flows.survey import Survey
from page_objects.general_words import Whose, figureless
from page_objects.portrait import PageName
from page_objects.wording import contains_words, plain, squeeze

PRESSED = frozenset(
    {
        "organization.update", "organization.server_location", "organization.manage_link", "start_page.cancel",
        "form.date", "form.reason", "form.opt_out", "form.save", "obstacles.app_module", "obstacles.premium_edition",
    }
)  # fmt: skip
"""Beside those of the page with the four links: what is pressed or filled in where a mistake can't be taken back."""
REWORDED = frozenset({"gone", "renamed"})
"""The kinds of changes by which the words of something are not what they were."""
ACCOUNT_WORDS = {"{number}", "{name}"}
TO_AR = "words.start_page.link_to_ar"


class Proposal(Part):
    """For one change: the wording that the profile would get, or why there is none to propose."""

    key: str
    """The profile's key, as `words.cancel_page.set_status`, or `drop_downs`."""
    page: PageName
    clause: str
    effect: bool
    """Whether something is pressed or filled in by these words that can't be taken back: a person has to type them."""
    old: tuple[str, ...]
    """What the profile says now, defaults included."""
    new: str = ""
    """The words on the page; empty: there is nothing to propose."""
    words: tuple[str, ...] = ()
    """What the profile would say."""
    why_not: str = ""
    """Why there is nothing to propose: a sentence."""


def has_effect(key: str) -> bool:
    """Whether the words of this key of the profile are those of something that has an effect, or is filled in for one."""
    name = key.removeprefix("words.")
    return name.startswith("cancel_page.") or name in PRESSED


def wording(profile: SiteProfile, key: str, expected: str = "") -> tuple[str, ...]:
    """What the profile says under a key of a Change; of drop-downs, the label that was expected. Empty: no such key."""
    if key == "drop_downs":
        return tuple(one.label for one in profile.drop_downs if plain(one.label) == plain(expected))
    group, _, name = key.removeprefix("words.").partition(".")
    return tuple(getattr(getattr(profile.words, group, None), name, ()))


def proposals(
    changes: Iterable[Change], profile: SiteProfile, before: Baseline, now: Baseline, surveys: Sequence[Survey]
) -> tuple[Proposal, ...]:
    """One for each wording of the profile that is not on its page any more. `now`: the pages as they were just read, those
    included that were looked at in another's place.
    """
    found: dict[str, Proposal] = {}
    for change in changes:
        if change.key and change.kind in REWORDED and change.key not in found:
            found[change.key] = _proposal(change, profile, before, now, surveys)
    return tuple(found.values())


def _proposal(
    change: Change, profile: SiteProfile, before: Baseline, now: Baseline, surveys: Sequence[Survey]
) -> Proposal:
    old = wording(profile, change.key, change.expected)
    made = Proposal(key=change.key, page=change.page, clause=change.clause, effect=has_effect(change.key), old=old)
    new = _literal(change, surveys)
    why_not = _why_not(change, new, old, profile, now) or _other_sort(change, new, before, now)
    if why_not:
        return made.model_copy(update={"why_not": why_not})
    kept = [words for words in old if plain(words) != plain(new) and not _means_another(words, change, now)]
    return made.model_copy(update={"new": new, "words": (new, *kept) if change.key != "drop_downs" else (new,)})


def _why_not(change: Change, new: str, old: Sequence[str], profile: SiteProfile, now: Baseline) -> str:
    """Why these words are not proposed; empty: they are."""
    if not old:
        return "the profile has no wording under this key"
    if not new:
        return "nothing on the page comes close: look at the page, and set the key by hand"
    held = {one for one in ACCOUNT_WORDS if one in new}
    if held != (ACCOUNT_WORDS if change.key == TO_AR else set()):
        return f'"{new}" does not hold the account\'s number and name as this wording does'
    if has_effect(change.key) and contains_words(new, profile.words.cancel_page.never):
        return f'"{new}" holds a word that the robot never presses (words.cancel_page.never)'
    other = _key_with(new, change, profile, now)
    return f'"{new}" is the wording of {other} already' if other else ""


def _other_sort(change: Change, new: str, before: Baseline, now: Baseline) -> str:
    """Why not: what is pressed has to be something that can be pressed."""
    was, page = before.pages.get(change.page), now.pages.get(change.page)
    thing = next((one for one in was.things if f"words.{one.key}" == change.key), None) if was else None
    pressed = thing is not None and thing.sort == "press"
    links = {figureless(one) for one in (*page.links, *(one.says for one in page.things))} if page else set()
    if pressed and figureless(change.nearest) not in links:
        return f'"{new}" is on the page, but can\'t be pressed'
    return ""


def _key_with(new: str, change: Change, profile: SiteProfile, now: Baseline) -> str:
    """Another key that the robot relies on on that page, and whose wording this is."""
    page = now.pages.get(change.page)
    for thing in page.things if page else ():
        key = thing.key if thing.key == "drop_downs" else f"words.{thing.key}"
        said = (thing.says, *wording(profile, key, thing.says))
        if key != change.key and plain(new) in map(plain, said) and thing.sort != "text":
            return key
    return ""


def _means_another(words: str, change: Change, now: Baseline) -> bool:
    """Whether old words read as something else that stands on the page now: then they may not stay."""
    page = now.pages.get(change.page)
    if page is None:
        return False
    beside = (*page.links, *page.labels, *page.columns, *page.modules)
    others = [thing.says for thing in page.things if f"words.{thing.key}" != change.key]
    return figureless(words) in {figureless(one) for one in (*beside, *others)}


def _literal(change: Change, surveys: Sequence[Survey]) -> str:
    """The nearest words as they stand on the page, figures included; with {number} and {name} where the key has them."""
    nearest = squeeze(change.nearest).rstrip(": ")
    if not nearest or "#" not in nearest or change.key == TO_AR:
        return nearest
    return next((text for text in _texts(change.page, surveys, nearest)), "")


def _texts(page: PageName, surveys: Sequence[Survey], nearest: str) -> Iterator[str]:
    """The texts on the page that read as `nearest` once figures are left out."""
    for one in surveys:
        whose = Whose(one.account_number, one.account_name)
        seen = one.portrait(page)
        for screen in seen.screens if seen else ():
            for document in screen.documents:
                names = [control.name for control in document.controls]
                labels = [label for control in document.controls for label in control.labels]
                lines = [run.text for run in (*document.runs, *document.paragraphs)]
                for text in (*names, *labels, *lines, *document.line_texts.values()):
                    if whose.general(text).rstrip(": ") == nearest and whose.number not in text:
                        yield squeeze(text).rstrip(": ")
