"""Controllers of a person's own: listed without being run, and run in a process of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.controllers import command_of, declared, everyone, own
from engine.operations import schedules
from engine.rules.errors import BadValue
from engine.rules.parameters import Kind, Parameter
from store.enums import RunState
from store.errors import Refused
from tests.engine.engine_stage import Stage, log_of, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]

DOCS = Path(__file__).parents[3] / "docs" / "controllers.md"


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk) as made:
        yield made
    whole(desk)


def put(text: str, name: str = "mine.py") -> Path:
    own.folder().mkdir(parents=True, exist_ok=True)
    file = own.folder() / name
    file.write_text(text)
    return file


def test_example_of_the_documentation_works(stage: Stage, tmp_path: Path) -> None:
    example, _ = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    file = put(example, "folder_report.py")
    found = declared("folder report")
    assert (found.sentence, found.is_idempotent, found.origin) == (
        "Counts the files of a folder and names the largest", True, f"{file}:report",
    )  # fmt: skip
    assert found.parameters == (
        Parameter("folder", Kind.TEXT, "the folder to look at", is_required=True),
        Parameter("largest", Kind.NUMBER, "how many files to name", default=3),
    )
    look_at = tmp_path / "look"
    look_at.mkdir()
    for number in range(1, 6):
        (look_at / f"{number}.txt").write_text("x" * number)
    made = schedules.add(
        ANA, AT, "what lies there", "daily 07:00", controller="folder report",
        params=json.dumps({"folder": str(look_at)}),
    )  # fmt: skip
    run = stage.over(schedules.run_now(ANA, AT, made.name).id)[0]
    assert (run.state, run.result, run.artifacts) == (RunState.SUCCEEDED, {"files": 5, "bytes": 15}, 1)
    assert texts(stage.store, run.id, "log") == ["5.txt: 5 bytes", "4.txt: 4 bytes", "3.txt: 3 bytes"]
    assert rows(stage.store, "SELECT progress, progress_text, idempotent FROM run") == [(100, "5.txt", 1)]
    assert rows(stage.store, "SELECT name, size FROM artifact") == [("sizes.csv", 40)]


def test_files_are_read_and_not_run_when_controllers_are_listed(tmp_path: Path) -> None:
    put(
        f"open({str(tmp_path / 'ran')!r}, 'w')\nwhile True: pass\n"
        "@controller\ndef plain(context): '''Says it.\n\nMore.'''\n"
    )
    (found,) = own.found()
    assert (found.name, found.sentence, found.parameters, found.error) == ("plain", "Says it", (), None)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def broken(:\n", "mine.py: line 1: invalid syntax"),
        ("\0", "mine.py: source code string cannot contain null bytes"),
        ("@controller(name=NAME)\ndef x(c): ...", "mine.py: line 1: controller: name: expected a value that is"),
        ("@controller(nome='x')\ndef x(c): ...", "mine.py: line 1: controller: 'nome' is not known (expected name,"),
        ("@controller(name='')\ndef x(c): ...", None),
        ("@controller(name='a\\nb')\ndef x(c): ...", "mine.py: line 1: name: 'a"),
        ("@controller(params=['a'])\ndef x(c): ...", 'mine.py: line 1: params: expected Param("name", ...)'),
        ("@controller(params=[Param('a b')])\ndef x(c): ...", 'mine.py: line 1: params: expected Param("name", ...)'),
        (
            "@controller(params=[Param('a', 'date')])\ndef x(c): ...",
            "mine.py: line 1: parameter a: type: expected one of text, number,",
        ),
        (
            "@controller(params=[Param('a', 'choice')])\ndef x(c): ...",
            "mine.py: line 1: parameter a: a choice has choices, and nothing else has",
        ),
        (
            "@controller(params=[Param('a', 'number', default='x')])\ndef x(c): ...",
            "mine.py: line 1: parameter a: default: params: a: expected a number, not 'x'",
        ),
    ],
)  # fmt: skip
def test_file_that_is_wrong_is_listed_with_its_error(text: str, error: str | None) -> None:
    put(text)
    put("@controller\ndef good(c): ...", "other.py")
    found = {each.name: each.error for each in own.found()}
    assert found.pop("good") is None
    if error is None:
        assert found == {"x": None}
        return
    assert (found["mine"] or "").startswith(error)
    with pytest.raises(BadValue, match=r"^controller 'mine' cannot be used: mine\.py: "):
        declared("mine")


def test_params_are_checked_against_what_was_declared(stage: Stage) -> None:
    put('@controller("greet", [Param("who", required=True, help="a name")])\ndef greet(c): ...')
    with pytest.raises(Refused, match=r"params: who is missing \(expected a name\)"):
        schedules.add(ANA, AT, "x", "daily 07:00", controller="greet")
    with pytest.raises(Refused, match=r"params: 'whom' is not known to 'greet' \(expected who\)"):
        schedules.add(ANA, AT, "x", "daily 07:00", controller="greet", params='{"who": "x", "whom": 1}')
    with pytest.raises(Refused, match=r"'gret' is no controller; did you mean greet\?"):
        schedules.add(ANA, AT, "x", "daily 07:00", controller="gret")


def test_file_that_was_changed_counts_at_once_and_one_that_is_gone_is_not_registered() -> None:
    file = put("@controller\ndef first(c): ...")
    assert command_of("first", {}).argv
    file.write_text("@controller\ndef another(c): ...")
    assert [each.name for each in own.found()] == ["another"]
    file.unlink()
    with pytest.raises(BadValue, match="controller 'another' is not registered"):
        command_of("another", {})


TALKS = """
from tickler import controller

