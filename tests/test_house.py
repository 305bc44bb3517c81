"""The rules of the house: who may import whom, what a quick command loads, and traps that a grep can find."""

from __future__ import annotations

import ast
import functools
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.operations.registry import NAMED
from tests.stores import empty_store
from tickler.catalog import ALSO_BY_PLACE, DOORS, MODULES, WHERE
from tickler.signature import words_of

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "tickler": {"tui", "engine", "store"},
    "tui": {"engine", "store", "themes"},
    "engine": {"store"},
    "store": set(),
    "themes": set(),
}
THREADS = ("engine.thread", "engine.loop", "engine.engine", "engine.daemon", "engine.workers", "engine.supervisor")
"""What makes the engine run; operations happen without it."""
VALUES = frozenset({"engine.supervisor.events"})
"""What is said there of runs, as values: a forecast takes runs in hand, on its copy, and starts none."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: what it names, where, and whether it waits inside a function."""

    module: str
    line: int
    is_lazy: bool


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Every module of the packages, by its dotted name."""
    found = {}
    for package in MAY_IMPORT:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return found


@functools.cache
def imports() -> dict[str, tuple[Import, ...]]:
    return {name: tuple(imports_of(name, tree)) for name, tree in trees().items()}


def imports_of(name: str, tree: ast.Module) -> Iterator[Import]:
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, id(node) in lazy)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(name.split(".")[: -node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield Import(inner if inner in trees() else module, node.lineno, id(node) in lazy)


def is_in(module: str, *places: str) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def test_imports_run_one_way() -> None:
    wrong = [
        f"{name}:{each.line} imports {each.module}"
        for name, found in imports().items()
        for each in found
        if (top := each.module.split(".")[0]) in MAY_IMPORT
        and top != name.split(".")[0]
        and top not in MAY_IMPORT[name.split(".")[0]]
    ]
    assert wrong == []


def test_rules_know_only_rules_and_the_words_of_the_store() -> None:
    wrong = [
        f"{name}:{each.line} imports {each.module}"
        for name, found in imports().items()
        if is_in(name, "engine.rules")
        for each in found
        if is_in(each.module, *MAY_IMPORT) and not is_in(each.module, "engine.rules", "store.enums", "store.frozen")
    ]
    assert wrong == []


def test_operations_and_queries_do_without_the_thread() -> None:
    reached = reachable([name for name in imports() if is_in(name, "engine.operations", "engine.queries")])
    assert sorted(name for name in reached if is_in(name, *THREADS) and name not in VALUES) == []


def test_only_the_tui_imports_textual() -> None:
    wrong = [
        f"{name}:{each.line}"
        for name, found in imports().items()
        if not is_in(name, "tui")
        for each in found
        if is_in(each.module, "textual")
    ]
    assert wrong == []


def test_only_measuring_of_cells_takes_anything_else_from_the_screen_library() -> None:
    allowed = {"tui", "tickler.plain"}  # `rich.cells`: how wide a character is
    wrong = [
        f"{name}:{each.line}"
        for name, found in imports().items()
        for each in found
        if is_in(each.module, "rich") and not is_in(name, *allowed)
    ]
    assert wrong == []


def test_there_is_no_import_for_type_checkers_alone() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if "TYPE_CHECKING" in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    ]
    assert wrong == []


def test_there_is_no_cycle_not_even_of_imports_that_wait_in_functions() -> None:
    graph = {
        name: {each.module for each in found if each.module in trees()} - {name} for name, found in imports().items()
    }
    assert cycles(graph) == []


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other (Tarjan)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        path.append(name)
        for other in sorted(graph[name]):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in path:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            group = path[path.index(name) :]
            del path[path.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return found


def reachable(names: list[str]) -> set[str]:
    seen, queue = set(names), list(names)
    while queue:
        for each in imports()[queue.pop()]:
            if each.module in trees() and each.module not in seen:
                seen.add(each.module)
                queue.append(each.module)
    return seen


LOADED = """
import sys
from tickler.__main__ import main
status = main(sys.argv[1:])
heavy = "textual rich peewee argparse dateutil schedule".split()
sys.stderr.write(" ".join([str(status), *(name for name in heavy if name in sys.modules)]))
"""


def loaded(store: Path, *words: str) -> list[str]:
    """The exit status, and which of the heavy libraries the command loaded."""
    environment = {**os.environ, "TICKLER_STORE": str(store), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], env=environment, capture_output=True, text=True, check=True
    )
    return done.stderr.split()


def test_quick_commands_load_neither_textual_nor_peewee(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "desk.db")
    assert loaded(store, "task", "add", "Call the parents") == ["0", "peewee"]
    assert loaded(store, "task", "list") == ["0"]
    assert loaded(store, "task", "list", "--json") == ["0"]
    assert loaded(store, "schedule", "list") == ["0"]
    assert loaded(store, "run", "list") == ["0"]
    assert loaded(store, "keys") == ["0"]


def test_help_loads_no_textual(tmp_path: Path) -> None:
    assert "textual" not in loaded(tmp_path / "desk.db", "help")
    assert not (tmp_path / "desk.db").exists()


@functools.cache
def registered() -> frozenset[str]:
    for module in MODULES:
        importlib.import_module(module)
    return frozenset(NAMED)


def test_the_catalog_names_what_the_modules_register() -> None:
    assert registered() == set(WHERE)
    assert {name: NAMED[name].inner.__module__ for name in WHERE} == WHERE
    assert not {name.split()[0] for name in WHERE} & {*DOORS, "help"}


def test_every_module_that_registers_is_in_the_catalog() -> None:
    decorated = {
        name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") in ("operation", "query")
    }
    assert decorated == set(MODULES)


@pytest.mark.parametrize("name", sorted(WHERE))
def test_every_parameter_of_an_operation_is_explained(name: str) -> None:
    assert name in registered()
    words = words_of(NAMED[name])
    assert [word.name for word in words if not word.help] == []
    taken = {"--store", "--json", "--at", "--help"} & {word.flag for word in words}
    assert not taken, "an option that every command takes cannot mean something else in one"
    assert set(ALSO_BY_PLACE.get(name, ())) <= {word.name for word in words}
    title = NAMED[name].title
    assert title
    assert title[0].isupper()
    assert not title.endswith(".")


def uses(pattern: str, *places: str) -> set[str]:
    """The modules in which a line of code matches; words in strings and comments count too."""
    found = set()
    for package in places or tuple(MAY_IMPORT):
        for file in (ROOT / package).rglob("*.py"):
            if re.search(pattern, file.read_text(encoding="utf-8")):
                parts = file.relative_to(ROOT).with_suffix("").parts
                found.add(".".join(part for part in parts if part != "__init__"))
    return found


CLOCKS = {
    "engine.clock": "the clock itself",
    "tickler.commands": "the door: what counts as now for a command",
    "tickler.doors": "the door: what counts as now for the demo",
    "tui.app": "the door: the desk's clock, which tests replace",
    "store.opening": "the birth of a store, before anybody could say when",
    "engine.supervisor.ending": "another process: when a child ended",
    "engine.supervisor.pipes": "another process: when a line was read",
    "engine.supervisor.process": "another process: when a child started",
    "engine.supervisor.warm": "another process: when a run of a worker began and ended",
}


def test_only_clocks_and_doors_ask_what_time_it_is() -> None:
    assert uses(r"datetime\.(now|today|utcnow)\(|date\.today\(|time\.time(_ns)?\(|localtime\(") <= set(CLOCKS)
    assert uses(r"(?i)datetime\('now'|current_timestamp|strftime\('%s', *'now'") == set()


def test_nothing_sleeps_but_the_last_act_of_the_supervisor() -> None:
    assert uses(r"\btime\.sleep\(|\basyncio\.sleep\(") <= {"engine.supervisor.family"}


ZONES = {
    "engine.rules.zones": "the wrapper that turns four exceptions into one sentence",
    "engine.operations.registry": "the store's own zone, checked when it was set",
    "engine.outlook": "the store's own zone, checked when it was set",
    "engine.queries.desk": "zones of schedules, checked when they were saved",
    "store.instants": "zones from the store, checked when they were saved",
    "store.reads.pulse": "the store's own zone, checked when it was set",
    "store.reads.workflow_waits": "the store's own zone, checked when it was set",
}


def test_zones_and_rules_of_others_are_reached_through_their_wrappers() -> None:
    assert uses(r"\bZoneInfo\(") <= set(ZONES)
    assert uses(r"\brrulestr\b|\bCronSim\(") <= {"engine.rules.when.cron"}
    assert uses(r"\bfrom oncalendar import\b|\bBaseIterator\(") <= {"engine.rules.when.oncalendar"}


NEVER = {
    r"\.save\(\)|\.save\(force": "peewee's save() writes every column: another person's edit would be lost",
    r"shell *= *True": "text would become shell source",
    r"(?<![\w.])(eval|exec)\(": "text would become Python",
    r"getpass": "it believes LOGNAME; identity is the uid",
    r"preexec_fn|PDEATHSIG|set_pdeathsig": "unsafe with threads; fires when a thread ends",
    r"\bmultiprocessing\b|os\.fork\(": "a fork copies open connections and locks",
    r"SKIP LOCKED": "claims more rows than asked, unless written in two known ways",
    r"\bpickle\b|\bshelve\b": "data would become code",
    r"os\.system\(|os\.popen\(": "text would become shell source",
    r"except( Exception| BaseException)?:\s*\n\s+pass": "a fault would vanish",
}


EXCEPT = {"text would become Python": {"store.frozen"}}
"""Its text is the names of fields of our own classes, as in the standard library's dataclasses."""


