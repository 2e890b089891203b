"""Addresses in a site profile: what may stand there, and the origin of one."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def origin(url: str) -> str:
    """scheme://host:port of a URL, the port always written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ValueError("must be an http:// or https:// address without user name or password")
    if re.search(r"\s", parts.netloc) or re.search(r"[\t\r\n]", value):  # urlsplit leaves tabs and line breaks out
        raise ValueError("must have no blank in its host")
    try:
        real = parts.port != 0
    except ValueError:
        real = False
    if not real:
        raise ValueError("must have a port from 1 to 65535, or none")
    return value


def _without_slash(value: str) -> str:
    return value.rstrip("/") if urlsplit(value).path in {"", "/"} else value


def _only_origin(value: str) -> str:
    if any(urlsplit(value)[2:]):
        raise ValueError("must be scheme://host[:port], without a path")
    return value


UrlAsWritten = Annotated[str, AfterValidator(_http_url)]
Url = Annotated[UrlAsWritten, AfterValidator(_without_slash)]
Origin = Annotated[Url, AfterValidator(_only_origin)]
