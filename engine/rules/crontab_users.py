"""Whether the jobs of a crontab name the user they run as: /etc/crontab and /etc/cron.d do, users' own do not.

Nothing in the format says so. The file's place does, or the comment above the jobs, or what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from store.frozen import value

USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?")
_SYSTEM_PLACES = re.compile(r"(?:^|/)etc/(?:crontab|cron\.d/[^/]+)$")
_USER_PLACES = re.compile(r"/spool/cron/(?:crontabs/)?[^/]+$|/cron/tabs/[^/]+$|^-$")
_HEADER = re.compile(r"\b(?:user(?:-?name)?|who)\s+(?:flags\s+)?(?:command|cmd)\b", re.IGNORECASE)
_ACCOUNT_WORDS = """
root daemon bin sys adm mail news uucp operator nobody www-data www apache nginx http postgres mysql git backup list
proxy man games ftp cron smmsp amavis munin nagios mailman
"""
_PROGRAM_WORDS = """
bash sh dash zsh ksh env php python python3 python2 perl ruby node java cd test nice ionice timeout flock rm cp mv
find tar rsync curl wget cat echo touch source exec docker make sudo su run-parts chronic cronic logger sleep date
mkdir chmod chown service systemctl ls ln sed awk grep nohup setsid trickle
"""
_ACCOUNTS = frozenset(_ACCOUNT_WORDS.split())
_PROGRAMS = frozenset(_PROGRAM_WORDS.split())


@value
class Column:
    """Whether there is a column for the user, and in words what told it; no words if nothing is to be said."""

    is_there: bool
    words: str


def user_column(name: str, jobs: Iterable[str], comments: Iterable[str], accounts: Set[str]) -> Column:
    """What the file's name, its comments, and the texts after the time fields of its jobs tell.

    `accounts` are those of this machine.
    """
    if _SYSTEM_PLACES.search(name):
        return Column(True, "")
    rests = [rest.split(None, 2) for rest in jobs]
    can_be = bool(rests) and all(len(words) > 1 and USER.fullmatch(words[0]) for words in rests)
    if not can_be:
        return Column(False, "")
    first = {words[0] for words in rests}
    if any(_HEADER.search(comment) for comment in comments):
        return Column(True, "")
    if _USER_PLACES.search(name):
        return Column(False, "")
    if first <= (_ACCOUNTS | accounts) - _PROGRAMS:
        return Column(True, "")
    is_likely = not first & _PROGRAMS and all(words[1][0] in "/$@[" for words in rests)
    if is_likely or "root" in first:
        named = ", ".join(sorted(first)[:3])
        return Column(True, f"read with a column for the user ({named}); if these are commands, say --user")
    return Column(False, "")
