"""The site profile: everything about one admin site that the article does not fix.

A profile is a TOML file (`docs/profile.md`); `rpa.profiles` reads it. Nothing of it is ever in code: to follow a
re-worded or re-hosted site, change the profile.
"""

import datetime as dt
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from page_objects.words import Words

UnsafePage = Literal["start_page", "cancel_page", "billing"]
DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}
"""The date notation of a profile, and Python's for it: MM/DD/YYYY, M/D/YYYY, YYYY-MM-DD, DD-MMM-YYYY, MMM D, YYYY."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PART = re.compile("YYYY|YY|MMM|MM|M|DD|D")
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_UNMISTAKABLE = tuple(
    re.compile(_WEEKDAY + form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        _MONTH + r"[\s-]+" + _DAY + r",?\s+(?P<year>\d{4})",
        _DAY + r"[\s-]+(?:of\s+)?" + _MONTH + r",?[\s-]+(?P<year>\d{4})",
    )
)


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ValueError("must be an http:// or https:// address without user name or password")
    return value


def _without_slash(value: str) -> str:
    return value.rstrip("/") if urlsplit(value).path in {"", "/"} else value


def _date_format(value: str) -> str:
    parts = {part[0] for part in _PART.findall(value)}
    if parts != {"Y", "M", "D"} or re.search(r"[^-/. ,]", _PART.sub("", value)):
        raise ValueError("must be made of YYYY, MM, M or MMM, and DD or D, as in MM/DD/YYYY")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("must be a time zone such as America/Denver or UTC") from error
    return value


UrlAsWritten = Annotated[str, AfterValidator(_http_url)]
Url = Annotated[UrlAsWritten, AfterValidator(_without_slash)]
DateFormat = Annotated[str, AfterValidator(_date_format)]


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
    allowed_origins: tuple[Url, ...] = ()
    """Further origins (scheme://host[:port]) that the browser may talk to; base_url's and backend_url's always are."""
    date_format: DateFormat = "MM/DD/YYYY"
    time_zone: Annotated[str, AfterValidator(_zone)] = "America/Denver"


class DropDown(ProfilePart):
    """Clause 3: which drop-down of the purple section serves which account numbers."""

    prefixes: tuple[Annotated[str, Field(pattern=r"^\d+$")], ...]
    """Leading digits: "5" stands for the series 500000; the article's "500, 600, 700" are series."""
    label: str
    link: tuple[str, ...] = ()
    """The words of the link to the Cancellation Start Page in it, where they are not (NewManageAcctsLink)."""


class ServerLocation(ProfilePart):
    """Clause 4b: the only URLs that may ever be written to Server Location."""

    prefixes: tuple[Annotated[str, Field(pattern=r"^\d+$")], ...] = ()
    server: str = ""
    """The value of the record's server field, where servers rather than prefixes decide."""
    url: UrlAsWritten


class SelfService(ProfilePart):
    """Clause 1: accounts that can cancel by themselves."""

    detect: tuple[str, ...] = ("Cancel Subscription is available", "Self-service cancellation: Yes")
    """Texts on the Organization page that say so."""
    label: tuple[str, ...] = (
        "Self-Service", "Self Service", "Self-service cancellation", "Self-Service Cancel", "Can cancel own account",
        "Account Tab>License Billing>Cancel Subscription", "Account Tab > License Billing > Cancel Subscription",
    )  # fmt: skip
    """Or the label of a field whose value begins with Yes, True, Enabled or Available, or is a ticked box."""
    reveal: tuple[str, ...] = ()
    """What has to be clicked on the Organization page before that can be read (a fold, a tab)."""
    policy: Literal["go_on", "refer"] = "go_on"
    """go_on: cancel all the same. refer: end as `referred`, with a reply text."""


class Policy(ProfilePart):
    protected_names: tuple[str, ...] = ()
    protected_numbers: tuple[str, ...] = ()
    notice_days: Annotated[int, Field(ge=0, le=365)] = 10
    """A billing due within so many days is warned about (the vendor's policy asks for notice)."""
    max_effects_per_run: Annotated[int, Field(ge=1)] = 1000
    max_effects_per_hour: Annotated[int, Field(ge=1)] = 600
    strikes: Annotated[int, Field(ge=1)] = 3
    """So many wrong identities, unknown pages or unknown effects in a row stop the line (promise 9)."""


class Timing(ProfilePart):
    """Seconds."""

    page: Annotated[float, Field(gt=0)] = 30.0
    """How long a page may take to show what it is recognised by."""
    quiet: Annotated[float, Field(gt=0)] = 1.0
    """A page that did not change for so long has finished: only then is something called absent."""
    server_limit: Annotated[float, Field(gt=0)] = 60.0
    """After so long the server has given up on a request: two "not done" readings must be further apart (promise 4)."""
    latency_of_effect: Annotated[float, Field(ge=0)] = 10.0
    """How long a finished effect may take to show in what is read."""


class Privacy(ProfilePart):
    masked_fields: tuple[str, ...] = (
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
    server_field: tuple[str, ...] = ("Server",)
    """Label of the record's field that `server_locations.server` is compared with."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """A request's reason -> the option of the Reason select box."""
    self_service: SelfService = Field(default_factory=SelfService)
    policy: Policy = Field(default_factory=Policy)
    timing: Timing = Field(default_factory=Timing)
    privacy: Privacy = Field(default_factory=Privacy)
    reading: ReadPermits = Field(default_factory=ReadPermits)
    words: Words = Field(default_factory=Words)

    @model_validator(mode="after")
    def _one_drop_down_for_a_prefix(self) -> "SiteProfile":
        prefixes = [prefix for drop_down in self.drop_downs for prefix in drop_down.prefixes]
        twice = sorted({prefix for prefix in prefixes if prefixes.count(prefix) > 1})
        if twice:
            raise ValueError(f"drop_downs: prefix {', '.join(twice)} stands in two drop-downs; it may stand in one")
        return self

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
        for location in self.server_locations:
            if location.server and server and location.server.casefold() == server.strip().casefold():
                return location.url
        found = [
            (len(prefix), location.url)
            for location in self.server_locations
            for prefix in location.prefixes
            if account_number.startswith(prefix)
        ]
        return max(found)[1] if found else None

    def write_date(self, date: dt.date) -> str:
        written = {
            "YYYY": f"{date.year:04}", "YY": f"{date.year % 100:02}", "MMM": MONTHS[date.month - 1],
            "MM": f"{date.month:02}", "M": str(date.month), "DD": f"{date.day:02}", "D": str(date.day),
        }  # fmt: skip
        return _PART.sub(lambda part: written[part.group()], self.site.date_format)

    def read_date(self, text: str) -> dt.date | None:
        """The date in `text`, in the profile's format or one that can't be misread (YYYY-MM-DD, 30 Nov 2026); else None."""
        try:
            return dt.datetime.strptime(text.strip(), strftime_of(self.site.date_format)).date()  # noqa: DTZ007 (a date, not a time)
        except ValueError:
            return _unmistakable_date(text)


def _unmistakable_date(text: str) -> dt.date | None:
    """YYYY-MM-DD, or a date with its month in letters: "Mon, Nov 30, 2026", "30-Nov-2026", "November 30th, 2026"."""
    for form in _UNMISTAKABLE:
        if found := form.fullmatch(text.strip()):
            month = found["month"]
            number = int(month) if month.isdecimal() else [name.upper() for name in MONTHS].index(month[:3].upper()) + 1
            try:
                return dt.date(int(found["year"]), number, int(found["day"]))
            except ValueError:
                return None
    return None


def strftime_of(date_format: str) -> str:
    return _PART.sub(lambda part: DATE_PARTS[part.group()], date_format)


def origin(url: str) -> str:
    """scheme://host:port of a URL, the port always written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
