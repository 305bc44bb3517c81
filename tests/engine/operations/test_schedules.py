"""The verbs of schedules: what they write, what they refuse, and that nothing is ever fired retroactively."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.operations import schedules as ops
from engine.operations.registry import Act
from engine.rules.errors import BadValue
from store.database import transaction
from store.enums import AfterExecution, Missed, Overlap, RepeatAxis
from store.errors import Refused
from store.instants import to_us
from store.journal import begin
from store.reads import schedules as reads
from tests.engine.firing_stage import at, end, fire, ledger, next_at, one, planned, start, states, writing
from tests.engine.stage import ANA, BO, desk, file_bytes, rows

__all__ = ["desk"]

NOON = at("2025-06-01T12:00")
LOCAL = tomllib.loads("at = 2025-07-01T10:00:00")["at"]


def daily(name: str = "job", **more: Any) -> Any:
    return ops.add(ANA, NOON, name, **{"spec": "daily 00:00", "command": "true", **more})


def refused(call: Any, *words: Any, when: datetime = NOON, **named: Any) -> str:
    with pytest.raises(Refused) as fault:
        call(ANA, when, *words, **named)
    return str(fault.value)


def words(path: Path) -> str:
    return str(rows(path, "SELECT words FROM act ORDER BY id DESC LIMIT 1")[0][0])


def test_add_keeps_what_was_said(desk: Path) -> None:
    made = ops.add(
        ANA, NOON, "nightly backup", spec=" cron:  30 2 * * * ", zone="Europe/Brussels", command="backup.sh --all",
        params='{"cwd": "/srv"}', timeout="1h30m", max_retries=2, missed=Missed.RUN_ALL, missed_limit=5,
        max_lateness="6h", overlap=Overlap.QUEUE, exclusive=True, after_execution=AfterExecution.KEEP,
        start="2025-07-01", end="2025-12-31", count=100, exclude=("2025-12-25", "2025-07-21", "2025-12-25"),
        description="All of it",
    )  # fmt: skip
    assert (made.name, made.spec, made.zone) == ("nightly backup", "cron: 30 2 * * *", "Europe/Brussels")
    assert made.params == {"cwd": "/srv", "command": "backup.sh --all"}
    assert (made.timeout, made.max_retries, made.max_lateness) == (5400, 2, 21_600)
    assert (made.missed, made.missed_limit, made.overlap) == (Missed.RUN_ALL, 5, Overlap.QUEUE)
    assert (made.is_exclusive, made.after_execution) == (True, AfterExecution.KEEP)
    assert made.start_at == to_us(at("2025-06-30T22:00"))
    assert made.end_at == to_us(at("2025-12-30T23:00"))
    assert (made.max_count, made.excluded_dates) == (100, (date(2025, 7, 21), date(2025, 12, 25)))
    assert (made.description, made.owner, made.is_enabled, made.rev) == ("All of it", "ana", True, 1)
    assert made.next_at == to_us(at("2025-07-01T00:30"))
    assert words(desk) == "added schedule: nightly backup"


def test_add_without_much_takes_what_is_usual(desk: Path) -> None:
    made = daily()
    assert (made.controller, made.timeout, made.max_retries, made.max_lateness) == ("shell", 3600, 0, None)
    assert (made.missed, made.missed_limit, made.overlap) == (Missed.RUN_ONCE, 100, Overlap.SKIP)
    assert (made.is_exclusive, made.after_execution, made.is_recurring) == (False, AfterExecution.DISABLE, True)
    assert (made.status, made.pid, made.last_run, made.last_state) == ("idle", None, None, None)


@pytest.mark.parametrize(
    ("said", "moment", "recurs", "step"),
    [
        ({"moment": "2025-06-30T10:00", "repeat_axis": RepeatAxis.MONTH}, "2025-06-30T10:00", True, 1),
        ({"moment": "2025-06-30T10:00", "repeat_axis": RepeatAxis.DAY, "repeat_step": 3}, "2025-06-30T10:00", True, 3),
        ({"moment": "2025-06-30T10:00", "once": True}, "2025-06-30T10:00", False, None),
        ({"moment": "now", "once": True}, "2025-06-01T12:00", False, None),
    ],
)
def test_a_moment_may_stand_for_a_spec(
    desk: Path, said: dict[str, Any], moment: str, recurs: bool, step: int | None
) -> None:
    made = ops.add(ANA, NOON + timedelta(microseconds=300_000), "job", command="true", **said)
    assert (made.spec, made.moment, made.next_at) == (None, to_us(at(moment)), to_us(at(moment)))
    assert (made.is_recurring, made.repeat_step) == (recurs, step)


def test_a_moment_is_read_on_the_clocks_of_the_zone(desk: Path) -> None:
    made = daily(spec=None, moment="2025-07-01T10:00", once=True, zone="America/New_York")
    assert made.next_at == to_us(at("2025-07-01T14:00"))


def test_a_once_spec_is_a_one_off(desk: Path) -> None:
    assert not daily(spec="once 2025-06-29 08:00").is_recurring


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": " "}, "name: expected a name, not an empty text"),
        ({"spec": None}, "spec: expected when it happens, such as 'daily 02:30'"),
        ({"spec": "cron: 0 0 31 2 *"}, "spec: cron: "),
        ({"spec": "daily 25:00"}, "spec: hour 25 in '25:00' does not exist"),
        ({"spec": "daily 03:00", "moment": "2025-07-01"}, "moment: goes with a moment, not with a spec"),
        ({"spec": "daily 03:00", "repeat_step": 2}, "repeat_step: goes with a moment, not with a spec"),
        ({"spec": "daily 03:00", "once": True}, "is_recurring: a spec says so itself"),
        ({"spec": None, "moment": "2025-07-01"}, "moment: say how it repeats"),
        ({"spec": None, "moment": "03/04/2025", "once": True}, "moment: 03/04/2025 may be"),
        ({"spec": None, "moment": "2025-05-01", "once": True}, "moment: all of it is past"),
        ({"spec": "once 2025-05-01 10:00"}, "spec: all of it is past"),
        ({"end": "2025-05-01"}, "spec: all of it is past"),
        ({"start": "2025-08-01", "end": "2025-07-01"}, "end: the end 2025-07-01 00:00 is before the start"),
        ({"zone": "Europe/Brusels"}, "zone: 'Europe/Brusels' is not a time zone"),
        ({"controller": "shel"}, "controller: 'shel' is no controller; did you mean shell?"),
        ({"command": None}, "params: command is missing"),
        ({"command": "  "}, "params: command is missing"),
        ({"params": "[1]"}, "params: expected a JSON object"),
        ({"params": "{"}, "params: '{' is not JSON"),
        ({"params": '{"command": "x", "cmd": 1}'}, "params: 'cmd' is not known to 'shell'"),
        ({"params": '{"env": {"A": NaN}}'}, "params: expected texts, numbers, lists and objects"),
        ({"params": "[" * 50_000}, "params: "),
        ({"timeout": "soon"}, "timeout: 'soon' is not a duration"),
        ({"timeout": "0"}, "timeout: expected more than 0 seconds"),
        ({"max_lateness": "-5"}, "max_lateness: a duration cannot be negative"),
        ({"max_retries": -1}, "max_retries: expected a whole number from 0 to 100, not '-1'"),
        ({"count": 0}, "count: expected a whole number from 1 to 1000000, not '0'"),
        ({"missed_limit": 10**5000}, "missed_limit: expected a whole number from 1 to 1000, not 'a very large number'"),
        ({"exclude": ("31 feb",)}, "exclude: 31 feb is not a date"),
        ({"start": "9999-12-31"}, "start: 9999-12-31 is out of range"),
    ],
)
def test_E15_bad_values_are_refused_in_words_that_name_the_field(
    desk: Path, said: dict[str, Any], sentence: str
) -> None:
    given = {"name": "job", "spec": "daily 00:00", "command": "true", **said}
    assert refused(ops.add, given.pop("name"), **given).startswith(sentence)
    assert rows(desk, "SELECT count(*) FROM schedule") == [(0,)]


@pytest.mark.parametrize("step", [0, -1, 10_000, 2**63])
def test_E15_a_step_that_is_no_step_is_refused(desk: Path, step: int) -> None:
    said = refused(ops.add, "job", moment="2025-07-01", repeat_axis=RepeatAxis.DAY, repeat_step=step, command="true")
    assert said.startswith("repeat_step: expected a whole number from 1 to 9999, not ")


def test_a_name_is_taken_until_its_schedule_is_deleted(desk: Path) -> None:
    daily()
    assert refused(ops.add, "job", spec="daily 01:00", command="true") == "There is already a schedule named job."
    ops.delete(ANA, NOON, "job")
    assert daily().id == 2


class TestEdit:
    """Edits change what is said, forwards only."""

    def test_only_what_is_said_changes(self, desk: Path) -> None:
        before = daily(timeout="5m", exclude=("2025-12-25",))
        after = ops.edit(ANA, NOON, "job", max_retries=3, command="false")
        assert (after.max_retries, after.params, after.rev) == (3, {"command": "false"}, before.rev + 1)
        assert (after.timeout, after.excluded_dates, after.next_at) == (300, before.excluded_dates, before.next_at)
        assert words(desk) == "changed schedule: job"

    def test_the_same_again_is_no_change(self, desk: Path) -> None:
        daily(exclude=("2025-12-25",), timeout="5m", end="2026-01-01", params='{"env": {"A": "1"}}')
        before = file_bytes(desk)
        ops.edit(ANA, NOON + timedelta(days=1), "job", spec="daily 00:00", timeout="300", exclude=("2025-12-25",))
        assert file_bytes(desk) == before

    def test_an_empty_text_clears(self, desk: Path) -> None:
        daily(end="2026-01-01", start="2025-06-10", exclude=("2025-12-25",), max_lateness="1h", description="x")
        after = ops.edit(ANA, NOON, "job", end="", start="", exclude=("",), max_lateness="", description="")
        assert (after.end_at, after.start_at, after.excluded_dates, after.max_lateness) == (None, None, (), None)
        assert (after.description, next_at(desk)) == ("", "2025-06-02 00:00")

    def test_a_new_rule_is_not_retroactive(self, desk: Path) -> None:
        daily(overlap=Overlap.ALLOW)
        after = ops.edit(ANA, at("2025-06-02T11:00"), "job", spec="cron: 0 * * * *")
        assert after.next_at == to_us(at("2025-06-02T12:00"))
        fire(desk, at("2025-06-02T12:00"))
        assert states(desk) == [("06-02 00:00", "fired"), ("06-02 12:00", "fired")]

    def test_what_was_due_before_is_decided_by_the_rule_it_was_due_by(self, desk: Path) -> None:
        daily()
        ops.edit(ANA, at("2025-06-04T11:00"), "job", zone="Asia/Tokyo")
        cursor = rows(desk, "SELECT cursor_at FROM schedule")
        assert cursor == [(to_us(at("2025-06-04T11:00")),)]
        assert states(desk) == [("06-02 00:00", "merged"), ("06-03 00:00", "merged"), ("06-04 00:00", "fired")]
        assert next_at(desk) == "2025-06-04 15:00"

    def test_a_pause_that_nobody_saw_end_ends_within_the_edit(self, desk: Path) -> None:
        daily()
        ops.pause(BO, NOON, "job", until=at("2025-06-03T00:00"))
        edited = ops.edit(ANA, at("2025-06-03T08:00"), "job", spec="daily 06:00")
        assert (edited.pause_reason, edited.next_at) == (None, to_us(at("2025-06-04T06:00")))
        assert states(desk) == [("06-02 00:00", "skipped"), ("06-03 00:00", "fired")]
        acts = rows(
            desk, "SELECT DISTINCT a.actor, a.operation FROM act a JOIN change c ON c.act_id = a.id ORDER BY a.id"
        )
        assert acts[1:] == [("ana", "schedule add"), ("bo", "schedule pause"), ("ana", "schedule edit")]

    @pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Honolulu", "Europe/London"])
    def test_F58_a_zone_changed_just_after_a_fire_fires_nothing_again(self, desk: Path, zone: str) -> None:
        daily(overlap=Overlap.ALLOW)
        fire(desk, at("2025-06-02T00:00"))
        ops.edit(ANA, at("2025-06-02T00:00:01"), "job", zone=zone)
        for hour in range(24):
            fire(desk, at("2025-06-02T00:00:02") + timedelta(hours=hour))
        assert len(planned(desk)) == len(set(planned(desk))) == 2

    def test_another_notation_takes_the_place_of_the_first(self, desk: Path) -> None:
        daily()
        after = ops.edit(ANA, NOON, "job", moment="2025-06-10T10:00", repeat_axis=RepeatAxis.WEEK)
        assert (after.spec, after.repeat_axis, after.repeat_step) == (None, RepeatAxis.WEEK, 1)
        again = ops.edit(ANA, NOON, "job", spec="daily 05:00")
        assert (again.spec, again.moment, again.repeat_axis, again.repeat_step) == ("daily 05:00", None, None, None)

    def test_steps_count_anew_from_a_new_spec(self, desk: Path) -> None:
        daily(spec="every 3 days")
        assert next_at(desk) == "2025-06-04 12:00"
        ops.edit(ANA, at("2025-06-02T08:00"), "job", spec="every 4 days")
        assert next_at(desk) == "2025-06-06 08:00"
        ops.edit(ANA, at("2025-06-03T08:00"), "job", exclude=("2025-06-06",))
        assert next_at(desk) == "2025-06-10 08:00"

    def test_a_rule_that_has_nothing_left_is_refused(self, desk: Path) -> None:
        daily()
        assert refused(ops.edit, "job", end="2025-05-01").startswith("spec: all of it is past; nothing would ever")
        assert (one(desk).end_at, next_at(desk)) == (None, "2025-06-02 00:00")

    def test_somebody_elses_change_is_not_lost(self, desk: Path) -> None:
        made = daily()
        ops.edit(BO, NOON, "job", timeout="5m")
        sentence = "The schedule job was changed by somebody else meanwhile."
        assert refused(ops.edit, "job", timeout="9m", rev=made.rev) == sentence
        assert refused(ops.delete, "job", rev=made.rev) == sentence
        fire(desk, at("2025-06-02T00:00"))
        assert ops.edit(ANA, at("2025-06-02T01:00"), "job", timeout="9m", rev=made.rev + 1).timeout == 540

    def test_a_name_that_is_not_there(self, desk: Path) -> None:
        daily("backup")
        assert refused(ops.edit, "bakup", timeout="5m") == "schedule: 'bakup' is no schedule; did you mean backup?"


class TestOff:
    """Time spent paused or switched off is skipped, not missed."""

    def test_resume_skips_what_was_planned_in_the_pause(self, desk: Path) -> None:
        daily()
        paused = ops.pause(ANA, NOON, "job", reason="disk move")
        assert (paused.pause_reason, paused.next_at) == ("disk move", None)
        assert words(desk) == "paused schedule: job (disk move)"
        fire(desk, at("2025-06-03T00:00"))
        back = ops.resume(BO, at("2025-06-03T08:00"), "job")
        assert (back.pause_reason, back.next_at) == (None, to_us(at("2025-06-04T00:00")))
        assert ledger(desk) == [
            ("06-02 00:00", "skipped", "paused by ana: disk move"),
            ("06-03 00:00", "skipped", "paused by ana: disk move"),
        ]
        assert planned(desk) == []

    def test_a_long_pause_is_one_line(self, desk: Path) -> None:
        daily(spec="cron: * * * * *")
        ops.pause(ANA, NOON, "job")
        ops.resume(ANA, NOON + timedelta(days=7), "job")
        found = rows(desk, "SELECT count, state, reason FROM occurrence")
        assert found == [(7 * 1440, "skipped", "paused by ana")]

    def test_enable_skips_what_was_planned_while_it_was_off(self, desk: Path) -> None:
        daily()
        assert ops.disable(BO, NOON, "job").next_at is None
        assert fire(desk, at("2025-06-05T00:00")).fired == 0
        assert ops.enable(ANA, at("2025-06-03T08:00"), "job").next_at == to_us(at("2025-06-04T00:00"))
        assert {(state, reason) for _, state, reason in ledger(desk)} == {("skipped", "switched off by bo")}

    def test_what_an_outage_left_before_is_missed(self, desk: Path) -> None:
        daily()
        ops.pause(ANA, at("2025-06-03T08:00"), "job")
        assert ledger(desk)[1] == ("06-03 00:00", "missed", "no engine fired it before ana paused it")
        ops.resume(ANA, at("2025-06-04T08:00"), "job")
        assert [state for _, state in states(desk)] == ["missed", "missed", "skipped"]

    def test_a_second_pause_changes_reason_and_end(self, desk: Path) -> None:
        daily()
        ops.pause(ANA, NOON, "job", reason="disk move")
        ops.pause(BO, at("2025-06-02T08:00"), "job", reason="still moving", until=at("2025-06-03T08:00"))
        fire(desk, at("2025-06-03T08:00"))
        assert [reason for _, _, reason in ledger(desk)] == ["paused by ana: disk move", "paused by bo: still moving"]

    def test_again_is_nothing(self, desk: Path) -> None:
        daily()
        before = one(desk)
        assert ops.enable(ANA, NOON, "job") == before
        off = ops.disable(ANA, NOON, "job")
        assert ops.disable(ANA, NOON, "job") == off

    def test_refusals(self, desk: Path) -> None:
        daily()
        assert refused(ops.resume, "job") == "The schedule job is not paused."
        past = refused(ops.pause, "job", until=NOON)
        assert past.startswith("until: Sun 1 Jun 2025 12:00 is past; expected a time that is to come")

    def test_paused_and_off_needs_both_to_come_back(self, desk: Path) -> None:
        daily()
        ops.pause(ANA, NOON, "job", until=at("2025-06-02T12:00"))
        ops.disable(ANA, NOON, "job")
        assert ops.resume(ANA, NOON, "job").next_at is None
        assert ops.enable(ANA, NOON, "job").next_at == to_us(at("2025-06-02T00:00"))


class TestRunNow:
    """A run by hand, outside the plan."""

    def test_it_is_the_persons_and_leaves_the_plan_alone(self, desk: Path) -> None:
        daily(max_retries=2, timeout="5m", exclusive=True)
        made = ops.run_now(BO, NOON, "job")
        assert (made.name, made.schedule, made.planned_at) == ("job", "job", None)
        assert (made.category, made.creator, made.state) == ("user", "bo", "pending")
        assert (made.max_attempts, made.timeout, made.is_exclusive) == (3, 300, True)
        assert (next_at(desk), states(desk), one(desk).last_run) == ("2025-06-02 00:00", [], to_us(NOON))

    def test_an_open_run_does_not_hold_it_back(self, desk: Path) -> None:
        daily()
        fire(desk, at("2025-06-02T00:00"))
        start(desk, at("2025-06-02T00:00"))
        assert ops.run_now(ANA, at("2025-06-02T00:01"), "job").id == 2

    def test_X14_on_a_schedule_that_is_off_it_asks(self, desk: Path) -> None:
        daily()
        ops.pause(ANA, NOON, "job")
        assert refused(ops.run_now, "job") == "The schedule job is paused; run it once anyway? (--even-if-off)"
        ops.disable(ANA, NOON, "job")
        assert refused(ops.run_now, "job") == "The schedule job is switched off; run it once anyway? (--even-if-off)"
        before = one(desk).next_at
        made = ops.run_now(ANA, NOON, "job", even_if_off=True)
        assert start(desk, NOON) == [made.id]
        end(desk, made.id, NOON)
        assert (one(desk).next_at, one(desk).is_enabled) == (before, False)

    def test_a_deleted_one_is_gone(self, desk: Path) -> None:
        daily()
        ops.delete(ANA, NOON, "job")
        assert refused(ops.run_now, "1", even_if_off=True) == "The schedule job is deleted."


def test_delete_keeps_runs_and_lines(desk: Path) -> None:
    daily()
    fire(desk, at("2025-06-02T00:00"))
    gone = ops.delete(ANA, at("2025-06-03T08:00"), "job")
    assert (gone.deleted_at, gone.next_at) == (to_us(at("2025-06-03T08:00")), None)
    assert ledger(desk)[1] == ("06-03 00:00", "missed", "no engine fired it before ana deleted it")
    assert fire(desk, at("2025-06-09T00:00")).fired == 0
    assert rows(desk, "SELECT count(*) FROM run") == [(1,)]


class TestSave:
    """What the desk file brings: TOML values, and schedules that have ended."""

    def save(self, fields: dict[str, Any], name: str | None = None, now: datetime = NOON) -> int:
        with transaction() as connection:
            act = Act(connection, ANA, now, begin(connection, to_us(now), ANA, "load"))
            return ops.save(act, fields, reads.named(connection, name) if name else None)

    def test_toml_values(self, desk: Path) -> None:
        number = self.save(
            {
                "name": "job", "moment": LOCAL, "repeat_axis": "day", "zone": "Europe/Brussels",
                "start_at": date(2025, 7, 2), "end_at": datetime(2025, 8, 1, tzinfo=UTC), "timeout": 90,
                "excluded_dates": [date(2025, 7, 21), "2025-07-22"], "params": {"command": "x"},
                "is_exclusive": True, "is_enabled": False, "overlap": "allow",
            }
        )  # fmt: skip
        made = one(desk, number)
        assert made.moment == to_us(at("2025-07-01T08:00"))
        assert (made.start_at, made.end_at) == (to_us(at("2025-07-01T22:00")), to_us(at("2025-08-01T00:00")))
        assert (made.excluded_dates, made.timeout) == ((date(2025, 7, 21), date(2025, 7, 22)), 90)
        assert (made.is_exclusive, made.is_enabled, made.overlap, made.next_at) == (True, False, Overlap.ALLOW, None)

    def test_what_has_ended_may_be_loaded(self, desk: Path) -> None:
        number = self.save({"name": "job", "spec": "once 2024-01-01 10:00", "command": "x"})
        assert (one(desk, number).next_at, one(desk, number).error) == (None, None)

    def test_the_same_twice_writes_once(self, desk: Path) -> None:
        fields = {"name": "job", "spec": "every 3 days", "command": "x", "timeout": "1h", "zone": "Europe/Brussels"}
        number = self.save(fields)
        before = rows(desk, "SELECT * FROM schedule")
        assert self.save(fields, "job", NOON + timedelta(days=9)) == number
        assert rows(desk, "SELECT * FROM schedule") == before

    def test_switching_through_the_file_is_switching(self, desk: Path) -> None:
        fields = {"name": "job", "spec": "daily 00:00", "command": "x"}
        self.save(fields)
        self.save({**fields, "is_enabled": False}, "job", at("2025-06-02T08:00"))
        assert (next_at(desk), states(desk)) == (None, [("06-02 00:00", "missed")])
        self.save({**fields, "is_enabled": True}, "job", at("2025-06-03T08:00"))
        assert (next_at(desk), states(desk)[1:]) == ("2025-06-04 00:00", [("06-03 00:00", "skipped")])

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"nme": "x"}, "schedule: 'nme' is no key of a schedule; did you mean name?"),
            ({"spec": 7}, "spec: expected such as 'daily 02:30', not '7'"),
            ({"spec": "daily 01:00", "is_enabled": "yes"}, "is_enabled: expected true or false, not 'yes'"),
            ({"spec": "daily 01:00", "missed": "no"}, "missed: expected one of skip, run_once, run_all, not 'no'"),
            ({"spec": "daily 01:00", "timeout": 1.5}, "timeout: expected a length of time"),
            ({"spec": "daily 01:00", "excluded_dates": 7}, "excluded_dates: expected dates such as"),
            ({"spec": "daily 01:00", "excluded_dates": [7]}, "excluded_dates: expected a date such as"),
            ({"spec": "daily 01:00", "params": {"command": "a\0b"}}, "params: "),
            ({"spec": "daily 01:00"}, "name: expected a name"),
            ({"moment": True, "is_recurring": False}, "moment: expected a time such as"),
        ],
    )
    def test_bad_keys(self, desk: Path, fields: dict[str, Any], sentence: str) -> None:
        with pytest.raises(BadValue) as fault:
            self.save({"command": "x", **fields})
        assert str(fault.value).startswith(sentence)


def test_a_broken_schedule_is_mended_by_an_edit_of_anything(desk: Path) -> None:
    daily()
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET error = 'x', next_at = NULL")
    mended = ops.edit(ANA, at("2025-06-03T08:00"), "job", zone="Europe/Brussels")
    assert (mended.error, mended.next_at) == (None, to_us(at("2025-06-03T22:00")))
