"""The viewer of logs: finding, hiding, wrapping, marking, times, attempts, writing to a file; in both backends."""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine import loglines
from engine.requests import request
from engine.rules.loudness import ERROR, INFO
from store import settings
from store.connection import connect
from store.instants import SECOND, to_us
from tests.desk import Desk
from tests.tui.screens.stage import NOW, app_on, picture, press, settle, shown, store_with_stays, type_in, view
from tests.tui.screens.test_pictures import shoot
from tui.app import Desk as App
from tui.log_text import shifted
from tui.screens.logs import Logs

__all__ = ["shoot"]

UGLY = [
    "\x1b[1;32mok\x1b[0m 12 files \x1b[31mand one \x1b[7mred\x1b[0m end",
    "warning: a line of words that is longer than the screen is wide " + "and goes on " * 14 + "to its end",
    "\x1b]0;title\x07\x1b[2Jbell\x07 and \x9b31m, back\x08space, \u202eleft\u202c",
    "wide 漢字かな交じり文 " * 12,
    "tabs\tone\ttwo\t\x1b[33mthree\x1b[0m\tfour",
    "x" * 400,
    "",
    "ERROR: nothing was copied",
]


def written(
    desk: Desk, lines: list[str], *, backend: str = "database", attempts: int = 1, state: str = "succeeded"
) -> int:
    """A run that printed these lines in each attempt, a second apart, ten minutes between attempts."""
    with closing(connect(desk.path)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", backend)
        run = request(connection, to_us(NOW), name="copy", controller="shell", params={"command": "copy"})
        assert run is not None
        seq = 0
        for attempt in range(1, attempts + 1):
            began = to_us(NOW) + attempt * 600 * SECOND
            _ = connection.execute(
                "INSERT INTO attempt (run_id, number, fence, engine_id, state, claimed_at, exit_code)"
                " VALUES (?, ?, ?, 'e', ?, 0, ?)",
                (run, attempt, attempt, "failed" if attempt < attempts else state, 3 if attempt < attempts else 0),
            )
            for line in lines:
                seq += 1
                printed = loglines.Lines(backend)
                printed.print(run, seq, attempt, began + seq * SECOND, "stdout", line)
                printed.write(connection)
        connection.execute(
            "UPDATE run SET log_lines = ?, attempts = ?, state = ?, started_at = ?, finished_at = ? WHERE id = ?",
            (seq, attempts, state, to_us(NOW), None if state == "running" else to_us(NOW) + 60 * SECOND, run),
        )
    return run


def more(desk: Desk, run: int, *lines: str) -> None:
    with closing(connect(desk.path)) as connection:
        for line in lines:
            loglines.append(connection, run, 1, to_us(NOW), line, ERROR if "error" in line else INFO)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return store_with_stays(tmp_path / "desk.db")


@pytest.fixture(params=["database", "file"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def logs(pilot: Pilot[Any]) -> Logs:
    screen = view(pilot)
    assert isinstance(screen, Logs)
    return screen


def here(pilot: Pilot[Any]) -> int:
    return logs(pilot)._here()


async def search(pilot: Pilot[Any], text: str) -> None:
    await press(pilot, "slash")
    await type_in(pilot, text)
    await press(pilot, "enter")


MANY = [f"step {number} of 500" + (" needle" if number % 100 == 50 else "") for number in range(1, 501)]


async def test_search_goes_on_both_ways_and_says_where_it_is(desk: Desk, backend: str) -> None:
    written(desk, MANY, backend=backend)
    async with shown(desk) as pilot:
        await press(pilot, "5", "g")
        await search(pilot, "needle")
        assert here(pilot) == 50
        assert "1 of 5 matches" in picture(pilot)
        await press(pilot, "n", "n")
        assert here(pilot) == 250
        await press(pilot, "N")
        assert (here(pilot), "2 of 5 matches" in picture(pilot)) == (150, True)
        await press(pilot, "G", "N")
        assert here(pilot) == 450


async def test_only_matches_are_shown_and_the_cursor_stays(desk: Desk, backend: str) -> None:
    run = written(desk, MANY, backend=backend, state="running")
    async with shown(desk) as pilot:
        await press(pilot, "5", "g")
        await search(pilot, "needle")
        await press(pilot, "n", "ampersand")
        shown_lines = [line for line in picture(pilot).splitlines() if " of 500" in line]
        assert [line.split()[0] for line in shown_lines] == ["50", "150", "250", "350", "450"]
        assert here(pilot) == 150
        more(desk, run, "another needle", "hay")
        await settle(pilot)
        await logs(pilot).workers.wait_for_complete()
        pilot.app.refresh_data() if hasattr(pilot.app, "refresh_data") else logs(pilot).refresh_data()
        await settle(pilot)
        assert "another needle" in picture(pilot)
        assert "hay" not in picture(pilot)
        await press(pilot, "ampersand")
        assert (here(pilot), "step 149 of" in picture(pilot)) == (150, True)


async def test_levels_show_what_is_loud(desk: Desk, backend: str) -> None:
    written(desk, [*MANY, "warning: low", "ERROR: out", *MANY], backend=backend)
    async with shown(desk) as pilot:
        await press(pilot, "5", "L")
        assert logs(pilot).list.total_lines == 2
        await press(pilot, "L")
        assert (logs(pilot).list.total_lines, "ERROR: out" in picture(pilot)) == (1, True)
        await press(pilot, "L")
        await logs(pilot).workers.wait_for_complete()
        await settle(pilot)
        assert (len(logs(pilot).hits.seqs), "info and above" in picture(pilot)) == (1002, True)
        await press(pilot, "L")
        assert logs(pilot).list.total_lines == 1002


async def test_debug_lines_are_left_out_by_level(desk: Desk, backend: str) -> None:
    written(desk, ["debug: a", "plain", "debug: b", "ERROR: out"], backend=backend)
    async with shown(desk) as pilot:
        await press(pilot, "5", "L", "L", "L")
        await logs(pilot).workers.wait_for_complete()
        await settle(pilot)
        assert list(logs(pilot).hits.seqs) == [2, 4]
        assert "debug: a" not in picture(pilot)
        await press(pilot, "L")
        assert "debug: a" in picture(pilot)


async def test_the_cursor_goes_by_lines_when_they_are_wrapped(desk: Desk) -> None:
    written(desk, UGLY)
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "s", "g")
        seen = [here(pilot)]
        for _ in range(7):
            await press(pilot, "j")
            seen.append(here(pilot))
        assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
        for _ in range(7):
            await press(pilot, "k")
            seen.append(here(pilot))
        assert seen[8:] == [7, 6, 5, 4, 3, 2, 1]
        text = "".join(line[22:79].rstrip() for line in picture(pilot).splitlines())
        assert "and goes on to its end" in text
        await press(pilot, "G", "s")
        assert (here(pilot), logs(pilot).list.total_lines) == (8, 8)


async def test_a_line_longer_than_the_screen_is_scrolled_through(desk: Desk) -> None:
    written(desk, ["first", " ".join(f"word{number}" for number in range(900)), "last"])
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "s", "g", "j")
        seen = ""
        for _ in range(40):
            seen += "".join(line[23:79].rstrip("│ ") for line in picture(pilot).splitlines())
            if here(pilot) == 3:
                break
            await press(pilot, "j")
        assert here(pilot) == 3
        assert "word450" in seen
        assert "word899" in seen


def lines_with(pilot: Pilot[Any], *words: str) -> list[str]:
    return [line for line in picture(pilot).splitlines() if any(word in line for word in words)]


async def test_cut_lines_are_read_sideways_to_their_end_and_back(desk: Desk, backend: str) -> None:
    tail = "".join(f"{number:04}" for number in range(60))
    written(desk, ["short", f"long {tail} end", "漢字" * 60 + "\x1b[31mred\x1b[0m"], backend=backend)
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "g")
        cut = lines_with(pilot, "0000")[0]
        assert cut.rstrip().endswith("…")
        await press(pilot, "h")
        assert logs(pilot).source.shift == 0
        await press(pilot, "l")
        width = logs(pilot).source._text_width()
        step = logs(pilot).source.shift
        assert abs(step - width / 2) <= 1
        (line,) = lines_with(pilot, "0012")
        assert line.split()[2].startswith("‹" + f"long {tail} end"[step + 1 :][:10])
        assert line.rstrip().endswith("…")
        assert f"from column {step + 1}" in picture(pilot)
        for _ in range(30):
            await press(pilot, "right")
        (line,) = lines_with(pilot, "0059 end")
        assert not line.rstrip().endswith("…")
        assert len(line.rstrip()) == 79
        assert lines_with(pilot, "red")
        at_end, painted = logs(pilot).source.shift, picture(pilot)
        await press(pilot, "l")
        assert (logs(pilot).source.shift, picture(pilot)) == (at_end, painted)
        for _ in range(30):
            await press(pilot, "left")
        assert "from column" not in picture(pilot)
        assert lines_with(pilot, "0000")[0] == cut


