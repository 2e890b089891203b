"""The App Module of the robot's user (clause 7a): changed with a durable intent, and put back at every end (promise 6)."""

from collections.abc import Callable

from flows.addresses import origin
from flows.errors import NeedsHuman
from flows.journal import EventKind
from flows.model import CLAUSE_OF_EFFECT, MODULES, Effect
from flows.walk import Walk
from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.obstacles import Missing, SignedOut
from page_objects.tab import Tab, screens
from page_objects.wording import plain


def premium(walk: Walk) -> str:
    return walk.profile.words.obstacles.premium_edition[0]


def note_module(walk: Walk, current: str | None) -> None:
    """Note the App Module that a run finds; or the one that an earlier run of this request found, and did not put back."""
    if walk.module_at_start is not None:
        return
    walk.module_at_start = current
    switches = [i for i in walk.journal.intents() if i.effect in MODULES and i.outcome != "not_done"]
    if switches and (switches[-1].effect == Effect.SWITCH_MODULE or switches[-1].outcome != "done"):
        walk.module_at_start = next(i.before for i in reversed(switches) if i.effect == Effect.SWITCH_MODULE)
        walk.module_changed = True


def switch_to_premium(walk: Walk) -> Tab:
    """Choose Premium Edition where the role was denied; returns the tab. Raises NeedsHuman if it is chosen already."""
    tab = _tab_with_modules(walk, lambda _: True) or _home(walk)
    switcher = AppModuleSwitcher(tab)
    current = switcher.current(tab.glance())
    address = switcher.address(tab.glance())
    if current is not None and plain(current) == plain(premium(walk)):
        raise NeedsHuman(
            "role_denied", "Premium Edition is chosen already and the page is still denied: ask for the role"
        )
    walk.module_at_start = walk.module_at_start or current
    changed, walk.module_changed = walk.module_changed, True
    try:
        _choose(walk, tab, premium(walk), Effect.SWITCH_MODULE, walk.module_at_start or "")
    except Missing:
        walk.module_changed = changed
        raise
    walk.module_on_backend = origin(address) != origin(walk.profile.site.base_url)
    return tab


def put_module_back(walk: Walk) -> str:
    """Choose the App Module found at the start again; "already" where no page shows Premium Edition any more."""
    module = walk.module_at_start or ""
    tab = _tab_in_premium(walk)
    if plain(AppModuleSwitcher(tab).current(tab.glance()) or "") == plain(module):
        walk.module_changed = False
        return "already"
    _choose(walk, tab, module, Effect.RESTORE_MODULE, premium(walk))
    walk.module_changed = False
    return "done"


def _choose(walk: Walk, tab: Tab, module: str, effect: Effect, before: str) -> None:
    """Choose it; once more where the session had ended, and the module still reads otherwise after the sign-in."""
    try:
        _choose_once(walk, tab, module, effect, before)
    except SignedOut:
        walk.sign_in(tab)
        switcher, screen = AppModuleSwitcher(tab), tab.settled()
        if not switcher.visible(screen):
            raise
        if plain(switcher.current(screen) or "") == plain(module):
            walk.journal.settle(walk.journal.intents()[-1].id, "done", f'the App Module reads "{module}"')
        else:
            _choose_once(walk, tab, module, effect, before)


def _choose_once(walk: Walk, tab: Tab, module: str, effect: Effect, before: str) -> None:
    """The intent is durable first: a run that is cut off is known to have changed the module, and from which."""
    clause = CLAUSE_OF_EFFECT[effect]
    walk.session.evidence(tab, "App Module", "before", clause)
    intent = walk.journal.intend(effect, clause, {}, "App Module", before)
    with walk.session.permit() as sent:
        tab.setting.before_press()
        try:
            AppModuleSwitcher(tab).choose(module)
        except Missing as missing:  # not offered: nothing was chosen
            walk.journal.settle(intent, "not_done", missing.what)
            raise
        except SignedOut as ended:
            walk.journal.sent(intent, sent.requests)
            walk.journal.settle(intent, "unknown", ended.what)
            raise
    walk.journal.sent(intent, sent.requests)
    walk.journal.settle(intent, "done", f'the App Module reads "{module}"')
    walk.session.evidence(tab, "App Module", "after", clause)
    walk.journal.write(
        EventKind.OBSERVATION, clause, page="App Module", url=tab.page.url, values={"App Module": module}
    )


def _tab_with_modules(walk: Walk, fits: Callable[[str], bool]) -> Tab | None:
    """A tab that shows the App Module drop-down, and in it a module that `fits`."""
    pages = (walk.start, walk.billing, walk.organization)
    tabs = [page.tab for page in pages if page is not None] + ([walk.crm] if walk.crm else [])
    for root in tabs:
        for tab, screen in () if root.page.is_closed() else screens(root, Tab.glance).items():
            switcher = AppModuleSwitcher(tab)
            if switcher.visible(screen) and fits(plain(switcher.current(screen) or "")):
                return tab
    return None


def _home(walk: Walk) -> Tab:
    tab = walk.at_crm()
    walk.open(tab, walk.session.home() or walk.profile.site.base_url)
    what = "the App Module drop-down (words.obstacles.app_module in the profile)"
    tab.until(lambda screen: AppModuleSwitcher(tab).visible(screen) or None, what)
    return tab


def _tab_in_premium(walk: Walk) -> Tab:
    """A tab that shows the module as it was changed; pages from before still show the old one."""
    tab = _tab_with_modules(walk, lambda current: current == plain(premium(walk)))
    if tab is None and walk.module_on_backend:  # a session of its own, with a module of its own
        backend = walk.fresh_start().tab
        screen = backend.settled()  # its pages may show the drop-down late, or not all of them
        tab = backend if AppModuleSwitcher(backend).visible(screen) else None
    return tab or _home(walk)
