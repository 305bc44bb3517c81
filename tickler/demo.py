"""The living sample behind `tickler demo`: a small holiday centre with a year of stays around today.

Everything is made by the operations that people use, at the instants at which it would have happened,
so the sample is as true as a real desk. The store is thrown away when the desk closes.
"""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from engine.operations.desk import load
from engine.operations.entities import add, contact, set_status
from engine.operations.schedules import pause
from engine.operations.task_editing import assign
from engine.operations.tasks import add as add_task
from engine.operations.tasks import done
from store.database import session, transaction
from store.frozen import value
from store.journal import Actor
from store.opening import open_store
from tickler import demo_workflows

STAYS = 320
_SEED = 20250714
_PLACES = ("Lakeside", "Oak Hill", "Riverside", "St. Mary", "Northgate", "Maple Grove", "Harbour", "Fernwood")
_KINDS = ("School", "Primary School", "Scouts", "Music Club", "Football Camp", "Youth Choir", "College")
_LADDER = (("option", -100), ("confirmed", -75), ("validated", -14), ("checked_in", 0), ("terminated", None))
"""Status and the days from arrival at which a stay usually takes it; the last comes with departure."""


@value
class Stay:
    """One sample stay, before it is written."""

    number: int
    name: str
    team: str
    arrives: date
    leaves: date
    is_cancelled: bool


@contextmanager
def throw_away_store(now: datetime) -> Iterator[Path]:
    """A store with the sample in a temporary folder, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="tickler-demo-") as folder:
        path = Path(folder) / "demo.db"
        open_store(path)
        fill(path, now)
        yield path


def fill(path: Path, now: datetime, stays: int = STAYS) -> None:
    """Write the sample as of `now` into the open store at `path`, in one transaction."""
    chance = random.Random(_SEED)
    with transaction():
        made = now - timedelta(days=400)
        load(Actor(None, "demo", "demo"), now, str(Path(__file__).with_name("demo.toml")))
        people = _people(path)
        for stay in sorted(_stays(chance, now.date(), stays), key=lambda each: each.arrives):
            _live(stay, chance, people, made, now)
        _keep_up(chance, people, now)
        _labelled(people, now)
        demo_workflows.begin(people, now)
        pause(people["ana"], now, "key cards", "the terminal is being repaired")


def _labelled(people: dict[str, Actor], now: datetime) -> None:
    """Tasks that say by a label when they come again, or that somebody wants to be reminded."""
    weekly, remind = ("weekly on Saturday",), ("remind 1 day before",)
    before = now - timedelta(days=9)
    for name in ("Empty the bins of the lake house", "Wash the tea towels", "Check the first aid box"):
        task = add_task(people["cleo"], before, name, list="house", label=weekly, assignee=("cleo",))
        if name != "Wash the tea towels":
            done(people["cleo"], now - timedelta(hours=5), task.id)
    for name, days in (("Send the tourist tax of %%this.deadline.month.prev%%", 3), ("Renew the fire insurance", 12)):
        due = (now + timedelta(days=days)).date()
        add_task(people["ana"], before, name, list="office", label=remind, assignee=("ana",), deadline=due)


def _stays(chance: random.Random, today: date, count: int) -> Iterator[Stay]:
    for number in range(1, count + 1):
        arrives = today + timedelta(days=chance.randint(-180, 185))
        arrives -= timedelta(days=arrives.weekday())
        nights = chance.choice((2, 4, 4, 4, 6, 11))
        name = f"{chance.choice(_PLACES)} {chance.choice(_KINDS)}"
        team = chance.choice(("North", "South"))
        yield Stay(number, name, team, arrives, arrives + timedelta(days=nights), chance.random() < 0.06)


def _live(stay: Stay, chance: random.Random, people: dict[str, Actor], made: datetime, now: datetime) -> None:
    """Take a stay through its statuses up to today."""
    actor = people["ana" if stay.team == "North" else "bo"]
    born = max(made, _at(stay.arrives - timedelta(days=chance.randint(105, 150)), 9))
    if born >= now:
        born = now - timedelta(days=chance.randint(1, 20))
    add(
        actor, born, "stay", str(stay.number),
        f"date_from={stay.arrives}", f"date_to={stay.leaves}",
        name=stay.name, status="quote", team=stay.team,
    )  # fmt: skip
    at = born
    for status, days in _LADDER:
        due = stay.leaves if days is None else stay.arrives + timedelta(days=days + chance.randint(-5, 0) * (days < 0))
        at = max(at + timedelta(hours=1), _at(due, chance.randint(8, 17)))
        if at >= now:
            break
        if stay.is_cancelled and status == "validated":
            set_status(actor, at, "stay", str(stay.number), "cancelled")
            break
        set_status(actor, at, "stay", str(stay.number), status)
        if status == "confirmed" and chance.random() < 0.25:
            words = chance.choice(
                ("Called the parents, form promised", "Asked for a late arrival", "Wants two more beds")
            )
            day = (at + timedelta(days=1)).date()
            contact(actor, at + timedelta(days=1), "stay", str(stay.number), words, on=day, validated=True)


def _people(path: Path) -> dict[str, Actor]:
    with session() as connection:
        rows = connection.execute("SELECT name, id FROM user").fetchall()
    return {name: Actor(number, name, "demo") for name, number in rows}


def _keep_up(chance: random.Random, people: dict[str, Actor], now: datetime) -> None:
    """People have done most of what was due, some of it just in time, and forgot a little."""
    with session() as connection:
        rows = connection.execute(
            "SELECT t.id, ifnull(t.deadline_date, date(t.visible_date, '+21 days')) FROM task t"
            " WHERE t.is_done = 0 AND t.kind = 'actionable' ORDER BY t.id"
        ).fetchall()
    finished: dict[tuple[str, datetime], list[int]] = defaultdict(list)
    taken: dict[str, list[int]] = defaultdict(list)
    for task, due in rows:
        who = chance.choice(("ana", "bo", "cleo"))
        when = _at(date.fromisoformat(due) - timedelta(days=chance.randint(0, 12)), 17)
        forgotten = chance.random() < 0.12 and date.fromisoformat(due) > now.date() - timedelta(days=15)
        if when < now and not forgotten:
            finished[who, when].append(task)
        elif chance.random() < 0.6:
            taken[who].append(task)
    for (who, when), tasks in sorted(finished.items(), key=lambda each: each[0][1]):
        done(people[who], when, *tasks)
    for who, tasks in taken.items():
        assign(people[who], now, *tasks, to=(who,))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)
