"""Makes the recordings of a survey."""

from collections.abc import Iterator, Sequence

from flows.profile import SiteProfile
from flows.survey import Survey
from page_objects.general_words import Whose
from page_objects.portrait import Portrait
from page_objects.screen import Screen
from rpa.drift.kept_words import KeptWords
from rpa.drift.offline import read_again, recognised
from rpa.drift.recordings import Facts, Recording
from rpa.drift.scrubbing import Scrubber


def record(profile: SiteProfile, survey: Survey, wordings: Sequence[str] = ()) -> Iterator[Recording]:
    """The screens that the survey's portraits were read from; those of pages that were not reached are left out.

    `wordings`: words that the profile may say in future, which are kept as its own are.
    """
    for portrait in survey.portraits:
        if portrait.page not in survey.unreached and portrait.screens:
            yield from _recorded(profile, survey, portrait, wordings)


def recorded_anew(recording: Recording, profile: SiteProfile) -> Recording:
    """The same, for a profile that has changed: who recognises it now."""
    return recording.model_copy(update={"recognised": recognised(recording.screen(profile.words), profile.words)})


def _recorded(profile: SiteProfile, survey: Survey, portrait: Portrait, wordings: Sequence[str]) -> list[Recording]:
    whose = Whose(survey.account_number, survey.account_name)
    scrubber = Scrubber(profile, KeptWords(profile, whose, [portrait], wordings))
    made = [
        Recording(
            page=portrait.page,
            role=survey.role,
            account_number=survey.account_number,
            account_name=survey.account_name,
            recognised=recognised(screen, profile.words),
            documents=tuple(scrubber.screen(screen, profile.words.billing)),
        )
        for screen in _different(portrait)
    ]
    was, now = Facts.of(portrait), Facts.of(read_again(made, profile))
    first = made[0].model_copy(update={"also": was.without(now), "aside": now.without(was)})
    return [first, *made[1:]]


def _different(portrait: Portrait) -> Iterator[Screen]:
    """The screens of a portrait that differ in what they show, in the order in which they were seen."""
    seen = set()
    for screen in portrait.screens:
        shown = tuple((one.url, one.runs, tuple(control[1:] for control in one.controls)) for one in screen.documents)
        if shown not in seen:
            seen.add(shown)
            yield screen
