"""What a wording of the profile may be; each fault is told at its own key, beside those of all other keys."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator


def _as_phrase(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Phrase = Annotated[tuple[str, ...], BeforeValidator(_as_phrase)]
"""Alternatives for one wording; in TOML a string or a list of strings."""


def _with_account(phrase: Phrase) -> Phrase:
    if any(_placeholders(text) != {"number", "name"} for text in phrase):
        raise ValueError("each wording must hold {number} and {name}, and no other braces")
    return phrase


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{([^}]*)\}?", text)) | ({"}"} if text.count("{") != text.count("}") else set())


def _patterns(phrase: Phrase) -> Phrase:
    for pattern in phrase:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return phrase


PhraseOfAccount = Annotated[Phrase, AfterValidator(_with_account)]
PhraseOfPatterns = Annotated[Phrase, AfterValidator(_patterns)]
MAY_BE_EMPTY = frozenset({"account"})
"""Words that a site may do without, beside those whose default is none."""


class WordGroup(BaseModel):
    """The words of one screen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*")
    @classmethod
    def _usable(cls, phrase: Phrase, info: ValidationInfo) -> Phrase:
        name = info.field_name or ""
        needed = bool(cls.model_fields[name].default) and name not in MAY_BE_EMPTY
        if any(not wording.strip() for wording in phrase) or (needed and not phrase):
            raise ValueError("must hold at least one wording, and no empty one")
        return phrase
