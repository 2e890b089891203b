"""A select box that leads somewhere: by itself, or by a button beside it ("Go")."""

from page_objects.document import Found
from page_objects.tab import Tab
from page_objects.wording import plain

BUTTONS = {"button", "link", "clickable"}


def choose_and_go(tab: Tab, box: Found, option: int) -> None:
    """Choose an option, by its place, and press the button that belongs to the box, where it has one."""
    button = _go_button(tab, box)
    tab.choose(box, option)
    if button is not None:
        tab.press(button)


def _go_button(tab: Tab, box: Found) -> Found | None:
    """The nearest button to the right in its line, else the only one in a form of its own."""
    wanted = {plain(words) for words in tab.words.organization.go}
    buttons = [
        control
        for control in box.document.controls
        if control.kind in BUTTONS and plain(control.name) in wanted and not control.disabled
    ]
    near = [c for c in buttons if c.box.on_line_with(box.control.box) and c.box.left >= box.control.box.right - 4]
    if near:
        return Found(box.document, min(near, key=lambda c: c.box.left))
    form = box.control.form
    others = [c for c in box.document.controls if c.kind == "select" and c.form == form]
    inside = [c for c in buttons if c.form == form >= 0]
    return Found(box.document, inside[0]) if len(inside) == 1 and len(others) == 1 else None
