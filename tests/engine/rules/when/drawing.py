"""What hypothesis draws: rules of every notation, zones with odd clocks, and instants near their changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from engine.rules.when import BadSpec, Rule, parse

ZONES = (
    "UTC",
    "Europe/Paris",
    "Europe/Brussels",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Kathmandu",
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Hours in which some zone above changed its clock, near enough.
CHANGED = (
    "2011-12-30T10",
    "2017-10-15T03",
    "2018-02-18T02",
    "2025-02-23T02",
    "2025-03-30T01",
    "2025-04-05T15",
    "2025-10-04T15",
    "2025-10-26T01",
    "2026-03-08T07",
    "2026-11-01T06",
)

zones = st.sampled_from(ZONES)
far = st.integers(300_000_000, 3_000_000_000).map(lambda second: EPOCH + timedelta(seconds=second))
near = st.builds(
    lambda text, shift: datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(seconds=shift),
    st.sampled_from(CHANGED),
    st.integers(-180_000, 180_000),
)
instants = st.one_of(near, far)

times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 45, 59]))
clocks = st.lists(times, min_size=1, max_size=3).map(",".join)
weekdays = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3).map(",".join)
places = st.builds(
    "{} {}".format,
    st.sampled_from(["first", "second", "third", "fourth", "fifth", "last"]),
    st.sampled_from(DAYS),
)
month_days = st.one_of(
    places,
    st.just("last day"),
    st.integers(1, 28).map(str),
    st.builds("{} {}".format, st.integers(29, 31), st.sampled_from(["clamp", "skip"])),
)
small_steps = st.builds("every {} {}".format, st.integers(1, 400), st.sampled_from(["seconds", "minutes", "hours"]))
steps = st.integers(1, 15)
specs = st.one_of(
    small_steps,
    st.builds("every {} {}".format, steps, st.sampled_from(["days", "weeks", "months", "years"])),
    st.builds("every {} days {}".format, steps, clocks),
    st.builds("every {} weeks on {} {}".format, steps, weekdays, clocks),
    st.builds("every {} months on {} {}".format, steps, month_days, clocks),
    clocks.map("daily {}".format),
    st.builds("weekly {} {}".format, weekdays, clocks),
    st.builds("monthly {} {}".format, month_days, clocks),
    st.builds("yearly {} {} {}".format, st.integers(1, 28), st.sampled_from(MONTHS), clocks),
    st.builds("yearly 29 feb {} {}".format, st.sampled_from(["clamp", "skip"]), clocks),
)


def field(low: int, high: int, *more: str) -> st.SearchStrategy[str]:
    """One field of a cron line."""
    one = st.integers(low, high).map(str)
    span = st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda ends: "{}-{}".format(*sorted(ends)))
    step = st.integers(1, high)
    plain = st.one_of(one, span, st.builds("{}/{}".format, span, step), st.builds("{}/{}".format, one, step))
    special = [st.sampled_from(more)] if more else []
    listed = st.lists(st.one_of(one, span, *special), min_size=2, max_size=3).map(",".join)
    return st.one_of(st.just("*"), step.map("*/{}".format), plain, listed, *special)


lines = st.builds(
    "{} {} {} {} {}".format,
    field(0, 59),
    field(0, 23),
    st.one_of(st.just("*"), field(1, 31, "L", "LW")),
    st.one_of(st.just("*"), st.just("*"), field(1, 12, "JAN", "feb", "Dec")),
    st.one_of(st.just("*"), field(0, 7, "MON", "sun", "5L", "0L", "1#1", "3#5", "7#2")),
)


def numbers(low: int, high: int, most: int = 4) -> st.SearchStrategy[str]:
    """A list of numbers as RFC 5545 writes it."""
    return st.sets(st.integers(low, high), min_size=1, max_size=most).map(
        lambda drawn: ",".join(map(str, sorted(drawn)))
    )


def signed(high: int, most: int = 4) -> st.SearchStrategy[str]:
    """The same, some of them counted from the end."""
    one = st.integers(-high, high).filter(bool).map(str)
    return st.lists(one, min_size=1, max_size=most, unique=True).map(",".join)


two = st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))
plain_days = st.lists(two, min_size=1, max_size=4, unique=True).map(",".join)
placed_days = st.lists(st.builds("{}{}".format, st.sampled_from((1, 2, 5, -1, -2)), two), min_size=1, max_size=3)
STEPS = st.sampled_from((1, 1, 1, 2, 3, 7, 13, 61, 90, 1441))


@st.composite
def recurrences(draw: st.DrawFn) -> str:
    """RRULE texts of every frequency, also with parts that rule each other out."""
    freq = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(STEPS)}"]

    def maybe(name: str, strategy: st.SearchStrategy[str], often: int = 3) -> bool:
        if draw(st.integers(1, often)) > 1:
            return False
        parts.append(f"{name}={draw(strategy)}")
        return True

    month = maybe("BYMONTH", numbers(1, 12))
    by_days = [freq != "WEEKLY" and maybe("BYMONTHDAY", signed(31))]
    free = not month and not by_days[0]
    weeks = free and freq == "YEARLY" and maybe("BYWEEKNO", numbers(1, 52))
    by_days += [
        weeks,
        free and not weeks and freq not in ("MONTHLY", "WEEKLY", "DAILY") and maybe("BYYEARDAY", signed(366)),
    ]
    placed = freq in ("YEARLY", "MONTHLY") and not weeks and draw(st.booleans())
    by_days.append(maybe("BYDAY", placed_days.map(",".join) if placed else plain_days, 2))
    times = [maybe("BYHOUR", numbers(0, 23)), maybe("BYMINUTE", numbers(0, 59)), maybe("BYSECOND", numbers(0, 59), 5)]
    if any((month, *by_days, *times)):
        maybe("BYSETPOS", signed(6, 3))
    maybe("WKST", two)
    return f"RRULE:{';'.join(parts)}"


event_times = st.one_of(
    st.builds("{:02d}:{:02d}:00".format, st.integers(0, 23), st.integers(0, 59)),
    st.builds("*:{:02d}/{}".format, st.integers(0, 59), st.integers(1, 60)),
    st.builds("{}..{}:0/20:30".format, st.integers(0, 11), st.integers(12, 23)),
    st.just("*:*:0/15"),
)
event_dates = st.builds(
    "*-{}{}".format,
    st.sampled_from(("*", "02", "1..6", "1/3")),
    st.one_of(
        st.integers(1, 31).map("-{}".format),
        st.integers(1, 28).map("~{}".format),
        st.sampled_from(("-*", "-1..7", "-1/9", "~7/1")),
    ),
)
events = st.builds(
    "OnCalendar: {} {} {}".format, st.sampled_from(("", "Mon..Fri", "sat,sun", "Wed")), event_dates, event_times
)


def read(spec: str, zone: str, anchor: datetime) -> Rule | None:
    """The rule, or None if such days do not exist."""
    try:
        return parse(spec, zone, anchor=anchor)
    except BadSpec:
        return None


rules = st.builds(read, st.one_of(specs, lines, recurrences(), events), zones, instants).filter(bool)
