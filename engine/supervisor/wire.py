"""Frames between the engine and its supervisor: a length in 4 bytes, then a marshalled list of messages.

A message is a tuple that begins with its name. marshal, because both ends are the same interpreter joined by
a private socket pair, and because it carries bytes as they are and costs the engine the least time under the
GIL. Engine to supervisor: job (fields of `client.Job`), cancel (key, kill), ack (frames taken, frames
stored), close (grace). Supervisor to engine: started, output, dropping, exited, failed (fields of the classes
in `events`), bye, broken (error).
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping


def pack(messages: Iterable[tuple[object, ...]]) -> bytes:
    """One frame that holds the messages in their order."""
    body = marshal.dumps(list(messages))
    return len(body).to_bytes(4, "big") + body


class Unpacker:
    """Takes bytes as they come from the socket, hands out whole messages.

    `frames` counts the frames handed out, by which an ack names them.
    """

    def __init__(self) -> None:
        self.frames = 0
        self._buffer = bytearray()

    def feed(self, data: bytes, handlers: Mapping[str, Callable[..., None]]) -> None:
        """Call the handler named by each message that is now complete with the rest of the message."""
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= 4:
            end = at + 4 + int.from_bytes(buffer[at : at + 4], "big")
            if end > len(buffer):
                break
            self.frames += 1
            for name, *fields in marshal.loads(buffer[at + 4 : end]):
                handlers[name](*fields)
            at = end
        del buffer[:at]
