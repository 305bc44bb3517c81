"""The smallest workflow that decides something: a welcome, by mail if there is somebody to write to."""

from __future__ import annotations

from tickler import Workflow, gateway, start


class Welcome(Workflow):
    """Welcome who is new."""

    user: str = ""

    begin = start("user", title="Who is new?")

    @gateway
    def has_user(self) -> list[object]:
        """Choose the way: a gateway returns the steps that come next."""
        return [self.send_welcome_email] if self.user else [self.end]

    def send_welcome_email(self) -> None:
        """Write to them."""
        self.log.info("welcome mail to %s", self.user)

    def end(self) -> None:
        """Nothing is left to do."""

    edges = [(begin, has_user), (has_user, send_welcome_email), (has_user, end), (send_welcome_email, end)]