async def test_sideways_paints_the_list_alone_and_nothing_at_its_ends(desk: Desk) -> None:
    written(desk, ["a line " + "x" * 200, "short"])
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "g")
        for _ in range(9):
            await press(pilot, "l")
        painted = list[str]()
        real = logs(pilot).list.refresh
        logs(pilot).list.refresh = lambda *regions, **more: painted.append(str(regions)) or real(*regions, **more)  # type: ignore[method-assign]
        await press(pilot, "l")
        assert painted == []


async def test_a_match_beyond_the_edge_is_shown(desk: Desk) -> None:
    written(desk, ["x" * 300 + " needle " + "y" * 100, "needle at the start", *["z"] * 5])
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "g")
        await search(pilot, "needle")
        assert lines_with(pilot, "x needle y")
        await press(pilot, "n")
        assert lines_with(pilot, "needle at the start")
        assert logs(pilot).source.shift == 0


async def test_a_short_line_that_is_gone_to_is_not_out_of_sight(desk: Desk) -> None:
    written(desk, ["ERROR: low", *["x" * 200] * 5])
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "G", "k", "l", "E")
        await logs(pilot).workers.wait_for_complete()
        await settle(pilot)
        assert (here(pilot), logs(pilot).source.shift) == (1, 0)
        assert "ERROR: low" in picture(pilot)


