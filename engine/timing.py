"""From a row of the schedule table to its time rule: the one place. `on_calendar` is its last step."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from functools import lru_cache

from engine.rules.businessdays import BusinessDays
from engine.rules.when import Rule, booted, bounded, counts_from_start, from_moment, parse
from store.enums import Roll
from store.instants import from_us
from store.values import Schedule


def rule_of(schedule: Schedule, connection: sqlite3.Connection) -> Rule:
    """When the schedule happens, on the working days of its calendar if it rolls.

    Starts of the machine are left out: nobody can plan them. Raises BadValue if it cannot be told when, such as for
    an unknown zone.
    """
    rule = rule_from(
        schedule.spec, schedule.moment, schedule.repeat_axis, schedule.repeat_step, schedule.is_recurring,
        schedule.zone, schedule.anchor_at, schedule.start_at, schedule.end_at, schedule.max_count,
        json.dumps([day.isoformat() for day in schedule.excluded_dates]),
    )  # fmt: skip
    if schedule.roll is Roll.NONE:
        return rule
    from store.reads.calendars import named

    return on_calendar(rule, connection, schedule.roll, named(connection, schedule.calendar or ""))


def on_calendar(rule: Rule, connection: sqlite3.Connection, roll: str, calendar_id: int | None) -> Rule:
    """The rule with its occurrences on working days of the calendar (None: the usual one), as `roll` says.

    Every rule of a stored schedule comes through here.
    """
    if roll == Roll.NONE:
        return rule
    from engine.calendars import business_days

    return on_days(rule, business_days(connection, calendar_id), roll)


def on_days(rule: Rule, days: BusinessDays, roll: str) -> Rule:
    """The same for working days that are at hand. BadValue for a rule that cannot roll."""
    from engine.rules.when.rolled import rolled

    return rolled(rule, days, Roll(roll))


def rule_from(
    spec: str | None,
    moment: int | None,
    repeat_axis: str | None,
    repeat_step: int | None,
    is_recurring: bool,
    zone: str,
    anchor_at: int,
    start_at: int | None,
    end_at: int | None,
    max_count: int | None,
    excluded_dates: str,
    boots: str | None = None,
) -> Rule:
    """The nominal rule of these columns, instants in microseconds UTC, `excluded_dates` as JSON text, and so `boots`,
    the starts of the machine that are known (`engine.boots`).

    `every 3 days` and RRULE count from the start if there is one, else from the anchor.
    """
    if spec is None:
        first = None if moment is None else _moment_rule(moment, repeat_axis, repeat_step, is_recurring, zone)
        if first is None:
            raise ValueError("a schedule has a spec or a moment")
        return _limited(first, start_at, end_at, max_count, excluded_dates)
    # Only these count from somewhere. Without an anchor, the many schedules of one spec share one rule.
    counts = max_count is not None or counts_from_start(spec)
    anchor = (anchor_at if start_at is None else start_at) if counts else None
    rule = _spec_rule(spec, zone, anchor)
    if boots is not None:
        rule = booted(rule, [from_us(at) for _, at in json.loads(boots)])
    return _limited(rule, start_at, end_at, max_count, excluded_dates)


@lru_cache(maxsize=20_000)
def _spec_rule(spec: str, zone: str, anchor: int | None) -> Rule:
    return parse(spec, zone, anchor=None if anchor is None else from_us(anchor))


@lru_cache(maxsize=2_000)
def _moment_rule(moment: int, axis: str | None, step: int | None, is_recurring: bool, zone: str) -> Rule:
    if is_recurring:
        return from_moment(from_us(moment), str(axis), step or 1, zone)
    return parse(f"once {from_us(moment):%Y-%m-%dT%H:%M:%SZ}", zone)


def _limited(rule: Rule, start_at: int | None, end_at: int | None, max_count: int | None, excluded_dates: str) -> Rule:
    if start_at is None and end_at is None and max_count is None and excluded_dates == "[]":
        return rule
    return _bounded(rule, start_at, end_at, max_count, excluded_dates)


@lru_cache(maxsize=2_000)
def _bounded(rule: Rule, start_at: int | None, end_at: int | None, max_count: int | None, excluded_dates: str) -> Rule:
    return bounded(
        rule,
        start=None if start_at is None else from_us(start_at),
        end=None if end_at is None else from_us(end_at),
        count=max_count,
        excluded=frozenset(date.fromisoformat(day) for day in json.loads(excluded_dates)),
    )
