"""Keeps the list of keys in docs/profile.md as the model has them: `make docs`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from flows.profile import SiteProfile
from rpa.profile_text import notes_of, toml_value
from rpa.profiles import model_in

DOCUMENT = Path(__file__).parents[1] / "docs" / "profile.md"
BEGIN, END = "<!-- keys: made by `make docs` -->", "<!-- end of keys -->"

MEANINGS = {
    "profile_version": "Of this notation; there is one so far.",
    "name": "How plans, case files and logs call the site.",
    "drop_downs": "See `[[drop_downs]]`.",
    "server_locations": "See `[[server_locations]]`.",
    "site.sign_in_path": "Path of the sign-in page on `base_url`.",
    "site.date_format": "How the site writes and reads dates: YYYY or YY, MM, M or MMM, DD or D, each once, with - / . , or blanks between.",
    "site.time_zone": "Whose calendar decides which day it is.",
    "drop_downs.label": "The drop-down's label in the purple section.",
    "server_locations.prefixes": "Leading digits of the account numbers that this URL is for.",
    "server_locations.url": "What is entered in an empty Server Location.",
    "policy.drift.at_start": "Whether it does so when it starts.",
    "canaries.account_name": "As the Organization page has it, letter by letter.",
    "canaries.account_number": "As the Organization page has it.",
    "policy.protected_names": "Accounts that are always refused, by name.",
    "policy.protected_numbers": "Accounts that are always refused, by number.",
    "policy.max_effects_per_run": "No run of a command causes more effects (promise 9).",
    "policy.max_effects_per_hour": "No more are caused within an hour, by all runs of one output folder.",
    "sign_in.user_name": "Label of the user name's field.",
    "sign_in.password": "Label of the password's field.",
    "sign_in.button": "The button that signs in.",
    "look_up.field": "Label of the field for the name that is looked for.",
    "look_up.button": "The button that looks up.",
    "look_up.nothing_found": "What the page says if there is no such account.",
    "look_up.next_page": "The link to more results.",
    "organization.account_name": "Label of the account's name.",
    "organization.account_number": "Label of the account's number.",
    "organization.account_status": "Label of the account's status.",
    "organization.deleted": "The status that 6.3 sets.",
    "organization.license_count": "Label of the number that 6.1 sets to 0.",
    "organization.server_location": "Label of Server Location (4b).",
    "organization.update": "The button that makes dead links live (4a, 4b).",
    "organization.manage_link": "The link to the Cancellation Start Page (4).",
    "form.heading": "The form's heading.",
    "form.date": "Label of the date.",
    "form.reason": "Label of the reason.",
    "form.other": "The option for a reason that the select box does not offer.",
    "form.opt_out": "Label of the check box.",
    "start_page.cancel": "The link of clause 5.",
    "start_page.link_to_ar": "The link of clause 7, with {number} and {name}.",
    "cancel_page.remove_license_count": "The link of 6.1.",
    "cancel_page.cancel_billings": "The link of 6.2.",
    "cancel_page.set_status": "The link of 6.3.",
    "cancel_page.set_contact_info": "The link of 6.4.",
    "cancel_page.never": "A question or button with one of these words is never accepted.",
    "billing.cancelled_tab": "The tab of clause 9.",
    "billing.status": "Heading of the column of statuses.",
    "billing.amount": "Heading of the column of amounts.",
    "billing.due": "Heading of the column of due dates.",
    "billing.number": "Heading of the column that tells one billing from another.",
    "billing.pending": "Statuses of billings still to come: none may be left (clause 8).",
    "billing.cancelled": "Statuses of cancelled billings (clause 9).",
    "billing.settled": "Statuses that need no cancelling; one that is in no list needs a person.",
    "billing.nothing": "What the page says if there are no billings.",
    "billing.next_page": "The link to more billings.",
    "obstacles.role_denied": "The role error (7a).",
    "obstacles.app_module": "Label of the App Module drop-down (7a).",
    "obstacles.premium_edition": "The module to switch to (7a).",
    "obstacles.maintenance": "What the site says while it is down.",
    "obstacles.locked": "What it says of a record that somebody else is editing.",
    "obstacles.expired": "What it says when the session has ended.",
    "obstacles.loading": "What it says while content is still to come.",
}
"""For keys that have no docstring in the model; those of `words` without that word, `backend_` aside."""


def meaning_of(model: type[BaseModel], name: str, key: str) -> str:
    """What a key means: its docstring in the model, or else MEANINGS' words; empty if nobody said."""
    plain = key.removeprefix("words.").removeprefix("backend_")
    return notes_of(model).get(name) or MEANINGS.get(plain, "")


def meanings_missing(model: type[BaseModel] = SiteProfile, prefix: str = "") -> list[str]:
    """The keys that nobody has explained."""
    found = []
    for name, field in model.model_fields.items():
        key, inner = f"{prefix}{name}", model_in(field.annotation)
        if field.annotation is not inner and not meaning_of(model, name, key):
            found.append(key)
        found += meanings_missing(inner, f"{key}.") if inner else []
    return found


def current_document() -> str:
    """docs/profile.md as it is."""
    return DOCUMENT.read_text(encoding="utf-8")


def updated_document() -> str:
    """docs/profile.md with the list of keys as it should be."""
    between = f"{BEGIN}\n{chr(10).join(_table(SiteProfile, '', 'At the top'))}\n\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: between, current_document(), flags=re.DOTALL)


def _table(model: type[BaseModel], prefix: str, heading: str) -> Iterator[str]:
    note = notes_of(model)[""]
    yield from ("", f"### {heading}", *(["", note] if note else []))
    rows, inner = [], []
    for name, field in model.model_fields.items():
        found = model_in(field.annotation)
        key = f"{prefix}.{name}".removeprefix(".")
        several = field.annotation is not found
        if found is not None:
            inner.append((found, key, f"`[[{key}]]`" if several else f"`[{key}]`"))
        if several:
            default = _default(name, field.get_default(call_default_factory=True))
            rows.append(f"| `{name}` | {_cell(meaning_of(model, name, key))} | {_cell(default)} |")
    yield from ("", "| key | meaning | default |", "|---|---|---|", *rows) if rows else ()
    for table in inner:
        yield from _table(*table)


def _default(name: str, value: Any) -> str:
    if value is PydanticUndefined:
        return "none: it must be given"
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return "; ".join(f"`[[{name}]]` with {_fields(one)}" for one in value)
    return "not set" if value is None else f"`{toml_value(value)}`"


def _fields(one: BaseModel) -> str:
    return ", ".join(f"`{key} = {toml_value(value)}`" for key, value in one.model_dump(mode="json").items())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(updated_document(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT} is up to date\n")
