"""What became of a message, in a sentence that screens and `why` share."""

from __future__ import annotations

from engine.rules.wording import count_of, instant_words
from store.enums import DeliveryState
from store.instants import from_us
from store.reads.deliveries import Delivery


def delivery_words(delivery: Delivery, zone: str) -> str:
    """`To Ana by ntfy://...: sent on Tue 10 Jun 2025 12:01.`; the channel as it may be shown."""
    at = instant_words(from_us(delivery.at), zone)
    tries = f" after {count_of(delivery.attempts, 'try', 'tries')}" if delivery.attempts else ""
    why = f": {delivery.error}" if delivery.error else ""
    what = {
        DeliveryState.WAITING: f"is tried again {at}{tries}{why}" if delivery.attempts else f"waits until {at}",
        DeliveryState.SENDING: "is being sent",
        DeliveryState.SENT: f"sent {at}" + (tries if delivery.attempts > 1 else ""),
        DeliveryState.FAILED: f"failed{tries}{why}",
        DeliveryState.UNKNOWN: delivery.error or "perhaps sent",
        DeliveryState.WITHDRAWN: f"not sent{why}",
    }[delivery.state]
    return f"To {delivery.user} by {delivery.channel}: {what}."
