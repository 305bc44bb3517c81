"""Frames survive any cutting of the stream."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.supervisor.wire import Unpacker, pack

FIELDS = st.lists(st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.floats(allow_nan=False)))
MESSAGES = st.lists(FIELDS.map(lambda fields: ("word", *fields)))


@settings(deadline=None, max_examples=40)
@given(st.lists(MESSAGES, max_size=4), st.integers(1, 50))
def test_messages_arrive_in_order_however_the_stream_is_cut(frames: list[list[tuple[object, ...]]], size: int) -> None:
    stream = b"".join(pack(messages) for messages in frames)
    arrived: list[tuple[object, ...]] = []
    unpacker = Unpacker()
    for at in range(0, len(stream), size):
        unpacker.feed(stream[at : at + size], {"word": lambda *fields: arrived.append(("word", *fields))})
    assert arrived == [message for messages in frames for message in messages]
    assert unpacker.frames == len(frames)