@pytest.mark.parametrize(("pattern", "why"), NEVER.items(), ids=list(NEVER.values()))
def test_never(pattern: str, why: str) -> None:
    assert uses(pattern) == EXCEPT.get(why, set()), why


def test_nothing_waits_inside_a_transaction_for_another_task() -> None:
    """Coroutines of one thread share its connection: one would roll back what the other wrote."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        if not is_in(name, "tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncWith | ast.AsyncFor)
    ]
    assert wrong == []


def test_every_thread_says_whether_it_keeps_the_process_alive() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Thread"
        and "daemon" not in {word.arg for word in node.keywords}
    ]
    assert wrong == []


RAW_NAMES = {
    "tui.title_words": "shows both, side by side",
    "tui.details": "looks whether there is anything to show beside the title",
    "tui.screens.recur_dialogs": "the form in which the name is edited",
    "tui.calendar_cells": "tasks of a day, whose name is the title",
    "tui.screens.calendar_agenda": "tasks of a day, whose name is the title",
}


def test_screens_and_commands_show_the_titles_of_tasks_and_not_their_names() -> None:
    """A name may hold `%%this.date.month%%`, which nobody wants to read."""
    assert uses(r"\b(task|tasks\[0\])\.name\b", "tui", "tickler") <= set(RAW_NAMES)


def test_runs_are_not_deleted() -> None:
    """A run that is newer than the cursor of its schedule would let an instant fire again."""
    assert uses(r"DELETE FROM run\b") == {"engine.forgetting"}  # which looks at the cursor


SPAWNERS = {
    "engine.supervisor.client": "starts the supervisor",
    "engine.supervisor.start": "starts the supervisor",
    "engine.supervisor.child": "starts the jobs",
    "engine.supervisor.process": "starts the jobs",
    "engine.sending.senders": "starts what sends messages, which may hang",
    "engine.workers": "asks the supervisor to start one",
    "engine.workflows.trying": "imports a file that a person asked to check, and kills it if it does not end",
    "tui.paging": "starts the pager that a person asked for",
}


def test_only_the_supervisor_starts_processes() -> None:
    assert uses(r"\bsubprocess\b|os\.(exec|spawn|posix_spawn)\w*\(") <= set(SPAWNERS)


TUI_WRITES = r"\btransaction\(\)|\bINSERT INTO\b|\bUPDATE \w+ SET\b|\bDELETE FROM\b"


def test_screens_write_through_operations_alone() -> None:
    assert uses(TUI_WRITES, "tui") == set()
    assert uses(TUI_WRITES, "tickler") <= {"tickler.demo"}  # one transaction around many operations


OPENERS = r"(?<![\w.])open\(|\.open\(|read_bytes\(|read_text\(|write_bytes\(|write_text\(|\bshutil\b"


def test_nobody_opens_the_database_file_but_sqlite() -> None:
    """Closing any other descriptor of it would drop every lock that this process holds.

    These read or write other files; a new name here needs a reason that is not the database.
    """
    allowed = {
        "engine.queries.health": "the identity file and the kernel's lists",
        "store.logfile": "log files of runs, in the folder of the store's files",
        "store.opening": "the identity file and the engine's lock",
        "store.backup": "folders of files beside copies that are over",
        "store.copying": "the finished copy, to have it on the disk before it gets its name, and the files beside it",
        "tickler.__main__": "/dev/null, when nobody reads the output any more",
    }
    found = uses(OPENERS) - set(allowed)
    assert not {name for name in found if is_in(name, "store", "engine.operations", "engine.queries", "tickler")}


def test_the_wheel_holds_the_packages_and_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(MAY_IMPORT)
    assert project["project"]["scripts"] == {"tickler": "tickler.__main__:main"}
    version = re.escape(f'"{project["project"]["version"]}"')
    assert uses(version) == set(), "installed metadata says the version; a copy of it would be forgotten"


def test_data_files_that_code_reads_lie_inside_the_packages() -> None:
    assert list((ROOT / "themes").glob("*.toml"))
    assert (ROOT / "tickler" / "demo.toml").is_file()


LONG_FILE, LONG_FUNCTION = 350, 60
"""Lines. The aim is 300 and 40; this is where it stops being a matter of taste."""


def test_files_and_functions_stay_short() -> None:
    files = [f"{name}: {lines}" for name, tree in trees().items() if (lines := length(tree)) > LONG_FILE]
    functions = [
        f"{name}.{node.name}: {lines}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := length(node)) > LONG_FUNCTION
    ]
    assert (files, functions) == ([], [])


def length(node: ast.AST) -> int:
    ends = [inner.end_lineno for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner.end_lineno]
    return max(ends, default=0) - getattr(node, "lineno", 1) + 1
