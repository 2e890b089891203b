"""The words on the screens: what the robot looks for, as a person would read it.

The article's words (Solution 801493) are the defaults. What the article does not name (sign-in labels, look-up
labels, headings) has defaults from common usage and is meant to be set in the site profile. A *phrase* is a tuple of
alternatives, best first; the first alternative that is on the screen is taken, and must be there once.
"""

from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from page_objects.phrases import Phrase, PhraseOfAccount, PhraseOfPatterns, WordGroup
from page_objects.wording import plain


class BackendSignInWords(WordGroup):
    """Not in the article: every word here is a guess from common usage."""

    account: Phrase = ("Account", "Company", "Company ID", "Account ID", "Account Name", "Organization", "Customer ID")
    """Label of a third field, where the site asks for one; its value is RPA_ACCOUNT."""
    user_name: Phrase = ("User Name", "Username", "User ID", "Login", "Login Name", "User", "Email", "E-mail")
    password: Phrase = ("Password", "Passcode")
    button: Phrase = ("Sign In", "Log In", "Login", "Sign On", "Log On", "Submit", "Enter", "Continue")


class SignInWords(BackendSignInWords):
    """Not in the article: every word here is a guess from common usage."""

    go_on: Phrase = (
        "Continue", "Continue to system", "Continue to the system", "Continue to site", "Continue to application",
        "Continue to home page", "Proceed", "Proceed to system", "Enter", "Enter system", "Skip",
    )  # fmt: skip
    """Leads on from a page that is shown after the sign-in (news of the day); pressed only where neither the look-up nor
    a link to it is on the screen, and before any account is open."""


class LookUpWords(WordGroup):
    """Clause 2 (Organization) and clause 4c (the backend's own look-up)."""

    open: Phrase = (
        "Find Organization", "Find Organizations", "Search Organizations", "View Organizations", "List Organizations",
        "Organization List", "All Organizations", "Organization", "Organizations", "Organization Look-up",
        "Organization Search",
    )  # fmt: skip
    """The link or tab that leads to the look-up, where it is not on the page that follows sign-in. An item of a menu
    stands before the menu's own word, which opens the menu."""
    menu: Phrase = (
        "Menu", "Main menu", "Open menu", "Navigation", "Navigation menu", "Main navigation", "Open navigation",
        "Open navigation menu", "Toggle navigation", "Toggle menu", "Show menu", "\N{TRIGRAM FOR HEAVEN}", "\N{IDENTICAL TO}",
    )  # fmt: skip
    """A button that opens the site's menu, where neither the look-up nor that link is on the screen."""
    field: Phrase = (
        "Account Name", "Organization Name", "Organization", "Name", "Search", "Find", "Search for", "Look up",
        "Name contains", "Search text", "Keyword", "Account Name contains", "Customer Name",
    )  # fmt: skip
    scope: Phrase = (
        "Organization", "Organizations", "Account", "Accounts", "Organization Name", "Account Name", "Name",
    )  # fmt: skip
    """What to choose where a select box, radio buttons or tabs beside the field say what is looked for."""
    number_field: Phrase = (
        "Account Number", "Account #", "Acct #", "Account No", "Customer Number", "Act #", "Act. #", "Act No",
        "Act Number", "Acct Number", "Acct No", "Acct. #", "Acct. No", "Acct", "AR #", "AR Number", "AR No", "Customer #",
    )  # fmt: skip
    """Used at the backend's look-up where it offers such a field."""
    button: Phrase = ("Search", "Find", "Go", "Look Up", "Lookup", "Look-up", "Find Now", "Search Now", "Submit")
    nothing_found: Phrase = (
        "No records found", "No results", "No results found", "No organizations found", "No matches",
        "Nothing found", "No accounts found", "not found", "0 records", "no matching", "0 results",
    )  # fmt: skip
    next_page: Phrase = ("Next", "Next page", ">", ">>", "›", "»", "→", "More", "Show more", "Load more")


