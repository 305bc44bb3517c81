"""A filter as people type it becomes one that the store answers: names are looked up, what was meant is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date

from engine.rules.errors import BadValue, shown
from engine.rules.filters import Kind, Term, chips, parse_filter
from engine.rules.names import unknown
from store.enums import TaskView
from store.folding import folded
from store.frozen import value
from store.reads.task_moments import Moment, moment_of
from store.reads.task_parts import Part, What
from store.reads.task_rows import list_paths
from store.reads.task_search import Filter

ME = "me"
_NOBODY = -1


@value
class Sought:
    """What a text asks for. `view` is the one it names; `words` says in a line what was understood."""

    sift: Filter
    view: TaskView | None
    words: str


def understand(connection: sqlite3.Connection, text: str, now: date | Moment, me: str) -> Sought:
    """The filter that `text` means; `me` is the name of who asks. BadValue says what is wrong, with its place.

    `now` is the moment on which it is asked, or a day: then a time that has passed makes nothing late.
    """
    moment = moment_of(now)
    classes = [row[0] for row in connection.execute("SELECT name FROM entity_class")]
    terms = parse_filter(text, moment.day, classes)
    parts: list[Part] = []
    for is_not in (False, True):
        same = [term for term in terms if term.is_not is is_not]
        parts += _alternatives(connection, same, is_not)
        parts += [_part(connection, term, me, moment) for term in same if term.kind in _ALONE]
    views = [TaskView(term.name) for term in terms if term.kind is Kind.VIEW]
    if len(set(views)) > 1:
        raise BadValue(f"view: '{views[0]}' and '{views[1]}' are asked for; expected one view")
    return Sought(Filter(parts=tuple(parts)), views[0] if views else None, chips(terms))


_ALONE = frozenset({Kind.LABEL, Kind.PERSON, Kind.DAYS, Kind.LATE, Kind.TODAY, Kind.HAS, Kind.TEXT})
"""Kinds of which every term must hold."""


def _alternatives(connection: sqlite3.Connection, terms: Iterable[Term], is_not: bool) -> Iterable[Part]:
    """Lists, priorities and things: any of those that were named will do, or none of them."""
    lists: list[int] = []
    priorities: list[int] = []
    things: list[tuple[str, str | None]] = []
    for term in terms:
        if term.kind is Kind.LIST:
            lists += _lists(connection, term)
        elif term.kind is Kind.PRIORITY:
            priorities += term.priorities
        elif term.kind is Kind.THING:
            things.append((term.name, term.id))
    found = ((What.LIST, lists), (What.PRIORITY, priorities), (What.THING, things))
    return [Part(what, tuple(dict.fromkeys(values)), is_not) for what, values in found if values]


def _part(connection: sqlite3.Connection, term: Term, me: str, moment: Moment) -> Part:
    if term.kind is Kind.LABEL:
        return Part(What.LABEL, (_one(term, _names(connection, "label")),), term.is_not)
    if term.kind is Kind.PERSON:
        return Part(What.PERSON, (_person(connection, term, me),), term.is_not)
    if term.kind is Kind.DAYS:
        return Part(What.DAYS, (term.name, term.low, term.high), term.is_not)
    if term.kind in (Kind.LATE, Kind.TODAY):
        return Part(What.LATE if term.kind is Kind.LATE else What.TODAY, (moment,), term.is_not)
    return Part(What.HAS if term.kind is Kind.HAS else What.TEXT, (term.name,), term.is_not)


def _lists(connection: sqlite3.Connection, term: Term) -> list[int]:
    """The list of that path or name, with all that lie in it; several lists of one name are all meant."""
    paths = list_paths(connection)
    wanted = folded(term.name.strip("/"))
    plain = {number: folded(path) for number, path in paths.items()}
    found = [path for path in plain.values() if path == wanted or path.endswith(f"/{wanted}")]
    if not found:
        found = [plain[_one(term, {path: number for number, path in paths.items()})]]
    return [number for number, path in plain.items() if any(f"{path}/".startswith(f"{each}/") for each in found)]


def _person(connection: sqlite3.Connection, term: Term, me: str) -> int:
    users = _names(connection, "user")
    if term.name.casefold() == ME and ME not in users:
        return users.get(me, _NOBODY)
    return _one(term, users)


def _names(connection: sqlite3.Connection, table: str) -> dict[str, int]:
    return dict(connection.execute(f"SELECT name, id FROM {table}").fetchall())


def _one(term: Term, known: Mapping[str, int]) -> int:
    """The id behind a name, behind one that differs in case or accents, or behind the only one that begins so."""
    wanted = folded(term.name)
    if term.name in known:
        return known[term.name]
    alike = sorted(
        (name for name in known if folded(name) == wanted),
        key=lambda name: name.casefold() != term.name.casefold(),
    )
    begins = [name for name in known if folded(name).startswith(wanted)]
    if alike or len(begins) == 1:
        return known[(alike or begins)[0]]
    if begins:
        there = ", ".join(shown(name) for name in sorted(begins)[:6])
        raise BadValue(f"at {term.at}: several {term.kind}s begin with '{shown(term.name)}': {there}")
    raise BadValue(f"at {term.at}: {unknown(term.name, sorted(known), str(term.kind))}")
