"""Whatever is typed: an exit status of 0, 1 or 2, a sentence if not 0, and never a trace."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stores import empty_store
from tickler.__main__ import main
from tickler.catalog import WHERE

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

PLAIN = ["1", "0", "-1", "x", "", "stay", "12", "stay/12", "daily 02:30", "confirmed", "2025-06-01", "a=b", "name="]
OPTIONS = [
    "--on", "--view", "--object", "--limit", "--zone", "--count", "--from", "--command", "--name", "--deadline",
    "--status", "--preview", "--json", "--at", "--help", "--rev", "--until", "--moment", "--once", "--", "-x",
]  # fmt: skip
ODD = ["9" * 25, "-9223372036854775809", "9223372036854775807", "03/04", "month 13", "\udcff", "é", "湖", "\x1b[2J",
       "every 0 days", "cron: 0 0 31 2 *", "RRULE:FREQ=DAILY", "Mars/Olympus", "../../etc/passwd", "%s", "{0}", "'",
       '"', "0x10", "1e400", "NaN", "0001-01-01", "9999-12-31", "9999-12-31T23:59", "@99999999999", "+99999999999y",
       "=", "x" * 9000]  # fmt: skip
TEXT = st.text(st.characters(blacklist_characters="\0"), max_size=30)
WORD = st.one_of(st.sampled_from(PLAIN), st.sampled_from(OPTIONS), st.sampled_from(ODD), TEXT)
NAMED = st.sampled_from(sorted(WHERE)).map(str.split)
LINE = st.tuples(NAMED, st.lists(WORD, max_size=5)).map(lambda both: [*both[0], *both[1]])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store and a folder of its own, so that `backup x` harms nobody."""
    path = empty_store(tmp_path / "desk.db")
    monkeypatch.setenv("TICKLER_STORE", str(path))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    umask = os.umask(0o077)
    yield path
    os.umask(umask)


def answered(words: list[str]) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(words)
    return status, out.getvalue(), err.getvalue()


def check(words: list[str]) -> None:
    status, out, err = answered(words)
    assert status in (0, 1, 2), words
    assert "a fault in tickler itself" not in err, words
    assert "Traceback" not in out + err, words
    assert not CONTROL.search(out + err), words
    assert err.count("\n") == (1 if status == 2 or (status == 1 and not out) else 0), (words, err)
    assert len(err) < 1000, words


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINE)
def test_any_words_after_a_command(desk: Path, words: list[str]) -> None:
    check(words)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORD, min_size=1, max_size=4))
def test_any_words_at_all(desk: Path, words: list[str]) -> None:
    check(["task", *words])
    check([*words, "no such command"])
