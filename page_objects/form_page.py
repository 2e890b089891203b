"""The form "Required for Cancellation" on a page of its own, which a link on the record opens (clause 10)."""

import re
from typing import ClassVar

from page_objects.admin_page import AdminPage
from page_objects.cancellation_form import CancellationForm, FormReading
from page_objects.document import Document, Found, Run
from page_objects.reason_field import TEXTS
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import plain, says, squeeze
from page_objects.words import FormWords

OPENS = {"link", "button", "clickable"}
DATE = re.compile(r"\b\d{1,4}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ,]+\d{2,4}\b")
YES, NO = ("Y", "Yes", "True", "X", "On"), ("N", "No", "False", "Off")


class FormPage(AdminPage):
    name: ClassVar[str] = 'form "Required for Cancellation"'

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.form = CancellationForm(self.tab)

    def recognised(self, screen: Screen) -> bool:
        return bool(screen.fields(self.words.form.date, TEXTS))


def link_to_form(screen: Screen, words: FormWords) -> Found | None:
    """The one link or button on a record that is called as the form is, and submits nothing."""
    found = [
        one
        for one in screen.operable(words.heading, OPENS)
        if not one.control.plainly_dead and not one.control.sends.startswith("submit")
    ]
    return found[0] if len(found) == 1 else None


def told_beside(link: Found, words: FormWords, offered: tuple[str, ...]) -> FormReading | None:
    """What the record says beside the link of a form that was filed: its date, and one of the reasons that are `offered`.

    None where anything else stands there: a date alone may be anything's.
    """
    text = _beside(link.document, [run for run in link.document.runs if run.control == link.control.index])
    found = DATE.search(text)
    rest = squeeze(f"{text[: found.start()]} {text[found.end() :]}").strip(" /-,;:|") if found else ""
    reason = max((one for one in offered if plain(rest).startswith(plain(one))), key=len, default="")
    if not found or not reason:
        return None
    labels = [run for run in link.document.runs if says(run.text, words.opt_out)]
    box = plain(_beside(link.document, labels))
    ticked = {plain(one): True for one in YES} | {plain(one): False for one in NO}
    comment = rest[len(squeeze(reason)) :].strip(" /-,;:|()\"'")
    return FormReading(found.group(), reason, comment or None, ticked.get(box))


def _beside(document: Document, own: list[Run]) -> str:
    """The text in the same row of a table as `own`, or else in the same line."""
    rows = {run.row for run in own if run.row >= 0}
    texts = [
        run.text
        for run in document.runs
        if run not in own and (run.row in rows if rows else any(run.box.on_line_with(one.box) for one in own))
    ]
    return squeeze(" ".join(texts))
