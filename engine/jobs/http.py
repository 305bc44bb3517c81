"""One HTTP request: its answer decides how the run ends, and its first lines are lines of the log.

urllib3 does the talking (kept up, no dependencies of its own). One alarm bounds the whole of it: looking the
name up, connecting, redirects and a server that sends a byte a minute.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as faults

from engine.jobs.context import Cancelled, Context
from engine.jobs.main import Failure
from engine.rules.durations import duration_text
from engine.rules.secrets import masked_headers, masked_url
from engine.rules.wording import bytes_words

LINES = 200
"""Lines of the answer that the log gets."""
BYTES = 64 << 10
"""Bytes of the answer that are looked at; the rest is not fetched."""
REDIRECTS = 10


class _Late(Exception):
    """The time is up."""


def run(task: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Ask; status and size are the result. Failure if the status is not one that was expected."""
    timeout, url = int(task["timeout"]), str(task["url"])
    context.log.info(f"{task['method']} {masked_url(url)}")
    for name, value in masked_headers(task["headers"]).items():
        context.log.debug(f"> {name}: {value}")
    began = time.monotonic()
    try:
        with _within(timeout, context):
            status, size = _ask(task, url, context)
    except _Late:
        raise Failure(f"no answer within {duration_text(timeout)}") from None
    except faults.HTTPError as fault:
        raise Failure(_sentence(fault, url)) from fault
    context.log.info(f"{status} after {time.monotonic() - began:.2f}s")
    if not _is_expected(status, str(task["expected"])):
        raise Failure(f"status {status}, expected {task['expected']}")
    return {"status": status, "bytes": size}


def _ask(task: Mapping[str, Any], url: str, context: Context) -> tuple[int, int]:
    body = task.get("body_text")
    retries = urllib3.Retry(total=None, connect=0, read=0, status=0, other=0, redirect=REDIRECTS)
    with urllib3.PoolManager() as pool:
        answer = pool.request(
            task["method"],
            url,
            headers=task["headers"],
            body=None if body is None else body.encode(),
            retries=retries,
            redirect=bool(task["follow"]),
            preload_content=False,
            timeout=urllib3.Timeout(total=float(task["timeout"])),
        )
        history = answer.retries.history if answer.retries is not None else ()
        for step in history:
            context.log.info(f"{step.status} to {masked_url(str(step.redirect_location))}")
        size = _tell(answer, context)
        answer.close()
        return int(answer.status), size


def _tell(answer: urllib3.BaseHTTPResponse, context: Context) -> int:
    """Log the first lines of the answer; how many bytes of it came."""
    data = b""
    while len(data) < BYTES and (chunk := answer.read(BYTES - len(data))):
        data += chunk
    lines = data.decode("utf-8", "replace").splitlines()
    for line in lines[:LINES]:
        context.log.info(f"| {line}")
    if len(lines) > LINES or len(data) >= BYTES:
        context.log.warning(f"the answer goes on; the log has its first lines (at most {LINES}, {bytes_words(BYTES)})")
    return len(data)


@contextmanager
def _within(seconds: int, context: Context) -> Iterator[None]:
    """`_Late` after so many seconds, whatever is waited for; a cancel ends it at once: nothing is to be cleaned up."""

    def late(number: int, frame: FrameType | None) -> None:
        raise _Late

    def asked(number: int, frame: FrameType | None) -> None:
        context.cancel()
        raise Cancelled

    before = signal.signal(signal.SIGALRM, late), signal.signal(signal.SIGTERM, asked)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGTERM, before[1])


def _is_expected(status: int, expected: str) -> bool:
    """`200`, `2xx`, `200, 204, 3xx`."""
    return any(re.fullmatch(each.strip().lower().replace("x", r"\d"), str(status)) for each in expected.split(","))


def _sentence(fault: faults.HTTPError, url: str) -> str:
    """What went wrong with the talking, in words."""
    if isinstance(fault, faults.MaxRetryError):
        if isinstance(fault.reason, faults.ResponseError):
            return f"it was sent on more than {REDIRECTS} times"
        if isinstance(fault.reason, faults.HTTPError):
            return _sentence(fault.reason, url)
    host = urlsplit(url).hostname or "the host"
    for kind, words in _WORDS:
        if isinstance(fault, kind):
            return words.format(host=host, why=_reason(fault))
    return f"{type(fault).__name__}: {_reason(fault)}"


def _reason(fault: BaseException) -> str:
    """The innermost cause that has words."""
    inner = fault.args[-1] if fault.args and isinstance(fault.args[-1], BaseException) else None
    inner = inner or fault.__cause__ or fault.__context__
    if inner is not None and not isinstance(inner, faults.MaxRetryError):
        return _reason(inner)
    verify = getattr(fault, "verify_message", "")
    return str(verify or getattr(fault, "strerror", None) or fault)


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (faults.NameResolutionError, "the host {host} is not known"),
    (faults.SSLError, "the certificate of {host} cannot be trusted: {why}"),
    (faults.NewConnectionError, "{host} cannot be reached: {why}"),
    (faults.TimeoutError, "no answer from {host} in time"),
    (faults.ProtocolError, "{host} broke the connection off: {why}"),
    (faults.LocationParseError, "the address cannot be read: {why}"),
    (faults.DecodeError, "the answer cannot be unpacked: {why}"),
)
