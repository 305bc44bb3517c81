"""What is asked about the files of a run. Loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.queries.runs import artifact
from engine.rules.wording import bytes_words
from store import values
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.widgets.form import Field, Notes


def open_dialog(run: values.Run, files: Sequence[values.Artifact], folder: str, then: Callable[[Any], None]) -> Dialog:
    """Asks which file to open; `then` gets a copy of it in `folder`."""
    sizes = {each.name: bytes_words(each.size) for each in files}

    def check(given: dict[str, str]) -> Notes:
        return Notes(means={"file": sizes[given["file"]]})

    def save(given: dict[str, str]) -> Wish:
        return wish(artifact, run.id, given["file"], folder, True, then=then)

    fields = (Field("file", "file", files[0].name, choices=tuple(sizes)),)
    return Dialog(f"Files of run {run.id} {run.name}", fields, check, save, "open")


def file_dialog(run: values.Run, files: Sequence[values.Artifact], then: Callable[[Any], None]) -> Dialog:
    """Asks which file goes where; `then` gets what was saved. Left and right choose among the files."""
    sizes = {each.name: bytes_words(each.size) for each in files}

    def target(given: dict[str, str]) -> Path:
        there = Path(given["to"].strip() or ".").expanduser()
        return there / given["file"] if there.is_dir() else there

    def check(given: dict[str, str]) -> Notes:
        path = target(given)
        means = {"file": sizes[given["file"]], "to": f"as {path}"}
        if not path.parent.is_dir():
            return Notes({"to": f"there is no folder {path.parent}"}, means)
        if path.exists() and given["force"] == "no":
            return Notes({"to": "it is there already; replace it, or name another"}, means)
        return Notes(means=means)

    def save(given: dict[str, str]) -> Wish:
        return wish(artifact, run.id, given["file"], str(target(given)), given["force"] == "yes", then=then)

    fields = (
        Field("file", "file", files[0].name, choices=tuple(sizes)),
        Field("to", "save as", str(Path.home()), "a folder, or a file"),
        Field("force", "replace", "no", "what is there", ("no", "yes")),
    )
    return Dialog(f"Files of run {run.id} {run.name}", fields, check, save, "save")