async def test_headings_of_attempts_still_fold_when_lines_are_read_sideways(desk: Desk) -> None:
    written(desk, ["first " + "x" * 100, "second"], attempts=2)
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "5", "g", "j", "l")
        assert logs(pilot).source.shift > 0
        await press(pilot, "h", "h", "h")
        assert logs(pilot).list.folded() == {"1"}
        await press(pilot, "l")
        assert logs(pilot).list.folded() == set()


@pytest.mark.parametrize(
    ("pieces", "cells", "left"),
    [
        (["abcdef"], 2, "‹def"), (["ab", "cdef"], 1, "‹cdef"), (["abc"], 9, "‹"), ([""], 3, ""),
        (["漢字漢"], 1, "‹字漢"), (["漢字漢"], 2, "‹ 漢"), (["a漢b"], 0, "‹漢b"), (["e\u0301x"], 0, "‹x"),
    ],
)  # fmt: skip
def test_shifted_text_keeps_its_columns(pieces: list[str], cells: int, left: str) -> None:
    assert "".join(text for text, _ in shifted([(piece, None) for piece in pieces], cells, "‹")) == left


async def test_marks_are_gone_to_and_survive_wrapping(desk: Desk) -> None:
    written(desk, MANY)
    async with shown(desk) as pilot:
        await press(pilot, "5", "g", "space", "j", "j", "space", "G", "quotation_mark")
        assert here(pilot) == 4
        await press(pilot, "s", "quotation_mark")
        assert here(pilot) == 1
        await press(pilot, "apostrophe")
        assert here(pilot) == 4
        await press(pilot, "apostrophe")
        assert here(pilot) == 4


async def test_another_run_has_its_own_marks_and_search(desk: Desk) -> None:
    first = written(desk, MANY)
    written(desk, MANY)
    async with shown(desk) as pilot:
        await press(pilot, "5", "g", "space")
        await search(pilot, "needle")
        await press(pilot, "ampersand")
        logs(pilot).desk.log_of = first
        await press(pilot, "4", "5")
        assert logs(pilot).run_id == first
        assert logs(pilot).list.marked == frozenset()
        assert logs(pilot).list.total_lines == 500
        assert "match" not in picture(pilot).splitlines()[1]


async def test_a_time_is_gone_to(desk: Desk, backend: str) -> None:
    written(desk, MANY, backend=backend)
    async with shown(desk) as pilot:
        await press(pilot, "5", "g", "T")
        await type_in(pilot, "09:42")
        await press(pilot, "enter")
        assert here(pilot) == 120
        await press(pilot, "T")
        await type_in(pilot, "-1m")
        await press(pilot, "enter")
        assert here(pilot) == 60
        await press(pilot, "T")
        await type_in(pilot, "soon")
        await press(pilot, "enter")
        assert "Go to a time" in picture(pilot)


async def test_attempts_have_headings_and_what_is_sought_goes_across(desk: Desk, backend: str) -> None:
    written(desk, ["start", "needle", "end"], backend=backend, attempts=3)
    async with shown(desk) as pilot:
        await press(pilot, "5", "g")
        text = picture(pilot)
        assert [f"attempt {number}" in text for number in (1, 2, 3)] == [True, True, True]
        assert "failed · exit 3 · 3 lines" in text
        await search(pilot, "needle")
        assert here(pilot) == 2
        await press(pilot, "n", "n")
        assert here(pilot) == 8
        await press(pilot, "ampersand")
        assert "1 line" in picture(pilot)
        await press(pilot, "ampersand", "h")
        assert "start" in picture(pilot)


