"""What authors of workflows write: a class with methods for the machine's steps, a typed state, and edges.

```python
from tickler import Workflow, human, join, start, wait

class Welcome(Workflow):
    "Greets who is new."
    user: str = ""

    begin = start("user")

    def has_user(self):
        return [self.send_welcome_email] if self.user else [self.end]

    def send_welcome_email(self):
        self.log.info("mail to %s", self.user)

    def end(self):
        pass

    edges = [(begin, has_user), (has_user, send_welcome_email), (has_user, end), (send_welcome_email, end)]
```

The file is read, not run, when it is loaded, so what describes the graph must be written out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Made:
    """A step that is no method; its name is that of the attribute."""

    def __init__(self, kind: str, said: dict[str, Any]) -> None:
        self.kind = kind
        self.said = said
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def start(*fields: str, required: Sequence[str] = (), title: str = "", notes: str = "") -> Any:
    """A way to begin; with `fields` of the state that are asked for."""
    return Made("start", {"fields": fields, "required": required, "title": title, "notes": notes})


def human(
    *fields: str,
    required: Sequence[str] = (),
    assignee: str = "",
    title: str = "",
    due: str = "",
    approve: str = "",
    notes: str = "",
    labels: Sequence[str] = (),
) -> Any:
    """A task with a form of `fields`. `due` is an offset such as 3d or 2bd.

    `assignee`: a name, `team:North`, `previous` (whoever did the step before), `starter`, or `field:owner` for the
    person whom a field names. `approve` names a yes/no field: the form then approves or rejects, with a note. Triggers
    that remind and escalate find the task by its `labels`.
    """
    said = {"fields": fields, "required": required, "assignee": assignee, "title": title, "due": due}
    return Made("human", said | {"approve": approve, "notes": notes, "labels": labels})


def wait(length: str, *, title: str = "") -> Any:
    """A length of time: `3h`, `2d`, `10bd`."""
    return Made("wait", {"length": length, "title": title})


def join(kind: str = "all", *, title: str = "") -> Any:
    """Waits for all the steps that lead to it, or for `any` of them."""
    return Made("join", {"kind": kind, "title": title})


def gateway(function: F) -> F:
    """A step that must name its branches: returning nothing fails it instead of following them all."""
    return step(gateway=True)(function)


class Entity(str):
    """Type of a field that names an entity, `stay/12`; `Entity["stay"]` is one of that class."""

    def __class_getitem__(cls, name: str) -> type[Entity]:
        return cls


def step(
    *, title: str = "", gateway: bool = False, limit: int = 0, deadline: str = "", idempotent: bool = False
) -> Callable[[F], F]:
    """A machine's step. `limit`: how often one workflow may visit it; `deadline`: how long it may say False.

    An `idempotent` one may be done twice: if its process dies, it is begun again instead of failing.
    """
    said = {"title": title, "gateway": gateway, "limit": limit, "deadline": deadline, "idempotent": idempotent}

    def mark(function: F) -> F:
        function.__dict__["tickler_step"] = said
        return function

    return mark


class Workflow:
    """A workflow under way, as its steps see it: the fields of its state are attributes, which steps may change.

    A step returns nothing to go on along every edge, a list of steps to choose, `[]` to halt, False to be asked again.
    `now` is the instant that counts, in the store's zone; `log` writes lines of the run's log.
    """

    now: datetime
    workflow_id: int
    step_id: int
    entity: str | None
    log: Any
    context: Any
    edges: Sequence[tuple[Any, Any]] = ()
