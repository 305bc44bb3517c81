"""People and machines take turns: an order is packed by somebody, the rest happens by itself."""

from __future__ import annotations

from typing import Annotated

from tickler import Workflow, gateway, human, start, step


class Shipping(Workflow):
    """Ship an order and tell the customer."""

    address: Annotated[str, "Ship to"] = ""
    email: Annotated[str, "Customer's mail"] = ""
    tracking_code: Annotated[str, "Tracking code"] = ""

    checkout = start("address", "email", required=["address"])
    ship = human(
        "tracking_code",
        required=["tracking_code"],
        title="Pack and ship",
        due="2d",
        notes="The code stands on the label of the carrier.",
    )

    @gateway
    def has_email(self) -> list[object]:
        """Without a mail address nobody is told, and that is fine."""
        return [self.send_tracking_code] if self.email else [self.end]

    @step(idempotent=True, title="Mail the tracking code")
    def send_tracking_code(self) -> None:
        """Tell the customer where the parcel is."""
        self.log.info("mail to %s: your parcel is %s", self.email, self.tracking_code)

    def end(self) -> None:
        """It is on its way."""

    edges = [
        (checkout, ship),
        (ship, has_email),
        (has_email, send_tracking_code),
        (has_email, end),
        (send_tracking_code, end),
    ]
