"""Reads the portrait of a page from its screen. Nothing is asked of the browser: it costs no round trip."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import get_args

from page_objects.admin_page import ACCOUNT, AdminPage
from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.ar_billing_page import TABS, ArBillingPage
from page_objects.backend_look_up import BackendLookUp
from page_objects.beside import fixed_values, label_of, label_runs
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_form import BOXES, CancellationForm
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.document import ENTERABLE, OPERABLE, Found
from page_objects.general_words import Whose
from page_objects.label_before import label_before
from page_objects.look_up_page import LookUpPage
from page_objects.obstacles import Obstacle
from page_objects.organization_page import OrganizationPage
from page_objects.paging import named
from page_objects.phrases import Phrase
from page_objects.portrait import PageName, Place, Portrait, Sort, Thing
from page_objects.reason_field import TEXTS
from page_objects.screen import Screen
from page_objects.sentences import sentences
from page_objects.wording import identity_text, parse_count, plain, plain_label, squeeze

Corners = Mapping[str, tuple[int, int]]
"""Document token -> left and top of the frame's own corner on the page, in CSS pixels."""
CHOICES = {"select", "combobox", "radio"}
IDENTITY = ("account_number", "account_name")
FACTS = ("account_status", "license_count", "contact_info")
PAGES: tuple[tuple[type[AdminPage], PageName], ...] = (
    (BackendLookUp, "backend_look_up"),
    (LookUpPage, "look_up"),
    (OrganizationPage, "organization"),
    (CancellationStartPage, "start_page"),
    (CancelPage, "cancel_page"),
    (ArBillingPage, "billing"),
)


def page_name(page: AdminPage) -> PageName | None:
    """How a portrait calls this page; the Cancelled tab is called "billing" too. None: no portrait is made of it."""
    return next((name for kind, name in PAGES if isinstance(page, kind)), None)


def portrait(
    page: AdminPage,
    screen: Screen,
    whose: Whose,
    *,
    name: PageName | None = None,
    drop_down: str = "",
    drop_downs: Iterable[str] = (),
    corners: Corners | None = None,
) -> Portrait:
    """`page` as `screen` shows it. `drop_down`: the label of the purple drop-down for this account (clause 3);
    `drop_downs`: the labels of all.
    """
    called = name or page_name(page)
    if called is None or called not in get_args(PageName):
        raise ValueError(f"{page.name} is no page of the baseline")
    painter = _Painter(page, screen, whose, called, corners or {})
    painter.drop_downs = tuple(drop_downs)
    return painter.paint(drop_down)


