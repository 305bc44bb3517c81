"""A desk with workflows in every state: open, waiting for people and times, with a failed step, done, cancelled."""

from __future__ import annotations

from pathlib import Path

from engine.operations import workflow_definitions, workflows
from engine.operations.workflow_forms import submit
from store.database import transaction
from tests.desk import Desk
from tests.tui.screens.stage import store_with_stays

LONG = "研修の申し込み 🛒 [b]not bold[/b] " * 6
"""A title that is too long, too wide, and looks like markup."""

SOURCE = """
from datetime import date
from typing import Annotated, Literal

from tickler import Workflow, gateway, human, join, start, wait
from tickler import Entity


class Refund(Workflow):
    "Refund with approval"

    guest: str = ""
    stay: Entity["stay"] = ""
    amount: Annotated[float, "Amount in euro"] = 0
    reason: Literal["cancelled", "complaint", "mistake"] = "cancelled"
    paid_on: date | None = None
    approved: bool = False

    ask = start("guest", "amount", "reason", required=("guest",))
    approve = human(approve="approved", assignee="Ana", due="2d", title="Approve the refund",
                    notes="Above 500 the treasurer is asked too.")

    @gateway
    def decide(self):
        return [self.pay] if self.approved else [self.tell_the_guest]

    def pay(self): ...
    book = human("paid_on", "amount", "stay", required=("paid_on",), assignee="team:North")
    settled = join("any")
    def tell_the_guest(self): ...
    archive = wait("3d")
    def close(self): ...

    edges = [(ask, approve), (approve, decide), (decide, pay), (decide, tell_the_guest), (pay, book),
             (book, settled), (tell_the_guest, settled), (settled, archive), (archive, close)]


class Release(Workflow):
    "Publish a release"

    version: str = ""
    begin = start("version")
    write_notes = human("version", assignee="starter")
    ask_press = human()
    both = join()
    rest = wait("2d")
    def publish(self): ...

    edges = [(begin, write_notes), (begin, ask_press), (write_notes, both), (ask_press, both), (both, rest),
             (rest, publish)]
"""


def store_with_workflows(path: Path) -> Desk:
    """Two definitions; workflows 1 to 6: approval, failed, done with it, cancelled, a long title, stuck."""
    desk = store_with_stays(path)
    file = path.with_name("flows.py")
    file.write_text(SOURCE)
    then = desk.at("2025-06-12T09:00")
    workflow_definitions.load(desk.ana, then, str(file))
    start = workflows.start
    start(desk.ana, then, "refund", "guest=Lakeside School", "amount=420", title="Lakeside", object="stay/12")
    start(desk.ana, then, "refund", "guest=Oak Hill", "amount=80", title="Oak Hill")
    start(desk.ana, desk.at("2025-06-13T09:00"), "release", "version=1.4", title="1.4")
    start(desk.ana, desk.at("2025-06-14T09:00"), "release", "version=1.3", title="1.3")
    start(desk.ana, desk.at("2025-06-15T09:00"), "release", "version=2", title=LONG[:200])
    start(desk.bo, desk.at("2025-06-16T08:00"), "release", "version=3")
    (waits,) = steps(desk, 2, "approve")
    submit(desk.ana, desk.at("2025-06-12T15:00"), str(waits), approve=True, note="as agreed by phone")
    break_step(desk, 2, "decide", "ValueError: Boom!")
    with transaction() as connection:
        connection.execute("UPDATE step SET state = 'succeeded', done_at = created_at WHERE workflow_id = 3")
        connection.execute("UPDATE step SET state = 'cancelled', done_at = created_at WHERE workflow_id = 4")
        connection.execute(
            "UPDATE workflow SET state = 'succeeded', finished_at = started_at + 3600000000 WHERE id = 3"
        )
        connection.execute("UPDATE workflow SET state = 'cancelled', finished_at = started_at + 60000000 WHERE id = 4")
        connection.execute("UPDATE task SET is_done = 1, done_date = '2025-06-14'"
                           " WHERE id IN (SELECT task_id FROM step WHERE workflow_id IN (3, 4))")  # fmt: skip
    return desk


def steps(desk: Desk, workflow: int, node: str) -> list[int]:
    """Ids of the visits of a node."""
    return [row[0] for row in desk.rows(f"SELECT id FROM step WHERE workflow_id = {workflow} AND node = '{node}'")]


def break_step(desk: Desk, workflow: int, node: str, error: str) -> None:
    """The step has failed, as its run would say; so has the run."""
    trace = f'Traceback (most recent call last):\n  File "flows.py", line 31, in {node}\n{error}\n'
    (number,) = steps(desk, workflow, node)
    with transaction() as connection:
        at = connection.execute("SELECT created_at + 60000000 FROM step WHERE id = ?", (number,)).fetchone()[0]
        connection.execute(
            "UPDATE step SET state = 'failed', error = ?, trace = ?, done_at = ?, attempts = 1 WHERE id = ?",
            (error, trace, at, number),
        )
        connection.execute("INSERT INTO step_error (step_id, at, error, trace) VALUES (?, ?, ?, ?)",
                           (number, at, error, trace))  # fmt: skip
        connection.execute(
            "UPDATE workflow SET state = 'needs attention', reason = 'a step failed' WHERE id = ?", (workflow,)
        )
        connection.execute("UPDATE run SET state = 'cancelled', finished_at = created_at WHERE state = 'pending'")
