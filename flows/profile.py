"""The site profile: everything about one admin site that the article does not fix.

A profile is a TOML file (`docs/profile.md`); `rpa.profiles` reads it. Nothing of it is ever in code: to follow a
re-worded or re-hosted site, change the profile.
"""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from flows import dates
from flows.addresses import Origin, Url, UrlAsWritten, origin
from page_objects.words import Words

UnsafePage = Literal["start_page", "cancel_page", "billing"]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("must be a time zone such as America/Denver or UTC") from error
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


Text = Annotated[str, AfterValidator(_not_blank)]
Digits = Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[0-9]+$")]
Count = Annotated[int, Field(strict=True)]
"""Strict, as `true` would be 1."""
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class ProfilePart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Site(ProfilePart):
    """Where the admin UI is."""

    base_url: Url
    """The CRM, e.g. https://acct.planplusonline05.com"""
    sign_in_path: str = "/"
    look_up_path: str = ""
    """Path of the Organization look-up, if it can be opened directly; empty: found by its words."""
    backend_url: Url | None = None
    """The backend's look-up page ("the back end URL", clauses 4b and 4c); none: the ladder ends with a person."""
    allowed_origins: tuple[Origin, ...] = ()
    """Further origins (scheme://host[:port]) that the browser may talk to; base_url's and backend_url's always are."""
    date_format: Annotated[str, AfterValidator(dates.date_format)] = "MM/DD/YYYY"
    time_zone: Annotated[str, AfterValidator(_zone)] = "America/Denver"


class DropDown(ProfilePart):
    """Clause 3: which drop-down of the purple section serves which account numbers."""

    prefixes: Annotated[tuple[Digits, ...], Field(min_length=1)]
    """Leading digits: "5" stands for the series 500000; the article's "500, 600, 700" are series."""
    label: Text
    link: tuple[Text, ...] = ()
    """The words of the link to the Cancellation Start Page in it, where they are not (NewManageAcctsLink)."""


class ServerLocation(ProfilePart):
    """Clause 4b: the only URLs that may ever be written to Server Location."""

    prefixes: tuple[Digits, ...] = ()
    server: str = ""
    """The value of the record's server field, where servers rather than prefixes decide."""
    url: UrlAsWritten

    @model_validator(mode="after")
    def _for_some_account(self) -> "ServerLocation":
        if not self.prefixes and not self.server.strip():
            raise ValueError("must have prefixes or a server: else it is for no account")
        return self


class SelfService(ProfilePart):
    """Clause 1: accounts that can cancel by themselves."""

    detect: tuple[Text, ...] = ("Cancel Subscription is available", "Self-service cancellation: Yes")
    """Texts on the Organization page that say so."""
    label: tuple[Text, ...] = (
        "Self-Service", "Self Service", "Self-service cancellation", "Self-Service Cancel", "Can cancel own account",
        "Account Tab>License Billing>Cancel Subscription", "Account Tab > License Billing > Cancel Subscription",
    )  # fmt: skip
    """Or the label of a field whose value is On, begins with Yes, True, Enabled or Available, or is a ticked box."""
    reveal: tuple[Text, ...] = ()
    """What has to be clicked on the Organization page before that can be read (a fold, a tab)."""
    policy: Literal["go_on", "refer"] = "go_on"
    """go_on: cancel all the same. refer: end as `referred`, with a reply text."""


class Approval(ProfilePart):
    """Which plans another person than the requester has to approve (`rpa approve`); without a rule none. What a rule
    needs and could not be read counts as if it were met."""

    all: Annotated[bool, Field(strict=True)] = False
    """true: each plan."""
    licenses_from: Annotated[Count, Field(ge=0)] = 0
    """A plan that takes away so many licenses or more; 0: no such rule."""
    money_from: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """A plan that stops billings of so much or more together, as in "5000"; credits are not counted against it; 0: no
    such rule."""
    names: tuple[Text, ...] = ()
    """Accounts whose name contains one of these; letter case, accents, blanks and punctuation are not looked at."""
    hours: Annotated[Count, Field(ge=1, le=8760)] = 24
    """From when it was asked for, an approval must be given and the cancellation be begun within so many hours. Nobody's
    yes means no: then the request ends as `withdrawn`."""
    own_logins: Annotated[bool, Field(strict=True)] = False
    """true: people work under logins of their own, so the login that submitted a request can't approve it either,
    whatever name --by gives."""


