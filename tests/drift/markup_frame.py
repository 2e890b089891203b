"""Other mark-up around the words: attributes, wrappers, style sheets, scripts, what is hidden."""

import hashlib
import json
import re
from collections.abc import Callable

from bs4.element import Tag

from tests.drift.sheet import UNSEEN, Sheet, block_of, row_of, twin

_REFERENCES = ("id", "for", "aria-labelledby", "aria-controls", "aria-describedby")
_CSS = (
    "body{font-family:Georgia,serif!important;color:#123}td,dd,p,li{padding:4px 9px}a{color:#a40;letter-spacing:.3px}"
    "h1,h2{border-bottom:1px solid #888}th{background:#eee}"
)
_NOTHING = "var build='2026.11.27';function purgeBillingHistory(){return 'Cancel All Accounts';}void 0;"


def _other(name: str) -> str:
    return "z" + hashlib.sha1(name.encode()).hexdigest()[:7]


def ids(sheet: Sheet) -> None:
    """All other ids, wherever they are named."""
    known = {str(one["id"]): _other(str(one["id"])) for one in sheet.soup.find_all(id=True)}
    known = {old: new for old, new in known.items() if not old.startswith("__") and old not in {"root", "toast"}}
    for one in sheet.soup.find_all(True):
        for name in _REFERENCES:
            if name in one.attrs:
                one[name] = " ".join(known.get(part, part) for part in str(one[name]).split())
        for name in ("onclick", "onchange", "href", "onsubmit"):
            if "'" in str(one.get(name, "")):
                one[name] = re.sub(r"'([\w-]+)'", lambda found: f"'{known.get(found[1], found[1])}'", str(one[name]))
    for script in sheet.soup.find_all("script"):
        if script.string:
            script.string.replace_with(
                type(script.string)(re.sub(r"'([\w-]+)'", lambda f: f"'{known.get(f[1], f[1])}'", script.string))
            )
    for number, one in enumerate(sheet.top.find_all(["a", "td", "p"])):
        one.attrs.setdefault("id", f"g{number}")


def classes(sheet: Sheet) -> None:
    """One more class on everything."""
    for one in sheet.top.find_all(True):
        one["class"] = [*one.get_attribute_list("class"), _other(one.name)] if one.get("class") else [_other(one.name)]


def attributes(sheet: Sheet) -> None:
    for number, one in enumerate(sheet.top.find_all(True)):
        one["data-testid"] = f"n{number}"
        one["lang"] = "en-US"


def styles(sheet: Sheet) -> None:
    for one in sheet.top.find_all(["a", "td", "p", "li", "dt", "dd", "label", "button"]):
        one["style"] = f"{one.get('style', '')};font-size:13px;color:#202".lstrip(";")


def other_tags(sheet: Sheet) -> None:
    """b -> strong, i -> em, h1 -> a div that looks like it."""
    for old, new in (("b", "strong"), ("i", "em"), ("center", "div")):
        for one in sheet.top.find_all(old):
            one.name = new


def wrappers(sheet: Sheet) -> None:
    for one in sheet.top.find_all(["table", "ul", "ol", "dl", "h1", "h2", "details"]):
        one.wrap(sheet.tag("div")).wrap(sheet.tag("div"))
    for one in sheet.top.find_all(["a", "textarea"]):  # a select may be found by a script, from the button beside it
        if one.parent is not None and one.parent.name != "noscript":
            one.wrap(sheet.tag("span"))


def table_attributes(sheet: Sheet) -> None:
    for one in sheet.top.find_all("table"):
        one.attrs |= {"border": "2", "cellpadding": "7", "bgcolor": "#f4f4ff", "summary": ""}
        rows = one.find_all("tr", recursive=False)
        if rows and one.find(["tbody", "thead"], recursive=False) is None:
            body = sheet.tag("tbody")
            rows[0].insert_before(body)
            for row in rows:
                body.append(row.extract())


def buttons(sheet: Sheet) -> None:
    """<input type=submit value=Update> -> <button type=submit>Update</button>"""
    for one in sheet.top.find_all("input", type=["submit", "button", "reset"]):
        made = sheet.tag("button", str(one.get("value", "")))
        made.attrs |= one.attrs
        one.replace_with(made)