class _Painter:
    def __init__(self, page: AdminPage, screen: Screen, whose: Whose, name: PageName, corners: Corners) -> None:
        self.page, self.screen, self.whose, self.name, self.corners = page, screen, whose, name, corners
        self.words = page.words
        self.things: list[Thing] = []
        self.drop_downs: tuple[str, ...] = ()
        self.relied: set[tuple[str, int]] = set()
        """Document token and control number of what the robot relies on."""

    def paint(self, drop_down: str) -> Portrait:
        {
            "look_up": self._look_up,
            "backend_look_up": self._look_up,
            "organization": lambda: self._organization(drop_down),
            "start_page": self._start_page,
            "cancel_page": self._cancel_page,
            "billing": self._billing,
            "cancelled_tab": self._billing,
        }[self.name]()
        places = self._links()
        return Portrait(
            page=self.name,
            things=tuple(self.things),
            links=tuple(words for words, _ in places),
            labels=self._labels(),
            columns=self._columns(),
            statuses=self._statuses(),
            modules=self._modules(),
            messages=tuple(dict.fromkeys(self._messages())),
            places=tuple(places),
            screens=(self.screen,),
        )

    # --- the pages ---

    def _look_up(self) -> None:
        if not isinstance(self.page, LookUpPage):
            return
        group = self.page.key.removeprefix("words.")
        try:
            field, button = self.page.look_up.parts(self.screen, by_number=self.name == "backend_look_up")
        except Obstacle:
            return
        self._add(f"{group}.field", "enter", [field], label_of(field))
        self._add(f"{group}.button", "press", [button])

    def _organization(self, drop_down: str) -> None:
        self._identity()
        self._labelled(FACTS)
        record = self.words.organization
        self._location(record.server_location)
        self._press("organization.update", record.update, {"button", "link", "clickable"})
        if drop_down:
            self._drop_down(drop_down)
        self._order_of_drop_downs()
        self._form()
        self._module()

    def _start_page(self) -> None:
        self._identity()
        self._labelled(FACTS)
        self._press("start_page.cancel", self.words.start_page.cancel)
        if isinstance(self.page, CancellationStartPage):
            found = self.page.links_to_ar(self.screen, self.whose.number, self.whose.name)
            self._add("start_page.link_to_ar", "press", found, self._ar_words(found))

    def _ar_words(self, found: list[Found]) -> str:
        """With the line round it, where only a part of that is the link."""
        if not found:
            return ""
        line = found[0].document.line_texts.get(found[0].control.line, "")
        pattern = self.words.start_page.link_to_ar[0].split("{number}")[0]
        text = found[0].control.name
        return self.whose.nobodys(text if plain(text).startswith(plain(pattern)) else line)

    def _cancel_page(self) -> None:
        self._identity()
        self._labelled(FACTS)
        words = self.words.cancel_page
        for key in ("remove_license_count", "cancel_billings", "set_status", "set_contact_info"):
            self._press(f"cancel_page.{key}", getattr(words, key))
        self._press("start_page.back", self.words.start_page.back)

    def _billing(self) -> None:
        self._identity()
        self._press("billing.cancelled_tab", self.words.billing.cancelled_tab, TABS, find=self._tabs)
        if not isinstance(self.page, ArBillingPage):
            return
        headings = [text for grid in self.page.table.grids_on(self.screen) for text in grid.headings]
        for key in ("number", "due", "amount", "status"):
            self._column(f"billing.{key}", getattr(self.words.billing, key), headings)

    # --- the things ---

    def _identity(self) -> None:
        body = Screen((self.page.body(self.screen),))
        for key, value in zip(IDENTITY, (self.whose.number, self.whose.name), strict=True):
            phrase = getattr(self.words.organization, key)
            found = self._label(f"organization.{key}", phrase, body)
            label = label_before(body.main, value) if value and not found else ""
            if label:
                self.things.append(Thing(f"identity.{key}", "label", self.whose.general(label)))
        lines = {identity_text(line) for line in self.page.identity(body.main).lines}
        for pattern in self.words.organization.identity:
            wanted = identity_text(pattern.format(number=self.whose.number, name=self.whose.name))
            if self.whose.number and any(wanted in line for line in lines):
                self.things.append(Thing("organization.identity", "text", pattern))
                return

    def _labelled(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._label(f"organization.{key}", getattr(self.words.organization, key), self.screen)

    def _label(self, key: str, phrase: Phrase, screen: Screen) -> bool:
        """As `Screen.told` reads it: what a record is, is told; a field of the same name may be something else's.

        Returns whether there is such a label with a value.
        """
        for words in phrase:
            told = [value for document in screen.documents for value in fixed_values(document, words) if value]
            values = told or [value for _, value in screen.values((words,)) if value]
            if values:
                holds = "number" if parse_count(values[0]) is not None and key.endswith("_count") else ""
                holds = holds or ("words" if any(letter.isalpha() for letter in values[0]) else "number")
                sort: Sort = "label" if told else "enter"
                self.things.append(Thing(key, sort, words, len(values), True, holds, self._place_of_text(words)))
                return True
        return False

    def _location(self, phrase: Phrase) -> None:
        fields = self.screen.fields(phrase)
        if fields:
            self._add("organization.server_location", "enter", fields, self._called(fields[0], phrase))
            self._as_often_as_its_label("organization.server_location")
            return
        words = next((one for one in phrase if self.screen.shows((one,))), None)
        if words is not None:
            box = self._place_of_text(words)
            self.things.append(Thing("organization.server_location", "label", words, box=box))

    def _drop_down(self, label: str) -> None:
        if not isinstance(self.page, OrganizationPage):
            return
        places = self.screen.places((label,))
        boxes = [one for d in self.screen.documents for one in d.controls if _is_called(one.options, label)]
        fields = self.screen.fields((label,))
        times = max(len(places), len(boxes), len(fields))
        if times:
            self.things.append(Thing("drop_downs", "label", label, times, box=self._place_of_text(label)))
            self.relied |= {(d.token, run.control) for d, run in places if run.control >= 0}
            self.relied |= {(one.document.token, one.control.index) for one in fields}

    def _order_of_drop_downs(self) -> None:
        """Which stands where, of all that the profile has: two of them may have changed their labels."""
        found = [(places[0][1].box.top, words) for words in self.drop_downs if (places := self.screen.places((words,)))]
        if len(found) > 1:
            order = " / ".join(words for _, words in sorted(found))
            self.things.append(Thing("drop_downs.order", "text", order))

    def _form(self) -> None:
        words, form = self.words.form, CancellationForm(self.page.tab)
        places = self.screen.places(words.heading)
        if places:
            self.things.append(Thing("form.heading", "text", squeeze(places[0][1].text), len(places)))
        fields = [("date", TEXTS), ("reason", TEXTS | CHOICES), ("opt_out", BOXES)]
        parts = [
            (key, form.reason.find(self.screen) if key == "reason" else self.screen.fields(getattr(words, key), kinds))
            for key, kinds in fields
        ]
        for key, found in sorted(parts, key=lambda part: [one.control.index for one in part[1][:1]]):
            phrase = getattr(words, key)
            self._add(f"form.{key}", _sort_of(found), found, self._called(found[0], phrase) if found else "")
            self._as_often_as_its_label(f"form.{key}")
        try:
            button = form.save_button(self.screen)
        except Obstacle:
            return
        self._add("form.save", "press", [button])

    def _module(self) -> None:
        switcher = AppModuleSwitcher(self.page.tab)
        if not switcher.visible(self.screen):
            return
        phrase = self.words.obstacles.app_module
        label = next((one for one in phrase if self._has_label(one)), "")
        if label:
            self.things.append(Thing("obstacles.app_module", "choose", label))
        premium = {plain(one) for one in self.words.obstacles.premium_edition}
        found = [one for one in self._modules() if plain(one) in premium]
        if found:
            self.things.append(Thing("obstacles.premium_edition", "text", found[0], len(found)))

    def _press(
        self,
        key: str,
        phrase: Phrase,
        kinds: Iterable[str] = OPERABLE,
        find: Callable[[Phrase], list[Found]] | None = None,
    ) -> None:
        found = find(phrase) if find else self.screen.operable(phrase, kinds)
        self._add(key, "press", found)

    def _tabs(self, phrase: Phrase) -> list[Found]:
        """Called so, and no row of the table."""
        rows = self._rows()
        found = named(self.screen, phrase, TABS)
        return [one for one in found if (one.document.token, one.control.index) not in rows]

    def _column(self, key: str, phrase: Phrase, headings: list[str]) -> None:
        for words in phrase:
            found = [text for text in headings if plain(words) in {plain(text), plain_label(text)}]
            if found and self._stands(found[0]):
                self.things.append(Thing(key, "column", words, len(found), box=self._place_of_text(found[0])))
                return

    def _stands(self, heading: str) -> bool:
        """Not where the column has no such heading, and was told by what is in it; it may break into lines."""
        wanted = plain(heading)
        return any(wanted in " ".join(document.plain_text.split()) for document in self.screen.documents)

    def _add(self, key: str, sort: Sort, found: list[Found], says: str = "") -> None:
        if not found:
            return
        control = found[0].control
        live = not control.disabled if sort != "press" else not control.plainly_dead
        told = says or self.whose.nobodys(control.name)
        self.things.append(Thing(key, sort, told, len(found), live, "", self._place(found[0])))
        self.relied |= {(one.document.token, one.control.index) for one in found}

    def _as_often_as_its_label(self, key: str) -> None:
        """A label that is there twice has two fields to a reader, though the mark-up may tie both to one."""
        place = next((place for place, one in enumerate(self.things) if one.key == key), None)
        if place is not None:
            thing = self.things[place]
            labels = len({run.box[:2] for _, run in self.screen.places((thing.says,))})
            self.things[place] = replace(thing, times=max(thing.times, labels))

    def _called(self, found: Found, phrase: Phrase) -> str:
        """By which of the phrase's alternatives it is found; else what labels it."""
        return next((words for words in phrase if found in self.screen.fields((words,))), label_of(found))

    def _has_label(self, words: str) -> bool:
        wanted = plain(words)
        tied = any(label_runs(document, wanted) for document in self.screen.documents)
        return tied or bool(self.screen.fields((words,))) or bool(self.screen.operable((words,)))

    # --- what stands beside them ---

    def _links(self) -> list[tuple[str, Place]]:
        among = self.name == "cancel_page"
        documents = (self.page.body(self.screen),) if among else self.screen.documents
        rows, found = self._rows(), []
        for document in documents:
            for control in document.of_kinds(OPERABLE):
                here = (document.token, control.index)
                if here in rows or (here in self.relied and not among) or control.plainly_dead:
                    continue
                told = self.whose.nobodys(control.name) if among else self.whose.general(control.name)
                if any(letter.isalpha() for letter in told) and not _of_another_account(control.name, told):
                    found.append((told, self._place(Found(document, control))))
        return found

    def _labels(self) -> tuple[str, ...]:
        fields = [
            Found(document, control)
            for document in self.screen.documents
            for control in document.of_kinds(ENTERABLE)
            if (document.token, control.index) not in self.relied and control.box.width > 1
        ]
        return tuple(dict.fromkeys(told for one in fields if (told := self.whose.general(label_of(one)))))

    def _columns(self) -> tuple[str, ...]:
        if not isinstance(self.page, ArBillingPage):
            return ()
        texts = [squeeze(text) for grid in self.page.table.grids_on(self.screen) for text in grid.headings]
        return tuple(text for text in texts if self._stands(text))

    def _statuses(self) -> tuple[str, ...]:
        if not isinstance(self.page, ArBillingPage):
            return ()
        rows = self.page.table.rows_on(self.screen)
        return tuple(sorted({self.whose.general(row.status) for row in rows if row.status}))

    def _modules(self) -> tuple[str, ...]:
        if self.name not in {"organization", "look_up"}:
            return ()
        return AppModuleSwitcher(self.page.tab).offered(self.screen)

    def _messages(self) -> Iterable[str]:
        known = self.words.labels
        for document in self.screen.documents:
            yield from sentences(document, known, self.whose.general)

    def _rows(self) -> set[tuple[str, int]]:
        """The controls in the rows of billings."""
        if not isinstance(self.page, ArBillingPage):
            return set()
        grids = self.page.table.grids_on(self.screen)
        return {
            (grid.document.token, control.index)
            for grid in grids
            for row in self.page.table.columns.data(grid)
            for control in row.controls
        }

    # --- places ---

    def _place(self, found: Found) -> Place:
        left, top = self.corners.get(found.document.token, (0, 0))
        box = found.control.box
        return left + box.left, top + box.top, box.width, box.height

    def _place_of_text(self, words: str) -> Place | None:
        places = self.screen.places((words,))
        if not places:
            return None
        document, run = places[0]
        left, top = self.corners.get(document.token, (0, 0))
        return left + run.box.left, top + run.box.top, run.box.width, run.box.height


def _sort_of(found: list[Found]) -> Sort:
    kind = found[0].control.kind if found else ""
    if kind in BOXES:
        return "tick"
    return "choose" if kind in CHOICES else "enter"


def _is_called(options: tuple[tuple[str, bool, bool, str], ...], label: str) -> bool:
    wanted = plain(label)
    return any(wanted in {plain(text), plain(group)} for text, _, _, group in options)


def _of_another_account(name: str, told: str) -> bool:
    """A link in a list of accounts ("Recently viewed"): which ones there are changes all the time."""
    return "{number}" not in told and bool(ACCOUNT.search(name))
