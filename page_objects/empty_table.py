"""How a page says that a table is empty."""

import re

from page_objects.document import Document
from page_objects.phrases import Phrase
from page_objects.wording import contains_words, plain

_THINGS = r"(billings?|bills?|invoices?|records?|rows?|entries|data|results?|items?|transactions?|charges?|payments?|credits?)"
EMPTY = re.compile(
    rf"(there (are|is|were) |you have )?(currently )?(no|0|nothing|none)( [\w-]+){{0,4}}? {_THINGS}\b.*"
    rf"|(total |number of )?{_THINGS}( found| in total)?: ?(0|none)"
    r"|nothing (here|found|billed|to show|to display).*"
    r"|(showing |displaying )?(0|0 ?(-|to) ?0) of 0\b.*"
    r"|page [01] of 0"
)
"""How sites say that a table is empty: "No cancelled billings.", "There are no records to show.", "Records: 0"."""
NONE_AT_ALL = re.compile(r"[-\s(\[*]*(none|n/a|nothing)[-\s)\]*.]*")
"""The same in one word, which counts only as a line of its own: beside a label it is that label's value."""


def says_empty(document: Document, nothing: Phrase) -> bool:
    """Whether a line says so, in the words of the profile or in those that sites use."""
    sentences = [words for words in nothing if " " in words]
    for number, text in document.line_texts.items():
        said = plain(text).strip("-–*()[] ")
        if contains_words(said, sentences) or EMPTY.fullmatch(said):
            return True
        if NONE_AT_ALL.fullmatch(plain(text)) or said in {plain(words) for words in nothing}:
            line = document.lines[number]
            if not any(
                run.box.on_line_with(line[0].box) for run in document.runs if run.line != number and run.text.strip()
            ):
                return True
    return False