@controller{mark}
def talk(context):
    \"\"\"Talks.\"\"\"
    context.log.debug("looked at %s", 3)
    context.log.info("done")
"""


@pytest.mark.parametrize(
    ("mark", "params", "kept"),
    [
        ("", {}, [("done", "info")]),
        ("", {"debug": True}, [("looked at 3", "debug"), ("done", "info")]),
        ("(debug=True)", {}, [("looked at 3", "debug"), ("done", "info")]),
        ("(debug=True, warm=True)", {}, [("looked at 3", "debug"), ("done", "info")]),
        ("(debug=True)", {"debug": False}, [("done", "info")]),
    ],
)
def test_debug_lines_are_kept_where_the_mark_or_the_run_says_so(
    stage: Stage, mark: str, params: dict[str, bool], kept: list[tuple[str, str]]
) -> None:
    put(TALKS.replace("{mark}", mark))
    run = stage.over(stage.add("x", controller="talk", params=params))[0]
    assert run.state is RunState.SUCCEEDED
    assert [(each.text, str(each.level)) for each in log_of(stage.store, run.id) if each.stream == "log"] == kept


def test_debug_that_is_a_parameter_of_its_own_stays_its_own(stage: Stage) -> None:
    put(
        "from tickler import Param, controller\n@controller(params=[Param('debug', required=True)])\n"
        "def talk(c):\n c.log.debug('x')\n return c.params['debug']"
    )
    run = stage.over(stage.add("x", controller="talk", params={"debug": "loud"}))[0]
    assert (run.result, [each for each in log_of(stage.store, run.id) if each.stream == "log"]) == ("loud", [])


def test_debug_is_true_or_false() -> None:
    put(TALKS.replace("{mark}", ""))
    with pytest.raises(BadValue, match="params: debug: expected true or false"):
        command_of("talk", {"debug": "yes"})


def test_name_of_ours_cannot_be_taken() -> None:
    put("@controller('shell')\ndef mine(c): ...")
    assert [each.origin for each in everyone() if each.name == "shell"] == ["tickler"]


def test_Z6_unknown_controller_fails_in_words(stage: Stage) -> None:
    run, other = stage.over(stage.add("x", controller="x", params={}), stage.add("true"))
    assert (run.state, run.reason) == (RunState.FAILED, "controller 'x' is not registered")
    assert other.state is RunState.SUCCEEDED


def test_names_of_authors_can_be_imported() -> None:
    import tickler
    from tickler import Cancelled, Context, Param, controller

    of_controllers = {Cancelled.__name__, Context.__name__, Param.__name__, controller.__name__}
    assert of_controllers < set(tickler.__all__)
    assert all(callable(getattr(tickler, name)) for name in tickler.__all__)
    with pytest.raises(AttributeError):
        tickler.nothing  # type: ignore[attr-defined]  # noqa: B018
