"""`http`: one request, whose answer decides how the run ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.controllers.command import Command, job
from engine.rules.errors import BadValue, shown
from engine.rules.parameters import Declaration, Kind, Parameter
from engine.rules.secrets import masked_url

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_STATUS = re.compile(r"[1-5](\d\d|\dx|xx)")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

DECLARATION = Declaration(
    "http",
    "Asks an address; the status of the answer says how it ended",
    (
        Parameter("url", Kind.TEXT, "an address such as https://example.org/ping", is_required=True),
        Parameter("method", Kind.CHOICE, "what is asked", default="GET", choices=_METHODS),
        Parameter("headers", Kind.OBJECT, "headers of the request"),
        Parameter("body", Kind.TEXT, "what is sent along"),
        Parameter("expected", Kind.TEXT, "statuses that are good: 200, 2xx, or several with commas", default="2xx"),
        Parameter("timeout", Kind.DURATION, "how long all of it may take", default="30s"),
        Parameter("follow", Kind.BOOLEAN, "whether to go where it is sent on to", default=True),
        Parameter("debug", Kind.BOOLEAN, "whether the log gets what was sent", default=False),
        Parameter("idempotent", Kind.BOOLEAN, "whether a lost run may simply run again; else only GET and HEAD"),
    ),
)


def command(params: Mapping[str, Any]) -> Command:
    """Everything goes by standard input: neither the process list nor a log shows a secret."""
    plain = {**params, "expected": _joined(params.get("expected"))}
    given = DECLARATION.read({key: value for key, value in plain.items() if value is not None or key in params})
    url, method = given["url"].strip(), given["method"]
    _check_url(url)
    for each in given["expected"].split(","):
        if not _STATUS.fullmatch(each.strip().lower()):
            raise BadValue(f"params: expected: '{shown(each.strip())}' is no status (expected such as 200, 2xx)")
    if given["timeout"] < 1:
        raise BadValue("params: timeout: expected at least 1 second")
    task = {
        "url": url, "method": method, "headers": _headers(given["headers"] or {}), "body_text": given["body"],
        "expected": given["expected"], "timeout": given["timeout"], "follow": given["follow"],
        "debug": given["debug"],
    }  # fmt: skip
    may_repeat = given["idempotent"] if given["idempotent"] is not None else method in _HARMLESS
    return job(f"{method} {masked_url(url)}", "http", task, is_idempotent=may_repeat)


def _joined(expected: Any) -> Any:
    """A number or a list of statuses as the text that a person would write."""
    each = expected if isinstance(expected, list) else [expected]
    if any(isinstance(one, bool) or not isinstance(one, int | str) for one in each):
        return expected
    return ",".join(str(one) for one in each)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as fault:
        raise BadValue(f"params: url: '{shown(masked_url(url))}' cannot be read: {fault}") from fault
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise BadValue(f"params: url: expected https://... or http://..., not '{shown(masked_url(url))}'")


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise BadValue(f"params: headers: {shown(name)!r} is not a name for a header")
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise BadValue(f"params: headers: {shown(name)} must be a text of one line, in plain letters")
    return dict(headers)
