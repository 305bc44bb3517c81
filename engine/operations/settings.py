"""Setting a setting: text from any door, checked for what the setting means."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

from engine.operations.registry import Act, Help, operation
from engine.queries.history import SettingValue, setting_value
from engine.rules.errors import BadValue, shown
from engine.rules.horizons import parse_horizon
from engine.rules.names import as_sentence, plain_name, unknown
from engine.rules.wording import WEEKDAYS
from engine.rules.zones import zone_named
from store import journal, settings
from store.enums import LogBackend
from store.errors import Refused
from store.languages import canonical

_KEPT_BY_ENGINE = frozenset({"date_events_checked"})
_LIMITS = {
    "task_max_concurrent": (1, 1_000),
    "log_cap": (1_000, 10_000_000_000),
    "cancel_grace": (0, 3_600),
    "keep_changes": (1, 36_500),
    "keep_runs": (1, 36_500),
    "keep_workflows": (1, 36_500),
    "keep_last": (0, 10_000),
    "away_days": (0, 3_650),
    "keep_backups": (0, 1_000),
    "recurring_interval": (1, 1_440),
    "log_total": (1_000_000, 1_000_000_000_000),
    "notify_window": (0, 3_600),
    "notify_timeout": (1, 600),
}
_BACKENDS = tuple(LogBackend)
_OSC = ("off", "9", "777", "both")
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


@operation("setting set")
def set_setting(
    act: Act,
    key: Annotated[str, Help("which setting; `setting list` shows them")],
    value: Annotated[str, Help("its new value")],
) -> SettingValue:
    """Change a setting."""
    if key not in settings.KNOWN or key in _KEPT_BY_ENGINE:
        raise Refused(as_sentence(f"setting: {unknown(key, sorted(set(settings.KNOWN) - _KEPT_BY_ENGINE), 'setting')}"))
    try:
        wanted = _parsed(key, value)
    except BadValue as fault:
        raise Refused(f"setting {key}: {fault}.") from fault
    if key == "calendar" and wanted:
        wanted = _calendar(act, wanted)
    if wanted != settings.read(act.connection, key):
        with _replanned(act, key):
            settings.write(act.connection, key, wanted)
        journal.describe(act.connection, act.id, f"set {key} to {shown(value)}")
    return setting_value(key, wanted)


def _calendar(act: Act, text: str) -> str:
    """The name of the calendar; that of a country is made with it."""
    from engine.calendars import calendar_id
    from store.reads import calendars

    try:
        number = calendar_id(act.connection, text)
    except BadValue as fault:
        raise Refused(f"setting calendar: {fault}.") from fault
    assert number is not None
    return calendars.calendar(act.connection, number).name


def _replanned(act: Act, key: str) -> AbstractContextManager[None]:
    """What keeps to the usual calendar or zone is planned anew when it is another one."""
    if key == "zone":
        from engine.operations.zones_of_templates import following_zones

        return following_zones(act)
    if key != "calendar":
        return nullcontext()
    from engine.operations.calendars import replanned

    return replanned(act, None)


def _parsed(key: str, text: str) -> Any:
    own: dict[str, Callable[[str], Any]] = {"zone": _zone, "task_log_storage_backend": _backend, "week_start": _weekday}
    own["osc"] = _osc
    if key.startswith("horizon_"):
        return str(parse_horizon(text))
    if key == "language":
        return _language(text)
    if key in own:
        return own[key](text)
    if key == "calendar" and not text.strip():
        return ""
    kinds: dict[type, Callable[[str], Any]] = {bool: _yes_or_no, int: lambda text: _whole(key, text)}
    return kinds.get(type(settings.KNOWN[key].default), plain_name)(text)


def _zone(text: str) -> str:
    return str(zone_named(text))


def _backend(text: str) -> str:
    if text not in _BACKENDS:
        raise BadValue(unknown(text, _BACKENDS, "place for log lines"))
    return text


def _osc(text: str) -> str:
    if text not in _OSC:
        raise BadValue(unknown(text, _OSC, "kind of pop-up"))
    return text


def _weekday(text: str) -> str:
    names = [name.lower() for name in WEEKDAYS]
    found = [name for name in names if len(text) >= 3 and name.startswith(text.strip().lower())]
    if len(found) != 1:
        raise BadValue(unknown(text, names, "weekday"))
    return found[0]


def _language(text: str) -> str:
    try:
        return canonical(text)
    except ValueError as fault:
        raise BadValue(str(fault)) from fault


def _yes_or_no(text: str) -> bool:
    plain = text.lower()
    if plain not in _YES | _NO:
        raise BadValue(f"expected true or false, not '{shown(text)}'")
    return plain in _YES


def _whole(key: str, text: str) -> int:
    low, high = _LIMITS[key]
    plain = text.replace("_", "")
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 19 else -1
    if not low <= number <= high:
        raise BadValue(f"expected a whole number from {low} to {high}, not '{shown(text)}'")
    return number
