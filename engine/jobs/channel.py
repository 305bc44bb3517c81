"""What a job tells of itself: lines of JSON, each short enough to pass whole, on a pipe of its own.

`["begin"]`, `["log", n, level, text]` (n counts from 1, so that a reader who stored some knows which these are),
`["progress", percent, text, rate]`, `["result", value]`, `["end", word, sentence]`; `["part", value]` is one of several
results, and after `["more", text]`s, which are its JSON in pieces, `["part"]`. Words of an end: `done`;
`cancelled` (it saw the wish to end and returned); `failed`; `refused` (trying again is no use).
"""

from __future__ import annotations

import json
import os
import threading

DESCRIPTOR = 3
LINE = 2_000
"""Characters of one text: four bytes each, and more with what JSON adds, would still pass whole."""
RESULT = 7_000
"""Bytes of a result."""
PIECE = 3_000
"""Characters of JSON in JSON: twice as many at most, as all of them are ASCII."""
CUT = "…[cut]"


class Channel:
    """To be used by any thread. When nobody listens, nothing happens: the job is about to be stopped."""

    def __init__(self, descriptor: int = DESCRIPTOR) -> None:
        self._descriptor = descriptor
        self._lock = threading.RLock()  # a signal may come while its thread writes
        self._lines = 0
        self.has_ended = False

    def begin(self) -> None:
        """The first word: from now on only an end that is told is believed."""
        self._put("begin")

    def log(self, level: int, text: str) -> None:
        """Each line of the text as a line of the log."""
        with self._lock:
            for line in str(text).splitlines() or [""]:
                self._lines += 1
                self._put("log", self._lines, level, cut(line))

    def progress(self, percent: int, text: str, rate: str) -> None:
        """How far it is."""
        self._put("progress", percent, cut(text, 200), cut(rate, 60))

    def result(self, value: object) -> str | None:
        """What came of it, as JSON has it; why it cannot be kept, None if it can."""
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as fault:
            return f"the result cannot be kept: {fault}"
        if len(text) > RESULT:
            return f"the result is {len(text):,} bytes long (at most {RESULT:,}); hand over an artifact instead"
        self._put("result", value)
        return None

    def part(self, value: object) -> None:
        """One more of several results, however long. ValueError or TypeError if JSON cannot have it."""
        text = json.dumps(value, allow_nan=False)
        with self._lock:
            if len(text) <= RESULT:
                self._put("part", value)
                return
            for at in range(0, len(text), PIECE):
                self._put("more", text[at : at + PIECE])
            self._put("part")

    def end(self, word: str, sentence: str = "") -> None:
        """The last word; only the first one counts."""
        if not self.has_ended:
            self.has_ended = True
            self._put("end", word, cut(" ".join(sentence.split()), 1_000))

    def _put(self, *message: object) -> None:
        data = json.dumps(message).encode() + b"\n"
        with self._lock:
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                except OSError:
                    return


def cut(text: str, most: int = 1_000) -> str:
    """At most so many characters; JSON may make six bytes of each."""
    return text if len(text) <= most else text[: most - len(CUT)] + CUT
