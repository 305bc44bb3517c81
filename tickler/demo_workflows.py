"""The workflows of the living sample: each of the samples, in every state that a workflow can be in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from engine.operations import workflow_definitions, workflow_forms, workflow_verbs, workflows
from engine.operations.desk import load
from store.database import session
from store.journal import Actor

SAMPLES = Path(__file__).with_name("samples")


def begin(people: dict[str, Actor], now: datetime) -> None:
    """Load the samples and start some of each as of `now`; the machine's steps are left to the engine of the desk."""
    made = now - timedelta(days=30)
    ana, bo, cleo = (people[name] for name in ("ana", "bo", "cleo"))
    workflow_definitions.load(ana, made, *(str(file) for file in sorted(SAMPLES.glob("[a-z]*.py"))))
    load(ana, made, str(SAMPLES / "onboarding.toml"))
    days = [now - timedelta(days=number) for number in range(10)]
    workflows.start(ana, days[9], "welcome", "user=Mara")
    workflows.start(ana, days[8], "welcome")
    workflows.start(bo, days[1], "shipping", "address=Oak Hill School", "email=office@oakhill.example")
    sent = workflows.start(bo, days[4], "shipping", "address=Harbour Scouts")
    _submit(bo, days[3], sent, "tracking_code=JD0146")
    workflows.start(cleo, days[5], "refund", "amount=40", "reason=one bed less", title="Lakeside School")
    workflows.start(cleo, days[2], "refund", "amount=250", "reason=left a day early", title="Riverside Choir")
    workflows.start(ana, now - timedelta(hours=2), "chase", "customer=Fernwood Football Camp")
    first = (now + timedelta(days=12)).date()
    new = workflows.start(ana, days[6], "onboarding", "name=Ines", f"first_day={first}", title="Ines")
    _submit(cleo, days[2], new, "laptop=L-0217")
    workflows.start(bo, days[1], "publish", "version=2.4", "mirror=mirror.example.invalid")
    over = workflows.start(bo, days[5], "publish", "version=2.3")
    workflow_verbs.cancel(bo, days[4], over)


def _submit(who: Actor, at: datetime, workflow: int, *fields: str) -> None:
    """Fill in the form of the first human step of a workflow that waits."""
    with session() as connection:
        (step,) = connection.execute(
            "SELECT min(id) FROM step WHERE workflow_id = ? AND kind = 'human' AND state = 'waiting'", (workflow,)
        ).fetchone()
    workflow_forms.submit(who, at, str(step), *fields)