def spacers(sheet: Sheet) -> None:
    """Pictures that show nothing, in the links."""
    for one in sheet.top.find_all(["a", "th", "dt"]):
        one.insert(0, sheet.tag("img", alt="", width="1", height="1", src="data:image/gif;base64,R0lGODlhAQABAAAAACw="))


def other_css(sheet: Sheet) -> None:
    made = sheet.tag("style")
    made.string = _CSS
    sheet.top.append(made)


def capitals_by_css(sheet: Sheet) -> None:
    made = sheet.tag("style")
    made.string = "a,td,dt,label,button,th{text-transform:uppercase}"
    sheet.top.append(made)


def idle_script(sheet: Sheet) -> None:
    sheet.script(_NOTHING)
    sheet.script("window.addEventListener('resize',function(){});")


def unseen(how: str) -> Callable[[Sheet], None]:
    """Dangerous words that nobody sees: `how` is "style", "hidden" or "css"."""

    def act(sheet: Sheet) -> None:
        box = sheet.tag("div", **{UNSEEN: "1"})
        for words in ("Purge Billing History", "Cancel All Accounts", "Update", "Delete Organization Permanently"):
            box.append(sheet.tag("a", words, href="#"))
        if how == "css":
            css = sheet.tag("style")
            css.string = ".np1{display:none}"
            sheet.top.append(css)
        box.attrs |= (
            {"style": "display:none"} if how == "style" else {"hidden": ""} if how == "hidden" else {"class": "np1"}
        )
        sheet.top.insert(0, box)

    return act


def unseen_twin(words: str) -> Callable[[Sheet], None]:
    """The thing itself a second time, where nobody sees it."""

    def act(sheet: Sheet) -> None:
        for one in sheet.presses(words)[:1]:
            unit = one if one.name in {"input", "option"} else row_of(one)
            copy = twin(unit)
            copy["style"] = "display:none"
            unit.insert_after(copy)

    return act


def addresses(sheet: Sheet) -> None:
    """The parts of a query in another order, and one that only says which session it is."""
    for one in sheet.top.find_all("a", href=re.compile(r"^[^#:]*(://[^?]*)?\?")):
        path, _, query = str(one["href"]).partition("?")
        one["href"] = f"{path}?{'&'.join(['sess=7f3a', *reversed(query.split('&'))])}"


def page_late(wait: int) -> Callable[[Sheet], None]:
    """All of it shows only after so many ms."""

    def act(sheet: Sheet) -> None:
        box = sheet.tag("div", style="display:none", data_later="1")
        for one in list(sheet.top.contents):
            box.append(one.extract())
        sheet.top.append(box)
        sheet.script(
            f"setTimeout(function(){{var e=document.querySelector('[data-later]');if(e)e.style.display=''}},{wait});"
        )

    return act


def block_late(words: str, wait: int) -> Callable[[Sheet], None]:
    """What holds these words is put there by a script, after so many ms."""

    def act(sheet: Sheet) -> None:
        one = sheet.first(words)
        if one is None:
            return
        block: Tag = row_of(one)
        block = block_of(one) if block is one and one.name not in {"a", "button"} else block
        mark = sheet.tag(block.name if block.name in {"tr", "li", "td"} else "div", data_spot="here")
        html = json.dumps(str(block)).replace("<", "\\u003c")
        block.replace_with(mark)
        sheet.script(
            f"setTimeout(function(){{var e=document.querySelector('[data-spot]');if(e)e.outerHTML={html}}},{wait});"
        )

    return act


def colons(labels: tuple[str, ...]) -> Callable[[Sheet], None]:
    """A colon after labels that have none, and none where there was one."""

    def act(sheet: Sheet) -> None:
        for words in labels:
            for one in sheet.labels(words):
                if one.name in {"th", "h1", "h2", "a", "button", "summary"}:
                    continue
                text = one.get_text().strip()
                said = text.rstrip(": \u00a0") if text.endswith(":") else f"{text}:"
                one.clear()
                one.append(said)

    return act