def _time_of_day(value: str) -> str:
    if value and not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError('must be a time of day such as 02:30, or "" for never')
    return value


class Sentinel(ProfilePart):
    """Accounts are read again after they were cancelled; billing that came back raises an alarm and reopens the case."""

    hours: tuple[Annotated[Count, Field(ge=1, le=8760)], ...] = (1, 24)
    """So many hours after a cancellation the account is read again."""
    billing_date: bool = True
    """And on the next billing date that had been scheduled, at 6 in the morning at the site."""
    nightly: Annotated[str, AfterValidator(_time_of_day)] = "02:30"
    """At this time at the site, each night, all accounts that were cancelled are read again; "": never."""
    days: Annotated[Count, Field(ge=1)] = 90
    """For so many days after their cancellation."""
    no_charge: tuple[Text, ...] = (
        "Void",
        "Voided",
        "Refunded",
        "Credited",
        "Written Off",
        "Expired",
        "Reversed",
        "Waived",
    )
    """Statuses of billings that take no money: one that is new on the account, and settled, but not so, is an alarm."""


class Canary(ProfilePart):
    """An account of our own that may be read again and again: by `rpa learn`, `rpa check` and the regression suite."""

    account_name: Text
    account_number: Digits
    role: Annotated[str, StringConstraints(pattern="^[a-z][a-z_]*$")] = "ordinary"
    """What it stands for: ordinary, dead_link (4a), server_location_missing (4b), already_cancelled, role_denied (7a) ..."""
    effects: Annotated[bool, Field(strict=True)] = False
    """true: tests that change accounts may change this one (`pytest --admin-allow-effects`)."""


class DriftPolicy(ProfilePart):
    """`rpa work` compares the admin UI with the baseline (`rpa learn`) before it goes on; what matters to an effect stops the line."""

    at_start: Annotated[bool, Field(strict=True)] = True
    every_hours: Annotated[Count, Field(ge=0, le=8760)] = 6
    """0: never again after the start, but for unknown pages."""
    after_unknown_page: Annotated[bool, Field(strict=True)] = True
    """Whether an unknown page has the UI checked before the next request."""


class Policy(ProfilePart):
    protected_names: tuple[Text, ...] = ()
    protected_numbers: tuple[Digits, ...] = ()
    notice_days: Annotated[Count, Field(ge=0, le=365)] = 10
    """A billing due within so many days is warned about (the vendor's policy asks for notice)."""
    max_effects_per_run: Annotated[Count, Field(ge=1)] = 1000
    max_effects_per_hour: Annotated[Count, Field(ge=1)] = 600
    max_requests_per_minute: Annotated[Count, Field(ge=0)] = 0
    """So many requests are begun in a minute, by all workers together; 0: no limit."""
    strikes: Annotated[Count, Field(ge=1)] = 3
    """So many wrong identities, unknown pages or unknown effects in a row stop the line (promise 9)."""
    approval: Approval = Field(default_factory=Approval)
    sentinel: Sentinel = Field(default_factory=Sentinel)
    drift: DriftPolicy = Field(default_factory=DriftPolicy)


class Timing(ProfilePart):
    """Seconds."""

    page: Annotated[Seconds, Field(gt=0)] = 30.0
    """How long a page may take to show what it is recognised by."""
    quiet: Annotated[Seconds, Field(gt=0)] = 1.0
    """A page that did not change for so long has finished: only then is something called absent."""
    server_limit: Annotated[Seconds, Field(gt=0)] = 60.0
    """After so long the server has given up on a request: two "not done" readings must be further apart (promise 4)."""
    latency_of_effect: Annotated[Seconds, Field(ge=0)] = 10.0
    """How long a finished effect may take to show in what is read."""


class Privacy(ProfilePart):
    masked_fields: tuple[Text, ...] = (
        "Phone",
        "Home Phone",
        "Mobile",
        "Fax",
        "Email",
        "E-mail",
        "Credit Card",
        "Card Number",
    )
    """Labels of fields whose values are masked in pictures and texts of the case file."""
    keep_days: Annotated[Count, Field(ge=0, le=36500)] = 730
    """So many days after its end a request's personal data may be deleted (`rpa purge`); 0: they are kept for ever."""
    keep_account_number: Annotated[bool, Field(strict=True)] = False
    """Whether a purge leaves the account number; if not, a keyed digest stands for it, the same for the same account."""


