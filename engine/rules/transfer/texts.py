"""Bytes of a file as text: UTF-8 and nothing else, with the line of what is wrong."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from engine.rules.transfer.items import BadFile

LINE_LIMIT = 1_000_000
"""Characters of one line, folded or not."""

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def text_of(data: bytes) -> str:
    """The text with `\\n` as its line ends; BadFile for another encoding or a NUL."""
    if data.startswith(_MARKS):
        raise BadFile(1, "this is UTF-16 or UTF-32; save the file as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = _line(data, fault.start)
        raise BadFile(line, f"byte 0x{data[fault.start]:02x} is not UTF-8; save the file as UTF-8") from fault
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at = text.find("\0")
    if at >= 0:
        raise BadFile(text.count("\n", 0, at) + 1, "a NUL byte; this is no text file")
    return text


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of each line that is not empty; BadFile for one that is endless."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_LIMIT:
            raise BadFile(number, f"a line of over {LINE_LIMIT:,} characters")
        if line.strip():
            yield number, line


def _line(data: bytes, at: int) -> int:
    """The line of a byte, whichever line ends the file has."""
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1
