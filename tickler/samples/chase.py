"""A loop with a wait in it and a limit: papers are asked for again and again, and then somebody calls."""

from __future__ import annotations

from typing import Annotated

from tickler import Workflow, gateway, human, join, start, step, wait


class Chase(Workflow):
    """Chase a customer's papers."""

    customer: Annotated[str, "Customer"] = ""
    reminders: int = 0
    arrived: Annotated[bool, "The papers are here"] = False

    begin = start("customer", required=["customer"])

    @step(limit=5, title="Send a reminder", idempotent=True)
    def remind(self) -> None:
        """Each reminder is a little firmer."""
        self.reminders += 1
        self.log.info("reminder %d to %s", self.reminders, self.customer)

    pause = wait("3d", title="Give them three days")
    look = human("arrived", title="Are the papers here?", due="1d")

    @gateway
    def have_arrived(self) -> list[object]:
        """Three reminders are enough."""
        if self.arrived:
            return [self.file_them, self.thank]
        return [self.call] if self.reminders >= 3 else [self.remind]

    call = human("arrived", title="Call the customer", due="2d")

    def file_them(self) -> None:
        """Into the folder."""

    def thank(self) -> None:
        """A word of thanks."""

    filed = join()

    def end(self) -> None:
        """Filed and thanked."""

    edges = [
        (begin, remind), (remind, pause), (pause, look), (look, have_arrived), (have_arrived, remind),
        (have_arrived, call), (call, have_arrived), (have_arrived, file_them), (have_arrived, thank),
        (file_them, filed), (thank, filed), (filed, end),
    ]  # fmt: skip
