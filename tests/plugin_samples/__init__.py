"""Test files as engineers write them; `tests/test_plugin.py` copies them into folders of their own."""
