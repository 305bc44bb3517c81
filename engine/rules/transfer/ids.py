"""Names of tasks in files: the same for a task each time it is written, and known again when it comes back.

A task that came from a file keeps the name it had there. One of ours is called by a UUID (version 8 of RFC 9562)
made of the store's identity and its id, so that the store it came from recognises it and any other takes it as new.
"""

from __future__ import annotations

import re
import uuid
from hashlib import blake2s

_OWN = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3})-([0-9a-f]{12})")
FORMS = ("ics:", "taskwarrior:", "todotxt:", "csv:")
"""How origins begin, by the format of the file."""


def own_uid(identity: str, kind: str, number: int) -> str:
    """The UUID of a row of this store; `kind` is task or template."""
    return f"{_head(identity, kind)}-{number:012x}"


def own_number(identity: str, kind: str, uid: str) -> int | None:
    """The id of the row that a UUID names; None if it is none of this store."""
    found = _OWN.fullmatch(uid.lower())
    return int(found[2], 16) if found and found[1] == _head(identity, kind) else None


def uid_of(origin: str | None, identity: str, kind: str, number: int) -> str:
    """What a row is called in a file: as the file it came from called it, whichever format that had."""
    for form in FORMS:
        if origin is not None and origin.startswith(form):
            return origin.removeprefix(form)
    return own_uid(identity, kind, number)


def uuid_of(origin: str | None, identity: str, kind: str, number: int) -> str:
    """The same for a format that wants UUIDs: what has another name is called by ours."""
    try:
        return str(uuid.UUID(uid_of(origin, identity, kind, number)))
    except ValueError:
        return own_uid(identity, kind, number)


def _head(identity: str, kind: str) -> str:
    digest = blake2s(f"{identity}/{kind}".encode(), digest_size=9).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[12:15]}-8{digest[15:18]}"
