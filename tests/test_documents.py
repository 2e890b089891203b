"""The documents keep up with the model, and name nothing that is not there."""

import re
from pathlib import Path

from rpa.profile_docs import current_document, meanings_missing, updated_document


def test_the_document_has_every_key_with_meaning_and_default() -> None:
    assert meanings_missing() == []
    assert current_document() == updated_document(), "docs/profile.md is behind the model; run: make docs"


def test_the_document_writes_tables_as_toml_does() -> None:
    assert "### `[[drop_downs]]`" in updated_document()
    assert "### `[words]`\n\nEvery wording the robot relies on, by screen.\n\n### " in updated_document()
    assert '`[[drop_downs]]` with `prefixes = ["5", "6", "7"]`' in updated_document()


def test_the_documents_name_no_file_that_a_clone_does_not_have() -> None:
    root = Path(__file__).parents[1]
    for document in (root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")):
        text = document.read_text(encoding="utf-8")
        linked = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        gone = [name for name in linked if not (document.parent / name).exists()]
        gone += re.findall(r"admin-ui\.md|speed\.md", text)  # the project's notes
        assert gone == [], document