async def test_an_attempt_that_begins_while_one_looks_gets_its_heading(desk: Desk) -> None:
    run = written(desk, ["start", "end"], state="running")
    async with shown(desk) as pilot:
        await press(pilot, "5")
        assert "attempt 1" not in picture(pilot)
        with closing(connect(desk.path)) as connection:
            connection.execute("UPDATE run SET attempts = 2 WHERE id = ?", (run,))
            loglines.append(connection, run, 2, to_us(NOW), "second start")
        logs(pilot).refresh_data()
        await settle(pilot)
        assert "attempt 2" in picture(pilot)
        assert here(pilot) == 3


async def test_new_lines_are_followed(desk: Desk, backend: str) -> None:
    run = written(desk, MANY, backend=backend, state="running")
    async with shown(desk) as pilot:
        await press(pilot, "5")
        more(desk, run, "one more", "and the last")
        logs(pilot).refresh_data()
        await settle(pilot)
        assert (here(pilot), "and the last" in picture(pilot)) == (502, True)
        await press(pilot, "k", "k")
        more(desk, run, "unseen")
        logs(pilot).refresh_data()
        await settle(pilot)
        assert (here(pilot), "t follows" in picture(pilot)) == (500, True)


async def test_only_an_open_run_that_is_followed_is_looked_at_all_the_time(desk: Desk) -> None:
    """A desk that shows what is over, or a place in the middle of a log, wakes no more often than any other."""
    run = written(desk, MANY, state="running")
    async with shown(desk) as pilot:
        await press(pilot, "5")
        assert logs(pilot)._live._active.is_set()
        more(desk, run, "a new line")
        while "a new line" not in picture(pilot):
            await pilot.pause(0.01)
        await press(pilot, "k")
        assert not logs(pilot)._live._active.is_set()
    written(desk, MANY)
    async with shown(desk) as pilot:
        await press(pilot, "5")
        assert not logs(pilot)._live._active.is_set()


async def test_a_log_is_written_to_a_file_and_nothing_is_overwritten_without_a_word(
    desk: Desk, backend: str, tmp_path: Path
) -> None:
    written(desk, UGLY, backend=backend)
    target = tmp_path / "out.log"
    async with shown(desk) as pilot:
        await press(pilot, "5", "greater_than_sign", "ctrl+u")
        await type_in(pilot, str(target))
        await press(pilot, "enter")
        assert "8 lines written to" in str([toast.message for toast in pilot.app._notifications])
        written_lines = target.read_text().splitlines()
        assert len(written_lines) == 8
        assert "\x1b" not in target.read_text()
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        target.write_text("mine")
        await press(pilot, "greater_than_sign", "ctrl+u")
        await type_in(pilot, str(target))
        await press(pilot, "enter")
        assert "exists" in picture(pilot)
        assert target.read_text() == "mine"
        await press(pilot, "tab", "right", "enter")
        assert target.read_text().splitlines() == written_lines


async def test_a_file_that_is_gone_is_said(desk: Desk) -> None:
    written(desk, MANY, backend="file")
    next(Path(f"{desk.path}.files").rglob("*.log")).unlink()
    async with shown(desk) as pilot:
        await press(pilot, "5")
        assert "lines 1 to 500 are missing" in picture(pilot)


def _opened(desk: Desk) -> App:
    return app_on(desk)


def test_picture_of_ugly_lines_wrapped(desk: Desk, shoot: Any) -> None:
    """Colours of jobs, controls made visible, wide letters, a long line over several rows."""
    written(desk, UGLY)
    assert shoot(_opened(desk), (80, 24), ("5", "s", "g", "j", "space"))


def test_picture_of_ugly_lines_read_sideways(desk: Desk, shoot: Any) -> None:
    """Cut at both edges, marked there; columns keep their place."""
    written(desk, UGLY)
    assert shoot(_opened(desk), (80, 24), ("5", "g", "l"))


def test_picture_of_a_search_that_hides_the_rest(desk: Desk, shoot: Any) -> None:
    """Two attempts, only what matches."""
    written(desk, [*UGLY, "end of the copy", "the end"], attempts=2)
    assert shoot(_opened(desk), (100, 30), ("5", "g", "slash", "e", "n", "d", "enter", "ampersand", "j"))
