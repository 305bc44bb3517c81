"""An approval: much money needs somebody's word, and a no is told as kindly as a yes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from tickler import Workflow, gateway, human, start, step


class Refund(Workflow):
    """Give money back, with approval above a hundred."""

    MOST: ClassVar[int] = 100

    amount: Annotated[float, "Amount in euro"] = 0
    reason: Annotated[str, "Why"] = ""
    approved: Annotated[bool, "Approved"] = False

    ask = start("amount", "reason", required=["amount", "reason"], title="Ask for a refund")

    @gateway
    def is_much(self) -> list[object]:
        """A small sum is paid without asking."""
        return [self.decide] if self.amount > self.MOST else [self.pay]

    decide = human("amount", "reason", approve="approved", title="Approve the refund", due="3d")

    @gateway
    def is_approved(self) -> list[object]:
        """Pay, or say no."""
        return [self.pay] if self.approved else [self.say_no]

    @step(title="Pay it back")
    def pay(self) -> None:
        """The bank gets the order once: this step is not done again if its process dies."""
        self.log.info("paid back %.2f euro", self.amount)

    @step(title="Say no", idempotent=True)
    def say_no(self) -> None:
        """A letter with the reason."""
        self.log.info("no refund of %.2f euro", self.amount)

    edges = [(ask, is_much), (is_much, decide), (is_much, pay), (decide, is_approved), (is_approved, pay),
             (is_approved, say_no)]  # fmt: skip
