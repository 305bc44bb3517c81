"""What must not stand in a log: passwords in addresses and headers that prove who asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

MASK = "***"
_HEADERS = re.compile(r"authorization|cookie|token|secret|password|api-?key|signature|session", re.IGNORECASE)
_QUERY = re.compile(
    r"(?<=[?&;#])([^=&;#]*(?:token|secret|passw|key|sig|auth|code|session)[^=&;#]*)=[^&;#]*", re.IGNORECASE
)

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)


def masked_url(url: str) -> str:
    """Without the password of `user:password@host`, and without values of a query that look like secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    place = parts.netloc
    if "@" in place:
        who, _, host = place.rpartition("@")
        name, colon, _ = who.partition(":")
        place = f"{name}:{MASK}@{host}" if colon else f"{MASK}@{host}"
    return _QUERY.sub(rf"\1={MASK}", urlunsplit(parts._replace(netloc=place)))


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as a log may show them."""
    return {name: MASK if _HEADERS.search(name) else value for name, value in headers.items()}


def masked_params(value: Any) -> Any:
    """Params as a screen may show them: values under names that tell of a secret, passwords in addresses."""
    if isinstance(value, Mapping):
        return {
            key: MASK if _HEADERS.search(str(key)) and not isinstance(item, bool) else masked_params(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked_params(item) for item in value]
    if isinstance(value, str) and "://" in value:
        return _ADDRESS.sub(lambda found: masked_url(found[0]), value)
    return value
