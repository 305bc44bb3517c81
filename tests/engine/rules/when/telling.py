"""Short ways to say instants and to read what a rule answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.rules.when import Rule, parse, zone_of

BRUSSELS = "Europe/Brussels"


def utc(text: str) -> datetime:
    """An aware instant from 2025-03-03 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(text: str, zone: str) -> datetime:
    """The same on the clock of a zone (the first of two)."""
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(zone))


def rule_of(spec: str, zone: str = "UTC", anchor: str = "2025-03-03 09:00") -> Rule:
    """The rule counted from the anchor, a wall time in the zone."""
    return parse(spec, zone, anchor=at(anchor, zone))


def nexts(rule: Rule, after: datetime, count: int) -> list[datetime]:
    """By asking again and again; fewer when the rule ends."""
    found: list[datetime] = []
    now = rule.next(after)
    while now is not None and len(found) < count:
        found.append(now)
        now = rule.next(now)
    return found


def told(rule: Rule, after: datetime, count: int) -> list[str]:
    """The next occurrences as local wall times: 2025-03-30 03:00."""
    zone = zone_of(rule.zone)
    return [f"{now.astimezone(zone):%Y-%m-%d %H:%M}" for now in nexts(rule, after, count)]


def days(rule: Rule, after: datetime, count: int) -> list[str]:
    """The local dates of the next occurrences."""
    return [text[:10] for text in told(rule, after, count)]


SECOND = timedelta(seconds=1)
