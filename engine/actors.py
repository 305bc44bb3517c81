"""Who acts: the person behind the real uid of this process.

`LOGNAME`, `USER` and the like are what anybody may type; the uid is what the kernel knows. Reading must
not write, so a person the store has never seen acts under their login until a row needs their id.
"""

from __future__ import annotations

import os
import pwd
import sqlite3

from engine.operations.registry import Act
from store.connection import reading
from store.current import store_path
from store.journal import ENGINE, Actor


def local_actor(via: str) -> Actor:
    """The actor of this process, acting through the door `via` (`cli`, `desk`).

    `user_id` is None and `name` the login while no user of the store has that login.
    """
    with reading(store_path()) as connection:
        return actor_of(connection, via)


def actor_of(connection: sqlite3.Connection, via: str) -> Actor:
    """The same, where the store is being read already."""
    login = login_name()
    row = connection.execute("SELECT id, name FROM user WHERE login = ?", (login,)).fetchone()
    return Actor(None, login, via) if row is None else Actor(int(row[0]), str(row[1]), via)


def login_name() -> str:
    """The account name of the real uid; a uid that has no account is named by its number."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def own_user_id(act: Act) -> int:
    """The id of the acting person's user row, made now if the store has none.

    The row is nobody's act: undoing what a person did first must not take the person away, so its change
    is not kept in the journal.
    """
    if act.actor.user_id is not None:
        return act.actor.user_id
    if act.actor.via == ENGINE.via:
        raise ValueError("the engine acts for nobody and has no user row")
    found = act.connection.execute("SELECT id FROM user WHERE login = ?", (act.actor.name,)).fetchone()
    return int(found[0]) if found else _enrolled(act)


def _enrolled(act: Act) -> int:
    """A user of that name without a login is the person; else a new row under a name that is free."""
    login, connection = act.actor.name, act.connection
    before = connection.execute("SELECT max(id) FROM change").fetchone()[0] or 0
    rows = connection.execute(
        "UPDATE user SET login = ?, rev = rev + 1 WHERE name = ? AND login IS NULL RETURNING id",
        (login, login),
    ).fetchall()
    if not rows:
        name, number = login, 1
        while connection.execute("SELECT 1 FROM user WHERE name = ?", (name,)).fetchone():
            number += 1
            name = f"{login} {number}"
        rows = connection.execute("INSERT INTO user (name, login) VALUES (?, ?) RETURNING id", (name, login)).fetchall()
    connection.execute("DELETE FROM change WHERE id > ? AND kind = 'user'", (before,))
    return int(rows[0][0])