class OrganizationWords(WordGroup):
    """Clauses 2, 3, 4a, 4b and 10."""

    account_name: Phrase = (
        "Account Name", "Organization Name", "Display Name", "Customer Name", "Organization", "Company Name", "Name",
    )  # fmt: skip
    account_number: Phrase = (
        "Account Number", "Account #", "Acct #", "Account No", "Acct Number", "Acct No", "Account ID",
        "Customer Number", "Customer #", "Number", "Act #", "Act. #", "Act No", "Act Number", "Acct. #", "Acct. No",
        "AR #", "AR Number", "AR No", "Acct",
    )  # fmt: skip
    identity: PhraseOfAccount = (
        "{number} - {name}", "{name} - {number}", "{name} ({number})", "{name} (#{number})", "{name} # {number}",
        "{number} {name}", "{number}: {name}", "Account {number} - {name}", "{name}, {number}",
    )  # fmt: skip
    """Where number and name stand together in one line; the article's own is "611974 - 12-10 Test"."""
    account_status: Phrase = ("Account Status", "Acct Status", "Status")
    deleted: Phrase = ("DELETE", "DELETED")
    license_count: Phrase = (
        "License Count", "Licenses", "Number of Licenses", "Licence Count", "Licences", "License", "Seats",
    )  # fmt: skip
    contact_info: Phrase = (
        "Organization / Contact Info", "Organization/Contact Info", "Org / Contact Info", "Org. / Contact Info",
        "Contact Info Status", "Contact Info", "Contact Status", "Contact Type",
    )  # fmt: skip
    """A value that tells whether 6.4 was carried out, where the site shows one."""
    contact_info_done: Phrase = (
        "Set", "Yes", "Done", "Cancelled", "Canceled", "Cancelled Customer", "Former Customer", "Inactive", "DELETE",
        "DELETED", "Completed", "Updated",
    )  # fmt: skip
    """The values that say so."""
    contact_info_open: Phrase = (
        "Not set", "(not set)", "No", "None", "Active", "Customer", "Current", "Current Customer", "Pending", "Open", "-",
    )  # fmt: skip
    """The values that say that it was not; any other value says neither."""
    server_location: Phrase = ("Server Location",)
    update: Phrase = ("Update",)
    manage_link: Phrase = ("(NewManageAcctsLink)", "NewManageAcctsLink", "New Manage Accts Link")
    go: Phrase = (
        "Go", "Open", "Go >", "Select", "Change", "Switch", "Change module", "Switch module", "Apply", "Show", "OK",
    )  # fmt: skip
    """A button beside a drop-down that is a select box."""
    empty: Phrase = ("-", "--", "(none)", "none", "not set", "(not set)", "(empty)", "empty", "(blank)", "n/a")
    """What stands beside Server Location, or in the form, where there is nothing (a long dash reads as a short one)."""
    edit: Phrase = (
        "Edit",
        "Change",
        "Modify",
        "Click to edit",
        "\N{PENCIL}",
        "\N{LOWER RIGHT PENCIL}",
        "\N{UPPER RIGHT PENCIL}",
    )
    """What is pressed beside a value that is shown as text, so that it can be entered."""
    tabs: Phrase = ()
    """Tabs of the record that load their panel from the server, e.g. ["Custom Fields", "Cancellation"]: pressed one after
    another until the words that are needed can be seen. Tabs that only show a part of the page are found without this."""


class FormWords(WordGroup):
    """Clause 10, "Required for Cancellation"."""

    heading: Phrase = ("Required for Cancellation",)
    date: Phrase = ("Date of Cancellation", "Cancellation Date", "Date Cancelled")
    reason: Phrase = (
        "Reason", "Reason for Cancellation", "Cancellation Reason", "Reason why they cancelled", "Reason cancelled",
        "Reason they cancelled", "Why they cancelled", "Reason for Cancelling", "Reason for Canceling",
    )  # fmt: skip
    reason_text: Phrase = (
        "Other Reason", "Other", "Reason text", "If other", "If other, explain", "Explain",
        "If other, please explain", "Please explain", "Explanation", "Specify", "Comments", "Details", "Please specify",
        "Reason Comments", "Reason Comment", "Reason Details", "Describe", "Please describe", "Comment",
    )  # fmt: skip
    """A text field beside or below a Reason that is a drop-down."""
    other: Phrase = ("Other", "Other Reason")
    """The option for a reason that is not offered; "Other (explain)" and "Other - please specify" read the same."""
    opt_out: Phrase = ("Opt Out of any future emails", "Opt Out of any future emails going to the customer", "Opt Out")
    save: Phrase = (
        "Save", "Submit", "Save Cancellation", "Save Form", "Save Changes", "Submit Form", "Record Cancellation", "Send",
    )  # fmt: skip
    """The form's own button; where there is none, the page's Update button saves it."""


class StartPageWords(WordGroup):
    """Clauses 4, 5 and 7."""

    cancel: Phrase = ("Cancel Subscription / Cancel Bills / Delete Account",)
    back: Phrase = (
        "Cancellation Start Page", "Back to Cancellation Start Page", "Back to the Cancellation Start Page",
        "Return to Cancellation Start Page", "Return to the Cancellation Start Page",
    )  # fmt: skip
    """A link on other pages that leads back here."""
    link_to_ar: PhraseOfAccount = ("Link to AR: {number} - {name}", "Link to AR {number} - {name}")


