"""A test message to a person, sent at once by all their channels, with what came of it."""

from __future__ import annotations

from typing import Annotated

from engine import channels
from engine.clock import SystemClock
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from engine.rules.alerts import Severity
from engine.rules.delivering import Answer, Said, one_message
from engine.rules.wording import instant_words
from store import settings
from store.enums import DeliveryState
from store.errors import Refused
from store.frozen import value
from store.reads import definitions


@value
class Tried:
    """What came of a test by one channel; `error` says what went wrong."""

    user: str
    channel: str
    state: DeliveryState
    error: str


@query("notification test")
def try_out(look: Look, user: Annotated[str | None, Help("who gets it; else you", "NAME")] = None) -> tuple[Tried, ...]:
    """Send a message by each channel of a person now, whatever the hour, and say what came of it."""
    number = one_of(look.connection, "user", user) if user is not None else look.actor.user_id
    if number is None:
        raise Refused("--user: say who gets it; the store does not know you.")
    person = definitions.user(look.connection, number)
    found = channels.addresses(look.connection, number)
    if not found:
        raise Refused(
            f"{person.name} has no channel yet; `tickler user edit {person.name} --channel URL` adds one."
        )  # fmt: skip
    words = f"A test for {person.name}, sent {instant_words(look.at, look.zone.key)}. Nothing is to be done."
    message = one_message([Said("tickler can reach you", words, Severity.NOTICE)])
    from engine.sending.senders import Senders  # not before it is known that there is something to send

    seconds = settings.read(look.connection, "notify_timeout")
    senders, answers, waiting = Senders(SystemClock()), dict[str, Answer](), list(found.items())
    try:
        while waiting or senders.busy:
            for name, url in [waiting.pop(0) for _ in range(min(senders.free, len(waiting)))]:
                senders.send(name, url, message, seconds)
            answers |= {answer.key: answer for answer in senders.wait(0.5)}
    finally:
        senders.close()
    return tuple(Tried(person.name, name, answers[name].state, answers[name].error) for name in found)
