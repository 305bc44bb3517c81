"""Addresses by which a person is told outside the desk: checked by apprise, and shown without what is secret in them.

Only this module and the process that sends look at an address as it is. Everybody else knows a channel by what is
shown of it, which tells it from the others of that person.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Collection, Mapping
from urllib.parse import unquote

from engine.rules.errors import shown
from engine.rules.secrets import MASK
from store.errors import Refused

_LONGEST = 2_000
_MOST = 10
_OF_APPRISE = re.compile(r"(?<=:)\*{2,}(?=@)")
_PATHS = ("json", "jsons", "xml", "xmls", "form", "forms")
"""Webhooks, of which the path is what proves who asks."""
_PIECE = re.compile(r"[/:@?&=#,\s]+")


def addresses(connection: sqlite3.Connection, user_id: int) -> dict[str, str]:
    """What is shown of each channel of a person -> its address, a secret."""
    row = connection.execute("SELECT channels FROM user WHERE id = ?", (user_id,)).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def changed(
    channels: Mapping[str, str], added: Collection[str], removed: Collection[str]
) -> tuple[dict[str, str], list[str]]:
    """Channels after a person gave addresses and took others away, by address or by what is shown; and the words."""
    found, words = dict(channels), []
    for text in removed:
        name = _named(found, text)
        del found[name]
        words.append(f"removed channel {name}")
    for url in added:
        name = masked(url)
        if url in found.values():
            continue
        number, first = 1, name
        while name in found:
            number += 1
            name = f"{first} ({number})"
        found[name] = url
        words.append(f"added channel {name}")
    if len(found) > _MOST:
        raise Refused(f"--channel: {len(found)} are too many (at most {_MOST} for one person).")
    return found, words


def masked(url: str) -> str:
    """What may be shown of an address. Refused, without showing it, if apprise does not know what to do with it."""
    try:
        from apprise import Apprise  # an extra, and slow to load
    except ImportError:
        raise Refused("--channel: messages need the extra `notify`; install tickler[notify].") from None
    plugin = None
    if len(url) <= _LONGEST and url.isprintable():
        with contextlib.suppress(Exception):  # a plugin may trip over any address
            plugin = Apprise.instantiate(url)
    if plugin is None:
        kind = shown(url.split(":", 1)[0], 20) if "://" in url else "it"
        raise Refused(
            f"--channel: {kind} is not an address that apprise can send to;"
            " expected a form such as mailto://user:password@host, ntfy://topic or json://host/hook."
        )
    return _short(str(plugin.url(privacy=True)))  # type: ignore[no-untyped-call]  # of apprise


def scrubbed(text: str, url: str) -> str:
    """What a server or a library said, without the secrets of the address."""
    scheme, _, rest = url.partition("://")
    host = rest.split("/", 1)[0].split("?", 1)[0].rpartition("@")[2].split(":")[0]
    pieces = {piece for half in (rest, unquote(rest)) for piece in _PIECE.split(half) if len(piece) > 3}
    for piece in sorted(pieces - {host, scheme}, key=len, reverse=True):
        text = text.replace(piece, MASK)
    return text


def _short(address: str) -> str:
    plain = unquote(_OF_APPRISE.sub(MASK, address.split("?", 1)[0])).rstrip("/")
    scheme, _, rest = plain.partition("://")
    place, slash, _ = rest.partition("/")
    if scheme in _PATHS and slash:
        return f"{scheme}://{place}/{MASK}"
    return shown(plain, 100)


def _named(channels: Mapping[str, str], text: str) -> str:
    for name, url in channels.items():
        if text in (name, url):
            return name
    try:
        name = masked(text)
    except Refused:
        name = text if MASK in text else ""
    if name in channels:
        return name
    known = ", ".join(channels) or "none"
    raise Refused(f"--remove-channel: there is no such channel; there are: {known}.")