class CancelPageWords(WordGroup):
    """Clause 6, the top four links, and what may stand between such a link and its effect."""

    remove_license_count: Phrase = ("Remove License Count, change to 0",)
    cancel_billings: Phrase = ("Cancel All Scheduled and Submitted Billings.",)
    set_status: Phrase = ("Set Account Status = 'DELETE'",)
    set_contact_info: Phrase = ("Set Organization / Contact Info",)
    confirm: Phrase = (
        "Yes", "OK", "Confirm", "Continue", "Yes, continue", "Proceed", "Save", "Submit", "Update", "Apply", "Set",
        "Save Changes", "Apply Changes", "Save and Close",
    )  # fmt: skip
    """Buttons of a form or a question that stands between one of the links and its effect."""
    dialog: PhraseOfPatterns = ()
    """Regular expressions for the texts of confirm() boxes that may be accepted; empty: any text that asks about the
    link just clicked, and no text with a word of `never`."""
    never: Phrase = (
        "purge", "permanent", "permanently", "reactivate", "re-activate", "refund", "invoice", "all accounts",
        "every account", "other account", "restore",
    )  # fmt: skip


class BillingWords(WordGroup):
    """Clauses 7 to 9."""

    tab: Phrase = ("Billing", "Billings", "Scheduled", "All", "Current", "Open", "History")
    """The tab that holds what is not cancelled, to come back to."""
    cancelled_tab: Phrase = ("Cancelled", "Cancelled Tab", "Canceled", "Cancelled Billings", "Cancelled Bills")
    status: Phrase = ("Status", "Billing Status", "State", "Bill Status")
    amount: Phrase = ("Amount", "Total", "Amount Due", "Price", "Charge")
    due: Phrase = ("Due Date", "Due", "Bill Date", "Billing Date", "Date", "Scheduled Date", "Scheduled For")
    number: Phrase = (
        "Invoice",
        "Invoice #",
        "Invoice No",
        "Invoice Number",
        "Bill #",
        "Bill No",
        "Bill",
        "ID",
        "#",
        "No",
    )
    pending: Phrase = ("Scheduled", "Submitted")
    cancelled: Phrase = ("Cancelled", "Canceled")
    settled: Phrase = (
        "Paid", "Cancelled", "Canceled", "Declined", "Void", "Voided", "Refunded", "Failed", "Written Off", "Credited",
        "Expired", "Completed", "Closed",
    )  # fmt: skip
    nothing: Phrase = (
        "No records", "No records found", "No billing", "No billings", "No billing found", "No billings found",
        "Nothing to show", "No rows", "No data", "No invoices", "No entries", "None", "No bills", "No results",
        "Nothing billed", "Nothing has been billed", "Nothing here",
    )  # fmt: skip
    next_page: Phrase = (
        "Next", "Next page", ">", ">>", "›", "»", "→", "More", "Show more", "Load more", "View more", "Show all", "View all",
    )  # fmt: skip


class ObstacleWords(WordGroup):
    """What may stand on any page instead of the one that was asked for."""

    role_denied: Phrase = ("Sorry your current role does not have access to this page",)
    app_module: Phrase = ("App Module", "Application Module", "Module", "Application")
    premium_edition: Phrase = ("Premium Edition",)
    maintenance: Phrase = (
        "maintenance", "temporarily unavailable", "temporarily down", "be back shortly", "system is unavailable",
    )  # fmt: skip
    locked: Phrase = ("is locked by", "record is locked", "locked by another user", "being edited by")
    expired: Phrase = ("session has expired", "session expired", "sign in again", "log in again", "page has expired")
    error: Phrase = (
        "error", "failed", "could not", "cannot", "unable", "not saved", "invalid", "denied", "rejected",
    )  # fmt: skip
    """Words that mark a message as bad news. They are evidence for the case file; proof comes from reading again."""
    loading: Phrase = ("Loading", "Please wait", "Loading...", "Working", "One moment")


class Words(BaseModel):
    """Every wording the robot relies on, by screen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sign_in: SignInWords = Field(default_factory=SignInWords)
    look_up: LookUpWords = Field(default_factory=LookUpWords)
    backend_sign_in: BackendSignInWords = Field(default_factory=BackendSignInWords)
    backend_look_up: LookUpWords = Field(default_factory=LookUpWords)
    organization: OrganizationWords = Field(default_factory=OrganizationWords)
    form: FormWords = Field(default_factory=FormWords)
    start_page: StartPageWords = Field(default_factory=StartPageWords)
    cancel_page: CancelPageWords = Field(default_factory=CancelPageWords)
    billing: BillingWords = Field(default_factory=BillingWords)
    obstacles: ObstacleWords = Field(default_factory=ObstacleWords)

    @cached_property
    def labels(self) -> frozenset[str]:
        """All that labels a value or a field, in the form in which words are compared."""
        record, form = self.organization, self.form
        phrases = (
            record.account_name, record.account_number, record.account_status, record.license_count,
            record.contact_info, record.server_location, form.date, form.reason, form.reason_text, form.opt_out,
            self.obstacles.app_module,
        )  # fmt: skip
        return frozenset(plain(words) for phrase in phrases for words in phrase)
