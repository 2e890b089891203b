"""The support article's sentences (Solution 801493), clause by clause, as the case file quotes them."""

import functools
import re

ARTICLE = {
    "1": "Some accounts have the ability to cancel within their own account by going to the Account"
    " Tab>License"
    " Billing>Cancel Subscription. If this is not available to them, we can cancel their account for"
    " them upon request.",
    "2": "To cancel an account you will look up their Account Name under Organization.",
    "3": "Scroll down to the purple section and click on the drop down for - (New AWS Links for 05 & 06"
    " Servers"
    " Act # starts w/ 500, 600, 700)",
    "4": "Click on (NewManageAcctsLink) to bring up the backend AR (Cancellation Start Page)",
    "4a": "Sometimes the link will not be accessible. To fix this you can click on the \"Update\""
    " button and then this"
    " will make them live hyperlinks again.",
    "4b": "If you enter the Server Location URL it should make those hyperlinks available. Click Update"
    " and then the"
    " links should appear.",
    "4c": "If that doesn't work then you can use the second option by going to the backend URL.",
    "5": "You will then be on the Cancellation Start Page. On this page you will click on Cancel"
    " Subscription / Cancel"
    " Bills / Delete Account.",
    "6": "Click on the top four links to cancel the account and billing completely",
    "6.1": "Remove License Count, change to 0",
    "6.2": "Cancel All Scheduled and Submitted Billings.",
    "6.3": "Set Account Status = 'DELETE'",
    "6.4": "Set Organization / Contact Info",
    "7": "You can now double check that the billing has been cancelled by going back to the"
    " cancellation start page"
    " and clicking on- Link to AR: 611974 - 12-10 Test",
    "7a": "If you get a page that says (Sorry your current role does not have access to this page."
    " Please contact your"
    " company administrator if you need access to this page.) You will click on the App Module drop"
    " down and change to"
    " Premium Edition. Right click, (back) two times to get back to the Cancellation Start Page. Click"
    " on the Account"
    " Name again which will bring you to the billing page.",
    "8": "You can see the billing that has been paid. If you don't see any billing that says"
    " \"Scheduled\" off to the"
    " right side then there is no future billing set up.",
    "9": "You can also see what billing you have cancelled by clicking on the Cancelled Tab.",
    "10": "Lastly, fill out the form on the Organization Page that says Required for Cancellation. Give"
    " the Date of"
    " Cancellation and the reason why they cancelled. You may also check the box [ ] Opt Out of any"
    " future emails going"
    " to the customer.",
}  # fmt: skip
"""Clause -> sentence, in the article's order. Line breaks and numbering aside, the article's own words."""


@functools.cache
def clauses_of(clause: str) -> tuple[str, ...]:
    """All clauses an event's clause names: "3-4" is 3 and 4, "6.1" is 6.1; recoveries (4a) only by their own
    name."""
    whole = [key for key in ARTICLE if not key[-1].isalpha()]
    named = [key for key in re.findall(r"\d+(?:\.\d+|[a-z])?", clause) if key in ARTICLE]
    if len(named) == 2 and "-" in clause and set(named) <= set(whole):
        return tuple(whole[whole.index(named[0]) : whole.index(named[1]) + 1])
    return tuple(named)
