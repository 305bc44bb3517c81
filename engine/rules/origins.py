"""Where a schedule came from, as its `origin` keeps it: kind, file, which job of it, and a digest of what was said."""

from __future__ import annotations

from store.frozen import value

_KINDS = {
    "crontab": "the crontab", "timer": "the timers in", "ics": "an .ics file", "taskwarrior": "a file of Taskwarrior",
}  # fmt: skip


@value
class Origin:
    """`identity` is the same as long as the file has the job; `digest` as long as it says the same of it."""

    kind: str
    file: str
    identity: str
    digest: str

    def __str__(self) -> str:
        return f"{prefix(self.kind, self.file)}{self.identity}:{self.digest}"

    @property
    def words(self) -> str:
        """`the crontab /etc/crontab`."""
        file = "standard input" if self.file == "-" else self.file
        return f"{_KINDS.get(self.kind, self.kind)} {file}".strip()


_FILES = {
    "ics": "an .ics file", "taskwarrior": "a file of Taskwarrior", "todotxt": "a todo.txt file", "csv": "a CSV file",
}  # fmt: skip


def file_words(origin: str, name: str = "") -> str:
    """What an imported task or its template came from: `plan.ics (an .ics file)`; without a name the kind alone."""
    form = origin.partition(":")[0]
    kind = _FILES.get(form, form)
    return f"{name} ({kind})" if name else kind


def prefix(kind: str, file: str) -> str:
    """How all origins of one file begin."""
    return f"{kind}:{file}:"


def parse(text: str) -> Origin:
    """The origin from its text; a file may have colons in its name."""
    kind, _, rest = text.partition(":")
    file, identity, digest = ([*rest.rsplit(":", 2), "", ""])[:3]
    return Origin(kind, file, identity, digest)
