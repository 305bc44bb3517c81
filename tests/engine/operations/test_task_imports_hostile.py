"""A hundred files that nobody should trust: each is taken whole or refused, with line and reason, and quickly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.operations import task_imports
from engine.operations.task_imports import Imported
from store.errors import Refused
from tests.engine.stage import ANA, AT, contents, desk

__all__ = ["desk"]

IMPORTS = {
    "ics": task_imports.import_ics,
    "taskwarrior": task_imports.import_taskwarrior,
    "todotxt": task_imports.import_todotxt,
    "csv": task_imports.import_tasks,
}
FINE = "fine"
"""What stands for a file that is taken."""


def ics(*lines: str, kind: str = "VTODO", head: str = "") -> bytes:
    body = "\r\n".join(["BEGIN:VCALENDAR", *filter(None, [head]), f"BEGIN:{kind}", *lines, f"END:{kind}"])
    return f"{body}\r\nEND:VCALENDAR\r\n".encode()


def ruled(rule: str, *more: str, start: str = "DTSTART:20250602T090000") -> bytes:
    return ics("UID:r", "SUMMARY:r", start, f"RRULE:{rule}", *more)


def warrior(**fields: object) -> bytes:
    return json.dumps([{"uuid": "u", "description": "d", "status": "pending", **fields}]).encode()


ZONE = "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\n{}\r\nEND:STANDARD\r\nEND:VTIMEZONE"

DATES = ",".join(
    f"{year}{month:02}{day:02}T090000" for year in (2025, 2026) for month in range(1, 13) for day in range(1, 28)
)

ICS = {
    "empty": (b"", "line 1: expected BEGIN:VCALENDAR"),
    "blank lines": (b"\r\n\r\n", "line 1: expected BEGIN:VCALENDAR"),
    "no calendar": (b"BEGIN:VTODO\r\nEND:VTODO\r\n", "line 1: expected BEGIN:VCALENDAR"),
    "html": (b"<html>\n", "line 1: '<html>' is no line of an .ics file"),
    "nothing in it": (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "neither a task"),
    "cut off": (ics("SUMMARY:a")[:-20], "line"),
    "cut in a task": (b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:a\r\n", "line 2: BEGIN:VTODO has no END"),
    "crossed": (b"BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VCALENDAR\n", "line 3: END:VCALENDAR where END:VTODO"),
    "ends twice": (ics("SUMMARY:a") + b"END:VCALENDAR\r\n", "line 6: expected BEGIN:VCALENDAR"),
    "latin-1": (ics("SUMMARY:caf\xe9").decode().encode("latin-1"), "line 3: byte 0xe9 is not UTF-8"),
    "utf-16": (ics("SUMMARY:a").decode().encode("utf-16"), "line 1: this is UTF-16"),
    "mark": (b"\xef\xbb\xbf" + ics("SUMMARY:a"), FINE),
    "nul": (ics("SUMMARY:a\0b"), "line 3: a NUL byte"),
    "cr alone": (ics("SUMMARY:a").replace(b"\r\n", b"\r"), FINE),
    "lf alone": (ics("SUMMARY:a").replace(b"\r\n", b"\n"), FINE),
    "long line": (ics("SUMMARY:" + "a" * 1_000_000), "line 3: a line of over 1,000,000 characters"),
    "long folded": (ics("SUMMARY:a" + "\r\n a" * 500_000), "line 3: a line of over"),
    "long name": (ics("SUMMARY:" + "a" * 5000), FINE),
    "no name": (ics("UID:x"), FINE),
    "control characters": (ics("SUMMARY:a\x1b[31m\x07b"), FINE),
    "nested": (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VTODO\r\n" * 10_000, "line 9: nested too deep"),
    "no colon": (ics("SUMMARY"), "line 3: 'SUMMARY' is no line"),
    "open quote": (ics('SUMMARY;X="abc:def'), "line 3"),
    "many parameters": (ics("SUMMARY" + ";A=b" * 100_000 + ":a"), FINE),
    "same uid": (ics("UID:a", "SUMMARY:a", "END:VTODO", "BEGIN:VTODO", "UID:a", "SUMMARY:b"), "line 6: UID a is there"),
    "two dues": (ics("DUE:20250601T000000Z", "DUE:20250602T000000Z"), "line 2: DUE is there twice"),
    "no day": (ics("SUMMARY:a", "DUE:soon"), "line 2: DUE: 'SOON' is no day or time"),
    "30 february": (ics("DUE;VALUE=DATE:20250230"), "line 2: DUE: '20250230' is no day"),
    "year 9999": (ics("DUE;VALUE=DATE:99991231"), "line 2: DUE: the year 9999 is out of range"),
    "year 1": (ics("DUE:00010101T000000Z"), "line 2: DUE: the year 0001 is out of range"),
    "year 0": (ics("DUE:00000101"), "line 2: DUE"),
    "hour 25": (ics("DUE:20250601T250000"), "line 2: DUE: '20250601T250000' is no day or time"),
    "leap second": (ics("DUE:20250630T235960Z"), FINE),
    "floating": (ics("DUE:20250601T120000"), FINE),
    "unknown zone": (ics("DUE;TZID=Mars/Olympus:20250601T120000"), FINE),
    "zone is a path": (ics("DUE;TZID=../../etc/passwd:20250601T120000"), FINE),
    "broken zone": (ics("DUE;TZID=Odd:20250601T120000", head=ZONE.format("DTSTART:x")), FINE),
    "zone that explodes": (
        ics("DUE;TZID=Odd:20250601T120000",
            head=ZONE.format("DTSTART:16010101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200"
                             "\r\nRRULE:FREQ=SECONDLY")),
        FINE,
    ),
    "ends before": (ics("DTSTART:20250602", "DUE:20250601"), "line 2: DUE: it ends before it begins"),
    "duration back": (ics("DTSTART:20250602", "DURATION:-P1D"), "line 2: DURATION"),
    "duration beyond": (ics("DTSTART:20250602", "DURATION:P99999W"), "line 2: DURATION"),
    "no duration": (ics("DTSTART:20250602", "DURATION:P"), "line 2: DURATION: 'P' is no length"),
    "priority x": (ics("PRIORITY:x"), "line 2: PRIORITY: 'x' is none"),
    "priority 10": (ics("PRIORITY:10"), "line 2: PRIORITY: '10' is none"),
    "strange status": (ics("STATUS:EXPLODED"), FINE),
    "event without start": (ics("SUMMARY:a", kind="VEVENT"), "line 2: DTSTART is missing"),
    "count 0": (ruled("FREQ=DAILY;COUNT=0"), "line 2: RRULE: COUNT"),
    "0MO": (ruled("FREQ=MONTHLY;BYDAY=0MO"), "line 2: RRULE: BYDAY"),
    "never": (ruled("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "line 2"),
    "every second": (ruled("FREQ=SECONDLY"), "line 2: "),
    "all minutes": (ruled("FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=" + ",".join(map(str, range(60)))), "line 2: spec: 180"),
    "count of a million": (ruled("FREQ=YEARLY;COUNT=1000000"), FINE),
    "count too large": (ruled("FREQ=DAILY;COUNT=99999999999999999999"), "line 2: "),
    "step 0": (ruled("FREQ=DAILY;INTERVAL=0"), "line 2: RRULE: INTERVAL"),
    "strange freq": (ruled("FREQ=FORTNIGHTLY"), "line 2: RRULE: FREQ"),
    "no freq": (ruled("BYDAY=MO"), "line 2: "),
    "empty rule": (ruled(""), "line 2: "),
    "two rules": (ruled("FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "line 2: RRULE is there twice"),
    "exrule": (ruled("FREQ=DAILY", "EXRULE:FREQ=WEEKLY"), "line 2: EXRULE"),
    "rule without start": (ics("RRULE:FREQ=DAILY"), "line 2: RRULE: a rule needs a DTSTART"),
    "until before": (ruled("FREQ=DAILY;UNTIL=19990101T000000Z"), "line 2: "),
    "until 9999": (ruled("FREQ=DAILY;UNTIL=99991231T235959Z"), FINE),
    "leap day": (ruled("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"), FINE),
    "31st": (ruled("FREQ=MONTHLY;BYMONTHDAY=31"), FINE),
    "10000 exdates": (
        ruled("FREQ=DAILY", "EXDATE:" + ",".join(["20250603T090000"] * 10_000)), FINE),
    "1000 different exdates": (
        ruled("FREQ=DAILY", f"EXDATE:{DATES}"), "line 2: RRULE: with its dates it is longer"),
    "period": (ruled("FREQ=DAILY", "RDATE;VALUE=PERIOD:20250101T000000Z/P1D"), "line 2: RDATE"),
    "stands for nothing": (ics("UID:z", "RECURRENCE-ID:20250601T090000", "SUMMARY:a"), FINE),
    "label of commas": (ics("CATEGORIES:,,,\\,,"), FINE),
    "backslashes": (ics("SUMMARY:" + "\\" * 9_999), FINE),
    "formula": (ics("SUMMARY:=cmd|'/C calc'!A0"), FINE),
}  # fmt: skip
WARRIOR = {
    "empty": (b"", "line 1: there is no task in it"),
    "no json": (b"hello", "line 1: 'hello' where a task"),
    "a number": (b"[1]", "line 1: '1]' where a task"),
    "cut off": (warrior()[:-5], "line 1: no JSON"),
    "not closed": (warrior()[:-1], "line 1: the array is not closed"),
    "text after": (warrior() + b"x", "line 1: text after it"),
    "nan": (b'[{"uuid": "u", "description": "d", "urgency": NaN}]', "line 1: no JSON: NaN is no number"),
    "infinity": (b'{"uuid": "u", "description": "d", "urgency": -Infinity}', "line 1: no JSON: -Infinity"),
    "huge number": (b'{"uuid": "u", "description": "d", "urgency": 1' + b"0" * 5000 + b"}", "line 1"),
    "nested lists": (b'{"a": ' + b"[" * 10_000 + b"}", "line 1: nested too deep"),
    "nested objects": (b'{"a": ' * 10_000, "line 1: nested too deep"),
    "surrogate": (b'\n\n{"uuid": "u", "description": "\\ud800"}', "line 3: half a character"),
    "pair": (b'{"uuid": "u", "description": "\\ud83d\\ude00"}', FINE),
    "key twice": (b'{"uuid": "u", "uuid": "v"}', "line 1: no JSON: the key 'uuid' is there twice"),
    "uuid twice": (warrior()[:-1] + b"," + warrior()[1:], "line 1: uuid u is there twice"),
    "latin-1": (warrior(description="x").replace(b"x", b"\xe9"), "line 1: byte 0xe9 is not UTF-8"),
    "text is a number": (warrior(description=5), "line 1: description: expected a text, not 5"),
    "tags are a number": (warrior(tags=5), "line 1: tags: expected a list"),
    "tags of tags": (warrior(tags=[["a"]]), "line 1: tags"),
    "annotations": (warrior(annotations="x"), "line 1: annotations"),
    "due is a word": (warrior(due="tomorrow"), "line 1: due: 'tomorrow' is no time"),
    "due in 9999": (warrior(due="99991231T235959Z"), "line 1: due: the year 9999"),
    "due in 1": (warrior(due="00010101T000000Z"), "line 1: due: the year 0001"),
    "30 february": (warrior(due="20250230T000000Z"), "line 1: due"),
    "strange status": (warrior(status="odd"), "line 1: status: 'odd' is none"),
    "strange priority": (warrior(priority="X"), "line 1: priority"),
    "hourly": (warrior(status="recurring", due="20250601T000000Z", recur="1h"), "line 1: recur: '1h' is no step"),
    "recur 0": (warrior(status="recurring", due="20250601T000000Z", recur="0d"), "line 1: recur"),
    "recur without due": (warrior(status="recurring", recur="weekly"), "line 1: recur"),
    "orphan": (warrior(parent="gone", imask=1, due="20250601T000000Z"), FINE),
    "escape sequences": (warrior(description="a\u001b[2Jb\u0000c"), FINE),
    "many fields": (warrior(**{f"uda{n}": n for n in range(5000)}), FINE),
    "line by line": (b'{"uuid":"a","description":"a"}\r\n{"uuid":"b","description":"b"}\r\n', FINE),
}
TODO = {
    "empty": (b"", "line 1: there is no task in it"),
    "nul": (b"a\nb\0\n", "line 2: a NUL byte"),
    "latin-1": (b"caf\xe9", "line 1: byte 0xe9"),
    "mark": (b"\xef\xbb\xbf(A) a\r\n", FINE),
    "long line": (b"a" * 1_000_001, "line 1: a line of over"),
    "ambiguous": (b"a due:03/04\n", "line 1: due: "),
    "ambiguous with a year": (b"a due:03/04/2025\n", "line 1: due: "),
    "30 february": (b"a\nb due:2025-02-30\n", "line 2: due: "),
    "year 9999": (b"a due:9999-12-31\n", "line 1: due: 9999-12-31 is out of range"),
    "step 0": (b"a rec:0d\n", "line 1: rec: '0d' is no step"),
    "business days": (b"a rec:3b\n", "line 1: rec: steps of business days"),
    "strange step": (b"a rec:often\n", "line 1: rec: 'often' is no step"),
    "only marks": (b"x\n(A)\n+\n@\n", FINE),
    "only tokens": (b"+a @b due:2025-06-01\n", FINE),
    "same uuid": (b"a uuid:1\nb uuid:1\n", FINE),
    "cr alone": (b"a\rb\r", FINE),
    "long name": (b"a" * 3000, FINE),
}
CSV = {
    "empty": (b"", "line 1: the file has no header"),
    "header alone": (b"name\n", "line 1: there is a header and no rows"),
    "no names": (b"a,b\n1,2\n", "line 1: no column holds the names"),
    "column twice": (b"name,name\na,b\n", "line 1"),
    "mixed delimiters": (b"name,due;list\na,b\n", "line 1: the header separates its columns by"),
    "other delimiter below": (b"name,due,list\na;b;c\n", "line 2: 1 column where the header has 3"),
    "ragged": (b"name,due\na\n", "line 2: 1 column where the header has 2"),
    "200 columns": (b"name\n" + b"a" + b"," * 199 + b"\n", "line 2: 200 columns"),
    "2000 columns": (b",".join(b"c%d" % n for n in range(2000)), "line 1: 2000 columns are too many"),
    "open quote": (b'name\n"a\nb\n', "line 2"),
    "latin-1": (b"name\ncaf\xe9\n", "line 2"),
    "utf-16": ("name\na\n".encode("utf-16"), "line 1: this is UTF-16"),
    "nul": (b"name\na\0b\n", "line 2: a NUL byte"),
    "zip": (b"PK\x03\x04abc", "this is a spreadsheet"),
    "ambiguous": (b"name,due\na,03/04/2025\n", "line 2: deadline_date: "),
    "year 9999": (b"name,due\na,9999-12-31\n", "line 2: deadline_date: 9999-12-31 is out of range"),
    "perhaps": (b"name,done\na,perhaps\n", "line 2: done: 'perhaps' is neither yes nor no"),
    "priority": (b"name,priority\na,7\n", "line 2: priority"),
    "time alone": (b"name,time\na,14:00\n", "line 2: deadline_time"),
    "uid twice": (b"uid,name\n1,a\n1,b\n", "line 3: uid 1 is there twice, on line 2 too"),
    "formulas": (b"name,notes\n=1+1,@SUM(A1)\n'=x,-5\n", FINE),
    "cr alone": (b"name\ra\rb\r", FINE),
    "mark": (b"\xef\xbb\xbfname\na\n", FINE),
    "semicolons": (b"name;due\na;2025-06-01\n", FINE),
}


def table() -> Iterator[object]:
    for form, files in (("ics", ICS), ("taskwarrior", WARRIOR), ("todotxt", TODO), ("csv", CSV)):
        for name, (data, outcome) in files.items():
            yield pytest.param(form, data, outcome, id=f"{form}-{name.replace(' ', '-')}")


def take(folder: Path, form: str, data: bytes, **given: bool) -> Imported:
    file = folder / "a.file"
    file.write_bytes(data)
    found = IMPORTS[form](ANA, AT, str(file), **given)  # type: ignore[operator]  # one of four operations
    assert isinstance(found, Imported)
    return found


def test_the_table_has_a_hundred_files() -> None:
    assert len(list(table())) >= 100


@pytest.mark.parametrize(("form", "data", "outcome"), table())
def test_each_file_is_taken_whole_or_refused(desk: Path, tmp_path: Path, form: str, data: bytes, outcome: str) -> None:
    before, began = contents(desk), time.perf_counter()
    if outcome == FINE:
        report = take(tmp_path, form, data)
        assert report.made > 0
        assert report.refused == 0
        again = take(tmp_path, form, data)
        assert (again.made, again.changed, again.unchanged) == (0, 0, report.made)
    else:
        with pytest.raises(Refused) as refused:
            take(tmp_path, form, data)
        assert outcome in str(refused.value)
        assert str(refused.value).startswith("a.file")
        assert contents(desk) == before
    assert time.perf_counter() - began < 5  # a second and a half at most, were the machine idle


def test_several_faults_are_told_at_once_and_the_rest_can_be_taken(desk: Path, tmp_path: Path) -> None:
    data = b"name,due\nfine,2025-06-01\nbad,03/04/2025\nworse,2025-02-30\n"
    with pytest.raises(Refused) as refused:
        take(tmp_path, "csv", data)
    lines = str(refused.value).splitlines()
    assert lines[0] == "a.file cannot be imported, 2 things are wrong; nothing was imported."
    assert [line.partition(":")[0] for line in lines[1:3]] == ["line 3", "line 4"]
    report = take(tmp_path, "csv", data, partial=True)
    assert (report.made, report.refused) == (1, 2)


def test_a_file_that_is_too_large_is_refused(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is too large"):
        take(tmp_path, "todotxt", b"a\n" * 15_000_001)
