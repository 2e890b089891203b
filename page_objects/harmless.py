"""What may be pressed outside of the gate: what only shows another part of the same page."""

import re

from page_objects.document import OPERABLE, Control
from page_objects.wording import contains_words, plain
from page_objects.words import Words

_SENDS = re.compile(
    r"submit|postback|\blocation\s*[.=(]|\.location\b|\bopen\s*\(|\bhref\b|ajax|fetch|xmlhttp|\.(?:get|post|load|send)\s*\(|https?:",
    re.IGNORECASE,
)
_PLACE = re.compile(r"#[\w.:-]*")


def stays(control: Control) -> bool:
    """Whether a press leads nowhere and sends nothing, as far as the mark-up says."""
    href = (control.href or "").strip()
    leads = bool(href) and not _PLACE.fullmatch(href) and not href.lower().startswith("javascript:")
    submits = control.sends.startswith("submit") or control.type in {"submit", "image", "reset"}
    return not (leads or submits or _SENDS.search(control.sends))


def harmless(control: Control, words: Words) -> bool:
    """Whether it may be pressed without a permit: it stays in the page, and its words ask for nothing."""
    cancel, record = words.cancel_page, words.organization
    acts = (
        *cancel.remove_license_count, *cancel.cancel_billings, *cancel.set_status, *cancel.set_contact_info,
        *cancel.confirm, *record.update, *record.go, *record.manage_link, *words.form.save, "delete", "remove",
    )  # fmt: skip
    called = {plain(name) for name in (control.name, *control.names)}
    kinds = OPERABLE | {"combobox"}
    asks = called & {plain(act) for act in acts} or any(contains_words(name, cancel.never) for name in called)
    return control.kind in kinds and not control.disabled and stays(control) and not asks