class ReadPermits(ProfilePart):
    unsafe_pages: tuple[UnsafePage, ...] = ()
    """Pages that are not safe to read: a plan does not open them; a cancellation opens one as it causes an effect, with
    identity, durable intent and one request."""


class SiteProfile(ProfilePart):
    profile_version: Literal[1] = 1
    name: str = "unnamed site"
    site: Site
    drop_downs: tuple[DropDown, ...] = (
        DropDown(prefixes=("5", "6", "7"), label="New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700"),
    )
    server_locations: tuple[ServerLocation, ...] = ()
    server_field: tuple[Text, ...] = ("Server",)
    """Label of the record's field that `server_locations.server` is compared with."""
    reasons: dict[Text, Text] = Field(default_factory=dict)
    """A request's reason -> the option of the Reason select box."""
    self_service: SelfService = Field(default_factory=SelfService)
    policy: Policy = Field(default_factory=Policy)
    timing: Timing = Field(default_factory=Timing)
    privacy: Privacy = Field(default_factory=Privacy)
    reading: ReadPermits = Field(default_factory=ReadPermits)
    canaries: tuple[Canary, ...] = ()
    """Our own test accounts, which may be read at any time; none: `rpa learn` and `rpa check` have nothing to look at."""
    words: Words = Field(default_factory=Words)

    @field_validator("drop_downs")
    @classmethod
    def _one_drop_down_for_a_prefix(cls, drop_downs: tuple[DropDown, ...]) -> tuple[DropDown, ...]:
        _each_once("prefix", (prefix for drop_down in drop_downs for prefix in drop_down.prefixes))
        return drop_downs

    @field_validator("server_locations")
    @classmethod
    def _one_server_location_for_an_account(cls, locations: tuple[ServerLocation, ...]) -> tuple[ServerLocation, ...]:
        _each_once("prefix", (prefix for location in locations for prefix in location.prefixes))
        _each_once("server", (_plain_server(location.server) for location in locations))
        return locations

    @field_validator("canaries")
    @classmethod
    def _each_canary_once(cls, canaries: tuple[Canary, ...]) -> tuple[Canary, ...]:
        _each_once("account_number", (canary.account_number for canary in canaries))
        return canaries

    @property
    def origins(self) -> frozenset[str]:
        """The origins the browser may talk to, as scheme://host:port."""
        urls = [self.site.base_url, *self.site.allowed_origins]
        urls += [location.url for location in self.server_locations]
        if self.site.backend_url:
            urls.append(self.site.backend_url)
        return frozenset(origin(url) for url in urls)

    def reason_on_form(self, reason: str) -> str:
        """A request's reason in the site's words (clause 10)."""
        return self.reasons.get(reason, reason)

    def drop_down_for(self, account_number: str) -> DropDown | None:
        """The drop-down whose longest prefix the account number starts with (clause 3)."""
        found = [
            (len(prefix), drop_down)
            for drop_down in self.drop_downs
            for prefix in drop_down.prefixes
            if account_number.startswith(prefix)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def server_location_for(self, account_number: str, server: str = "") -> str | None:
        """The URL that may be written to an empty Server Location (clause 4b), or None: never a guess."""
        named = [
            location for location in self.server_locations if _plain_server(location.server) == _plain_server(server)
        ]
        if named and _plain_server(server):
            return _the_only([location.url for location in named])
        found = [
            (len(prefix), location.url)
            for location in self.server_locations
            for prefix in location.prefixes
            if account_number.startswith(prefix)
        ]
        return _the_only([url for length, url in found if length == max(found)[0]])

    def write_date(self, date: dt.date) -> str:
        return dates.write_date(date, self.site.date_format)

    def read_date(self, text: str) -> dt.date | None:
        """The date in `text`, in the profile's format or one that can't be misread; else None."""
        return dates.read_date(text, self.site.date_format)


def _each_once(what: str, values: Iterable[str]) -> None:
    seen = [value for value in values if value]
    twice = sorted({value for value in seen if seen.count(value) > 1})
    if twice:
        raise ValueError(f"{what} {', '.join(twice)} stands twice; it may stand once")


def _plain_server(server: str) -> str:
    return server.strip().casefold()


def _the_only(urls: list[str]) -> str | None:
    """Between two nobody guesses, though the check of a profile lets no two through."""
    return urls[0] if len(urls) == 1 else None
