"""A split and a join: a release is built, tested and described side by side, and published when all of it is there."""

from __future__ import annotations

from typing import Annotated

from tickler import Workflow, human, join, start, step


class Publish(Workflow):
    """Publish a release."""

    version: Annotated[str, "Version"] = ""
    mirror: Annotated[str, "Mirror to upload to"] = "mirror.example.org"
    notes: Annotated[str, "What is new"] = ""

    begin = start("version", "mirror", required=["version"])

    @step(idempotent=True)
    def build(self) -> None:
        """Build it."""
        self.log.info("built %s", self.version)

    @step(idempotent=True)
    def upload(self) -> None:
        """A mirror that is not there fails the step: it can be run again, or skipped."""
        if self.mirror.endswith(".invalid"):
            raise ConnectionError(f"{self.mirror} does not answer")
        self.log.info("uploaded %s to %s", self.version, self.mirror)

    describe = human("notes", required=["notes"], title="Write what is new", due="2d")
    ready = join()

    def announce(self) -> None:
        """Tell the world."""
        self.log.info("%s is out: %s", self.version, self.notes)

    edges = [(begin, build), (begin, describe), (build, upload), (upload, ready), (describe, ready), (ready, announce)]
