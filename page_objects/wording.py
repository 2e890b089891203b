"""How words on a screen are compared. A person does not see white space, letter case or the style of a quote."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_FOLD = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "..."}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LEAD = re.compile(r"^(?:\[[+-]\]\s*|[-+•·*»›>«‹<←▸▶▾▼]\s*|\d{1,2}[.)]\s+)+(?=\w|['\"(\[])")
_TAIL = re.compile(r"(?:[\s:.*»›>▸▶▾▼…+⌄⏷]|\[[+-]\])+$")
_BRACKETS = re.compile(r"(?<=[(\[])\s+|\s+(?=[)\]])")
_FRAME = re.compile(r"\[([^\[\]]*\w[^\[\]]*)\]")
_HINT = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")
_CODE = re.compile(r"^[a-z]?\d{1,4}\s*[-:.)]\s*(?=[a-z])")
_INVITATION = re.compile(
    r"\s*[-:,;/(\[](?=.*\b(?:specify|explain|describe|comments?|details?|below|please|state|enter|give)\b).*$"
)


def squeeze(text: str) -> str:
    """`text` with every run of white space (&nbsp; too) as one space, none at the ends; letters untouched."""
    return " ".join(text.split())


@lru_cache(maxsize=16384)  # the same words are compared on every look
def plain(text: str) -> str:
    """The form in which two wordings are compared: white space, case, quotes, bullets and end punctuation aside."""
    if text.isascii():  # most are, and Unicode's rules cost time
        folded = squeeze(text).casefold()
    else:
        folded = squeeze(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_FOLD)).casefold()
    return _bare(_BRACKETS.sub("", folded))


def _bare(text: str) -> str:
    """Without the decoration round it: bullets, arrows, end punctuation, square brackets ("[Cancelled]").

    Round brackets are words of their own: "(NewManageAcctsLink)".
    """
    while True:
        bare = _TAIL.sub("", _LEAD.sub("", text)) or text
        framed = _FRAME.fullmatch(bare)
        if not framed:
            return bare
        text = framed[1].strip()


@lru_cache(maxsize=16384)
def plain_label(text: str) -> str:
    """`plain`, without a hint in brackets at the end: "Date (MM/DD/YYYY):" reads "date"."""
    label = plain(text)
    shorter = plain(_HINT.sub("", label))
    return shorter or label


@lru_cache(maxsize=4096)
def wordings(phrase: tuple[str, ...]) -> frozenset[str]:
    """The alternatives of `phrase`, each in its `plain` form."""
    return frozenset(plain(words) for words in phrase)


def reads_as(seen: str, phrase: Iterable[str]) -> bool:
    """Whether `seen` is an alternative of `phrase`, alone, with an invitation ("Other (explain)") or a code ("99 - Other")."""
    wanted = wordings(tuple(phrase))
    said = _CODE.sub("", plain(seen))
    return plain(seen) in wanted or said in wanted or plain(_INVITATION.sub("", said)) in wanted


def same_words(seen: str, wanted: str) -> bool:
    return plain(seen) == plain(wanted)


def says(seen: str, phrase: Iterable[str]) -> bool:
    """Whether `seen` is one of the alternatives of `phrase`."""
    return plain(seen) in wordings(tuple(phrase))


def contains_words(seen: str, phrase: Iterable[str]) -> bool:
    """Whether one alternative of `phrase` stands in `seen` as whole words."""
    return bool(_whole_words(tuple(phrase)).search(plain(seen)))


@lru_cache(maxsize=1024)
def _whole_words(phrase: tuple[str, ...]) -> re.Pattern[str]:
    """Matches an alternative of `phrase` as whole words; nothing at all where they are all empty."""
    return re.compile(rf"(?<!\w){_one_of(words for words in map(plain, phrase) if words)}(?!\w)")


@lru_cache(maxsize=1024)
def beginning(phrase: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the beginning of a text in its `plain` form that is an alternative of `phrase`, signs before it aside."""
    return re.compile(rf"\W*{_one_of(map(plain, phrase))}(?!\w)")


def _one_of(alternatives: Iterable[str]) -> str:
    """The pattern of any of them; of none, one that nothing matches."""
    patterns = [re.escape(words) for words in alternatives]
    return f"(?:{'|'.join(patterns)})" if patterns else "(?!)"


def same_name(seen: str, wanted: str) -> bool:
    """Whether two account names are the same account's: exact but for white space that a page does not show.

    Letter case counts ("12-10 Test" and "12-10 TEST" are two accounts), and so does every visible character.
    """
    return identity_text(seen) == identity_text(wanted)


@lru_cache(maxsize=4096)
def identity_text(text: str) -> str:
    return squeeze(unicodedata.normalize("NFC", text))


def quoted(words: Iterable[str], most: int = 8) -> str:
    """What can be read on the screen, for a message: "Search", "Find Now" ..."""
    seen = list(dict.fromkeys(squeeze(one)[:40] for one in words if squeeze(one)))
    return ", ".join(f'"{one}"' for one in seen[:most]) + (" ..." if len(seen) > most else "") or "none"


def parse_money(text: str) -> Decimal | None:
    """The amount in `text`, whatever currency sign or code stands beside it; None if there is not exactly one.

    Takes 1,234.50 and 1.234,50 (a separator followed by one or two last digits is the decimal one), a minus sign or
    brackets for a negative amount.
    """
    numbers = re.findall(r"\d[\d.,'\u00a0\u202f ]*", text)
    if len(numbers) != 1:
        return None
    number = re.sub(r"[\s']", "", numbers[0]).rstrip(".,")
    decimal = re.search(r"[.,](\d{1,2})$", number)
    whole = number[: decimal.start()] if decimal else number
    digits = re.sub(r"[.,]", "", whole)
    try:
        amount = Decimal(f"{digits}.{decimal.group(1)}" if decimal else digits)
    except InvalidOperation:
        return None
    before = text[: text.index(numbers[0])]
    return -amount if "-" in before.translate(_FOLD) or re.search(r"\(\s*\S{0,4}\s*$", before) else amount


def parse_count(text: str) -> int | None:
    """The one whole number in `text` ("0", "12 licenses"); of "12 of 20 used" the larger, so that 0 means none; or None."""
    plainly = text.replace(",", "")
    numbers = [int(number) for number in re.findall(r"\d+", plainly)]
    if re.search(r"\d[.]\d", text):
        return None
    if len(numbers) == 2 and re.search(r"\d\s*(?:of|/|out of)\s*\d", plainly):
        return max(numbers)
    return numbers[0] if len(numbers) == 1 else None
