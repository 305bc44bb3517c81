"""Lines of tables and keys, also where strings and arrays look like headers."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from engine.rules.toml_lines import Placed, places

TEXT = '''\
title = "x"  # [[team]]

[[team]]
name = "a"
[[team]]  # again
name = """
[[team]] "" \\"
"""
list = [
  ["[[team]]"], # ]
  [2],
]
"odd key" = 1
[[schedule]]
params.command = 'x = ["'
env = { a = 1, b = "]" }
[schedule.more]
name = 3
[[schedule.steps]]
name = 4
[single]
name = 5
[[team]]
literal = \'\'\'
[[team]]\'\' \'\'\'
last = true'''


def test_every_table_and_key_has_its_line() -> None:
    assert tomllib.loads(TEXT)
    found = places(TEXT)
    assert found.arrays == {
        "team": [
            Placed(3, {"name": 4}),
            Placed(5, {"name": 6, "list": 9, "odd key": 13}),
            Placed(23, {"literal": 24, "last": 26}),
        ],
        "schedule": [Placed(14, {"params": 15, "env": 16, "more": 17, "steps": 19, "steps 1": 19})],
    }
    assert found.top == {"title": 1, "single": 21}


def test_what_is_not_found_stands_where_its_table_does() -> None:
    found = places("\n[[team]]\nname = 'a'\nuser = [{ name = 'x' },\n{ name = 'y' }]\n")
    assert found.table("team", 0).of("colour") == 2
    assert places("user = [{ name = 'x' },\n{ name = 'y' }]\n").table("user", 1).of("name") == 1


VALUES = st.one_of(
    st.integers(),
    st.booleans(),
    st.text(max_size=8),
    st.lists(st.text("[]=#\"'\n\\ a", max_size=6), max_size=3),
)


@given(rows=st.lists(st.dictionaries(st.text("ab.= ['\"#", min_size=1, max_size=3), VALUES, max_size=4), max_size=5))
def test_any_written_file_is_found_again(rows: list[dict[str, object]]) -> None:
    import tomli_w

    text = "".join(f"[[t]]\n{tomli_w.dumps(row)}" for row in rows)
    found = places(text).arrays.get("t", [])
    assert len(found) == len(rows)
    lines = text.split("\n")
    for placed, row in zip(found, rows, strict=True):
        assert lines[placed.line - 1] == "[[t]]"
        assert list(placed.keys) == list(row)
        for key in row:
            assert "=" in lines[placed.of(key) - 1]
