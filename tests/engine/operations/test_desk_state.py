"""What a desk file keeps besides fields: saved filters, days left out, pauses, and where steps count from."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ledger import standing
from engine.operations import filters, lists, schedules, template_skips, templates
from engine.operations.desk import load
from engine.operations.saving import BadKey
from engine.operations.undo import undo
from engine.queries.desk import dump
from engine.queries.filters import filters as listed_filters
from engine.queries.templates import preview
from engine.queries.templates import skips as listed_skips
from store.database import session
from store.errors import Refused
from store.reads import schedules as schedule_reads
from store.reads import templates as template_reads
from tests.engine.stage import ANA, AT, desk
from tests.stores import empty_store

__all__ = ["desk"]

LATER = AT + timedelta(days=17, hours=5)
"""When the file comes into the other store: no whole step of most rules after the first."""


def take(text: str, when: datetime = LATER) -> Any:
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return load(ANA, when, file.name)


def coming(when: datetime, count: int = 6) -> dict[str, list[datetime]]:
    """What every rule of the store in use gives after an instant, and what each template will do."""
    found: dict[str, list[datetime]] = {}
    with session() as connection:
        for name, number in connection.execute("SELECT name, id FROM schedule WHERE deleted_at IS NULL").fetchall():
            rule, at = standing(connection, number).rule(connection), when
            found[name] = []
            while len(found[name]) < count and (following := rule.next(at)) is not None:
                found[name].append(at := following)
        names = template_reads.names(connection)
    return found | {f"{name} shown": [each.at for each in preview(ANA, when, name).planned] for name in names}


SPECS = st.sampled_from([
    "every 3 days", "every 10 days 08:00", "every 90 minutes", "every 2 weeks on fri", "weekly mon,thu", "monthly 31",
    "RRULE:FREQ=DAILY;INTERVAL=5", "every 5 hours", "yearly 8 march", "every 3 months", "daily 09:00",
])  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    given: dict[str, Any] = {"spec": draw(SPECS)}
    if draw(st.booleans()):
        given["zone"] = draw(st.sampled_from(["Europe/Brussels", "America/New_York"]))
    if draw(st.booleans()):
        given["start"] = (AT.date() + timedelta(draw(st.integers(-20, 30)))).isoformat()
    if draw(st.booleans()):
        given["count"] = draw(st.integers(60, 2_000))
    return given


PAUSES = st.none() | st.tuples(st.sampled_from(["", "scaffolding: 2nd floor"]), st.none() | st.integers(40, 90))


@given(st.lists(st.tuples(rules(), PAUSES, st.booleans(), st.integers(0, 40)), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_dump_and_load_give_the_same_dump_and_the_same_next_occurrences(
    wanted: list[tuple[dict[str, Any], Any, bool, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty_store(Path(folder) / "first.db")
        for number, (rule, pause, is_job, after) in enumerate(wanted):
            made = AT + timedelta(minutes=after * 37, microseconds=after)
            name = f"thing {number}"
            verbs = schedules if is_job else templates
            try:
                if is_job:
                    schedules.add(ANA, made, name, command="true", **rule)
                else:
                    templates.add(ANA, made, name, horizon="next", **rule)
            except (Refused, BadKey):
                continue  # too dense for tasks
            if not is_job:
                for each in preview(ANA, made, name, 3).planned[1:]:
                    day = each.local.date()
                    if day not in {skip.day for skip in listed_skips(ANA, made, name)}:
                        template_skips.skip(ANA, made, name, day, "away: all of us" if after % 2 else "")
            if pause is not None:
                until = None if pause[1] is None else AT + timedelta(days=pause[1])
                verbs.pause(ANA, made, name, pause[0], until)
        text, before = dump(ANA, LATER), coming(LATER)
        empty_store(Path(folder) / "second.db")
        take(text)
        assert dump(ANA, LATER) == text
        assert coming(LATER) == before
        again = take(text)
        assert (again.made, again.changed) == ({}, {})


def test_saved_filters_go_out_and_come_in_with_their_places(desk: Path, tmp_path: Path) -> None:
    lists.add(ANA, AT, "house")
    filters.add(ANA, AT, "mine", "#house !me")
    filters.add(ANA, AT, "first", "p1", position=0)
    lists.delete(ANA, AT, "house")
    text = dump(ANA, AT)
    assert '[[filter]]\nname = "mine"\ntext = "#house !me"\nposition = 1\n' in text
    empty_store(tmp_path / "other.db")
    assert take(text).made == {"filter": 2}
    assert dump(ANA, AT) == text
    assert [each.name for each in listed_filters(ANA, AT)] == ["first", "mine"]
    assert take(text.replace("p1", "p2")).changed == {"filter": 1}


def test_a_filter_without_text_is_a_problem_of_its_line(desk: Path) -> None:
    with pytest.raises(Refused, match=r"line 1: \[\[filter\]\] mine: text: expected what the filter asks for"):
        take('[[filter]]\nname = "mine"\n')
    with pytest.raises(Refused, match="position: expected a whole number"):
        take('[[filter]]\nname = "mine"\ntext = "p1"\nposition = "last"\n')


BINS = '[[template]]\nname = "Bins"\nspec = "daily"\nzone = "UTC"\nhorizon = "7d"\n'


def test_days_left_out_are_those_of_the_file(desk: Path) -> None:
    take(BINS, AT)
    with session() as connection:
        number = connection.execute("SELECT id FROM template").fetchone()[0]
        templates.template_tasks.woken(connection, number, 0)
    assert take(BINS + 'skips = ["2025-05-22: away", "2025-05-23"]\n', AT).changed == {"template": 1}
    assert [(each.day, each.reason) for each in listed_skips(ANA, AT, "Bins")] == [
        (date(2025, 5, 22), "away"), (date(2025, 5, 23), ""),
    ]  # fmt: skip
    take(BINS, AT)
    assert len(listed_skips(ANA, AT, "Bins")) == 2
    take(BINS + 'skips = ["2025-05-22: ill"]\n', AT)
    assert [(each.day, each.reason) for each in listed_skips(ANA, AT, "Bins")] == [(date(2025, 5, 22), "ill")]
    undo(ANA, AT)
    assert len(listed_skips(ANA, AT, "Bins")) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("skips = [1]", "skips: expected a list of days"),
        ('skips = ["soon: x"]', "skips: "),
        ("anchor_at = 3", "anchor_at: expected a time such as"),
        ('anchor_at = "soon"', "anchor_at: expected a time such as"),
        ("paused_until = 2025-07-01T10:00:00Z", "paused_until: goes with a pause_reason"),
        ("pause_reason = 3", "pause_reason: expected a text"),
        ("pause_raeson = 3", "did you mean pause_reason"),
    ],
)
def test_what_cannot_be_read_names_its_line_and_key(desk: Path, line: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        take(f"{BINS}{line}\n")
    assert "line 6: [[template]] Bins: " in str(refusal.value)
    assert words in str(refusal.value)


def test_a_pause_that_is_over_pauses_nothing(desk: Path) -> None:
    take(
        '[[schedule]]\nname = "job"\nspec = "daily 02:00"\nparams = { command = "true" }\npause_reason = "move"\n'
        "paused_until = 2025-06-01T10:00:00Z\n",
        datetime(2025, 6, 2, tzinfo=UTC),
    )
    with session() as connection:
        found = schedule_reads.named(connection, "job")
        assert found is not None
        assert (found.pause_reason, found.next_at is not None) == (None, True)


def test_a_file_that_says_what_is_there_does_nothing_however_late(desk: None) -> None:
    text = '[[calendar]]\nname = "house"\noff = ["2025-05-30"]\n[[template]]\nname = "bins"\nspec = "daily"\n'
    text += 'calendar = "house"\n'
    take(text, AT)
    with session() as connection:
        before = connection.execute("SELECT count(*), max(id) FROM act").fetchone()
        take(text, LATER)
        assert connection.execute("SELECT count(*), max(id) FROM act").fetchone() == before
        assert connection.execute("SELECT count(*) FROM task").fetchone() == (0,)
