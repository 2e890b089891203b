"""The template engine: everything that came from elsewhere is escaped, and its invisible characters are
shown."""

import datetime as dt
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rpa.cases.text import clean, one_line


def _harmless(value: Any) -> Any:
    # Runs on every {{ }}: no template can forget it.
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _clock(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%H:%M:%S")


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def _no_dot(text: str) -> str:
    """For a text that goes on: "Billings.: done" reads like a mistake."""
    return text.rstrip().removesuffix(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


ENGINE = Environment(
    loader=PackageLoader("rpa.cases"),
    autoescape=True,
    auto_reload=False,
    finalize=_harmless,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENGINE.filters |= {
    "moment": _moment,
    "clock": _clock,
    "duration": _duration,
    "short": one_line,
    "no_dot": _no_dot,
    "capfirst": _capital,
}


def render(template: str, **values: Any) -> bytes:
    return ENGINE.get_template(template).render(**values).encode()
