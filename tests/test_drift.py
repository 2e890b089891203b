"""What is told of a page that differs from the baseline, and what matters."""

from dataclasses import replace

import pytest

from flows.baseline import Baseline
from flows.drift import Change, compare, compare_page, learned
from flows.errors import NeedsHuman
from flows.survey import Survey, why_unreached
from page_objects.portrait import Portrait, Thing
from page_objects.words import Words
from rpa.drift.junit import checked_pages

WORDS = Words()
LICENSES, BILLINGS = "Remove License Count, change to 0", "Cancel All Scheduled and Submitted Billings."
STATUS, CONTACT = "Set Account Status = 'DELETE'", "Set Organization / Contact Info"
FOUR = (
    Thing("cancel_page.remove_license_count", "press", LICENSES),
    Thing("cancel_page.cancel_billings", "press", BILLINGS),
    Thing("cancel_page.set_status", "press", STATUS),
    Thing("cancel_page.set_contact_info", "press", CONTACT),
)
LINKS = ("Home", LICENSES, BILLINGS, STATUS, CONTACT, "Send Final Invoice")
CANCEL = Portrait("cancel_page", FOUR, LINKS)
BILLING = Portrait(
    "billing",
    (Thing("billing.status", "column", "Status"), Thing("billing.cancelled_tab", "press", "Cancelled")),
    ("Home",),
    columns=("Invoice", "Due Date", "Status"),
    statuses=("Paid", "Scheduled"),
    messages=("All figures are in US dollars.",),
)
RECORD = Portrait(
    "organization",
    (
        Thing("organization.license_count", "label", "License Count", holds="number"),
        Thing("organization.manage_link", "press", "(NewManageAcctsLink)"),
        Thing("drop_downs", "label", "New AWS Links"),
    ),
    modules=("Standard Edition", "Premium Edition"),
)


def survey(*portraits: Portrait, role: str = "ordinary", **unreached: str) -> Survey:
    return Survey(role, "611974", "12-10 Test", list(portraits), dict(unreached))  # type: ignore[arg-type]


def baseline(*portraits: Portrait) -> Baseline:
    return learned([survey(*(portraits or (CANCEL, BILLING, RECORD)))], "a site", "me")


def found(now: Portrait, role: str = "ordinary") -> tuple[Change, ...]:
    return compare_page(baseline(), now, WORDS, role)


def told(changes: tuple[Change, ...]) -> list[tuple[str, bool, str]]:
    return [(one.kind, one.matters, one.key or one.seen or one.expected) for one in changes]


def without(portrait: Portrait, key: str, *links: str) -> Portrait:
    things = tuple(one for one in portrait.things if one.key != key)
    return replace(portrait, things=things, links=links or portrait.links)


@pytest.mark.parametrize("page", [CANCEL, BILLING, RECORD], ids=lambda page: page.page)
def test_the_same_page_has_not_changed_whoever_looks(page: Portrait) -> None:
    assert found(page) == found(page, "") == ()


def test_a_link_that_reads_otherwise_is_gone_and_the_closest_is_named() -> None:
    new = "Cancel Scheduled Billings."
    (change,) = found(without(CANCEL, "cancel_page.cancel_billings", "Home", LICENSES, new, STATUS, CONTACT))
    assert (change.kind, change.clause, change.matters) == ("renamed", "6.2", True)
    assert change.sentence == f'the link "{BILLINGS}" is gone from the page with the four links; closest: "{new}"'


def test_a_figure_within_the_words_of_a_link_is_a_word() -> None:
    changed = "Remove License Count, change to 1"
    (change,) = found(without(CANCEL, "cancel_page.remove_license_count", "Home", changed, BILLINGS, STATUS, CONTACT))
    assert change.nearest == changed


@pytest.mark.parametrize(("place", "where"), [(0, "at the top"), (2, f'after "{LICENSES}"'), (6, 'after "Send')])
def test_a_new_neighbour_of_the_four_links_matters_wherever_it_stands(place: int, where: str) -> None:
    links = [*LINKS]
    links.insert(place, "Purge Billing History")
    (change,) = found(replace(CANCEL, links=tuple(links)), role="")
    assert change.kind == "new_link"
    assert change.matters
    assert f"the page with the four links, {where}" in change.sentence


def test_a_new_link_anywhere_else_is_harmless() -> None:
    assert told(found(replace(BILLING, links=("Home", "Reports")))) == [("new_link", False, "Reports")]


@pytest.mark.parametrize(
    "links",
    [
        ("Home", BILLINGS, LICENSES, STATUS, CONTACT, "Send Final Invoice"),
        ("Home", LICENSES, BILLINGS, "Send Final Invoice", STATUS, CONTACT),
    ],
    ids=["among themselves", "no longer the top four"],
)
def test_the_four_links_in_another_order_matter(links: tuple[str, ...]) -> None:
    assert [one.kind for one in found(replace(CANCEL, links=links), role="")] == ["moved"]


def test_what_stands_below_the_four_may_be_in_any_order() -> None:
    page = replace(CANCEL, links=(*LINKS, "Log Off", "Help"))
    turned = replace(CANCEL, links=(*LINKS, "Help", "Log Off"))
    assert compare_page(baseline(page), turned, WORDS, "ordinary") == ()


def test_the_same_words_twice_matter() -> None:
    twice = replace(CANCEL, things=(*FOUR[:3], replace(FOUR[3], times=2)))
    assert told(found(twice, "")) == [("twice", True, "words.cancel_page.set_contact_info")]


def test_a_link_that_is_only_text_now_is_dead_and_matters_but_for_the_one_that_update_mends() -> None:
    dead = replace(CANCEL, things=(*FOUR[:3], replace(FOUR[3], live=False)))
    record = replace(RECORD, things=(RECORD.things[0], replace(RECORD.things[1], live=False), RECORD.things[2]))
    assert told(found(dead)) == [("dead", True, "words.cancel_page.set_contact_info")]
    assert told(found(record)) == [("dead", False, "words.organization.manage_link")]


def test_words_beside_a_label_where_a_number_stood_tell_of_labels_that_were_swapped() -> None:
    swapped = replace(RECORD, things=(replace(RECORD.things[0], holds="words"), *RECORD.things[1:]))
    assert told(found(swapped)) == [("other_value", True, "words.organization.license_count")]


def test_what_a_drop_down_holds_is_not_missed_where_the_drop_down_itself_is() -> None:
    gone = replace(RECORD, things=RECORD.things[:1])
    assert told(found(gone)) == [("gone", True, "drop_downs")]


def test_a_status_that_nobody_knows_matters_at_a_canary_and_is_named_at_a_customer() -> None:
    page = replace(BILLING, statuses=("Paid", "Frozen"))
    assert told(found(page)) == [("new_status", True, "Frozen")]
    assert told(found(page, role="")) == [("new_status", False, "Frozen")]


def test_a_status_that_the_profile_knows_is_no_news() -> None:
    assert found(replace(BILLING, statuses=("Declined", "Void"))) == ()


def test_a_customers_page_may_lack_what_the_canaries_have() -> None:
    assert found(without(CANCEL, "cancel_page.cancel_billings"), role="") == ()


def test_a_message_never_seen_is_named_and_one_that_breaks_elsewhere_is_known() -> None:
    page = replace(BILLING, messages=("Billing moves to a new system on Friday.", "All figures are in US dollars."))
    assert told(found(page, "")) == [("new_message", False, "Billing moves to a new system on Friday.")]


def test_columns_in_another_order_are_told_and_harmless() -> None:
    assert [one.kind for one in found(replace(BILLING, columns=("Status", "Invoice", "Due Date")))] == ["moved"]


def test_a_page_that_was_not_reached_matters_and_what_stood_there_is_named() -> None:
    page = without(BILLING, "billing.cancelled_tab", "Home", "Void")
    changes = compare(baseline(), [survey(CANCEL, RECORD, page, billing="no tab")], WORDS)
    assert told(changes) == [("unreached", True, ""), ("gone", True, "words.billing.cancelled_tab")]
    assert changes[0].sentence == "the billing page could not be reached: no tab"


def test_nobody_has_looked_into_the_drop_down_of_a_record_that_was_not_reached() -> None:
    shut = survey(without(RECORD, "organization.manage_link"), CANCEL, BILLING, organization="no number")
    changes = compare(baseline(), [shut], WORDS)
    assert told(changes) == [("unreached", True, "")]
    pages = [one for one in checked_pages(baseline(), [shut], changes, WORDS) if one.changes]
    assert [(one.role, one.page, told(one.changes)) for one in pages] == [("ordinary", "organization", told(changes))]


@pytest.mark.parametrize("session", ["?sid=s3cr3t", "#access_token=s3cr3t", ";jsessionid=s3cr3t?page=2"])
def test_why_a_page_was_not_reached_holds_no_session(session: str) -> None:
    met = NeedsHuman("drift", f"billing page (https://crm.example/ar.jsp{session}): no table")
    assert why_unreached(met) == "billing page (https://crm.example/ar.jsp): no table"


def test_what_only_one_canary_has_is_not_missed_at_another() -> None:
    dead = replace(RECORD, things=(RECORD.things[0], RECORD.things[2]))
    both = [survey(RECORD), survey(dead, role="dead_link")]
    known = learned(both, "a site", "me")
    assert compare(known, both, WORDS) == ()
    assert told(compare(known, [survey(dead), survey(dead, role="dead_link")], WORDS)) == [
        ("gone", True, "words.organization.manage_link")
    ]


def test_a_link_is_gone_only_when_no_canary_has_it_any_more() -> None:
    both = [survey(BILLING), survey(replace(BILLING, links=("Home", "Help")), role="dead_link")]
    known = learned(both, "a site", "me")
    assert compare(known, [both[0], both[0]], WORDS) == ()  # the other canary was not looked at
    now = [survey(BILLING), survey(BILLING, role="dead_link")]
    assert told(compare(known, now, WORDS)) == [("link_gone", False, "Help")]


def test_a_novelty_of_the_whole_site_is_told_once() -> None:
    pages = [replace(one, links=(*one.links, "Reports")) for one in (BILLING, RECORD)]
    (change,) = compare(baseline(), [survey(CANCEL, *pages)], WORDS)
    assert change.sentence.endswith(", and on 1 more page")


def test_a_baseline_learned_anew_counts_up() -> None:
    first = baseline()
    assert learned([survey(CANCEL)], "a site", "me", before=first).revision == first.revision + 1 == 2


def test_labels_of_a_customers_page_are_told_and_stop_nothing() -> None:
    thrice = replace(RECORD, things=(replace(RECORD.things[0], times=3), *RECORD.things[1:]))
    assert told(found(thrice, role="")) == [("twice", False, "words.organization.license_count")]
    assert told(found(thrice)) == [("twice", True, "words.organization.license_count")]


def test_form_fields_whose_labels_changed_places_matter() -> None:
    date, reason = Thing("form.date", "enter", "Date of Cancellation"), Thing("form.reason", "enter", "Reason")
    page = replace(RECORD, things=(*RECORD.things, date, reason))
    turned = replace(RECORD, things=(*RECORD.things, reason, date))
    (change,) = compare_page(baseline(page), turned, WORDS, "ordinary")
    assert (change.kind, change.clause, change.matters) == ("moved", "10", True)
    assert compare_page(baseline(page), page, WORDS, "ordinary") == ()
