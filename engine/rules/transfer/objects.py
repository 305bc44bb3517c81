"""JSON objects of a file, one by one with the line where each begins: an array of them, or one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from engine.rules.errors import shown
from engine.rules.transfer.items import BadFile

_BLANK = re.compile(r"[\s,]*")
_LONGEST = 1_000_000
_HALVES = re.compile("[\ud800-\udfff]")


class _Twice(ValueError):
    pass


def objects_of(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object). BadFile for what is no JSON: NaN, a key that is there twice, half a character, endless nests."""
    read = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_number).raw_decode
    at, line, counted = _past(text, 0), 1, 0
    is_array = text.startswith("[", at)
    at = _past(text, at + 1) if is_array else at
    while at < len(text) and not (is_array and text[at] == "]"):
        line, counted = line + text.count("\n", counted, at), at
        if text[at] != "{":
            raise BadFile(line, f"'{shown(text[at : at + 20])}' where a task, an object in braces, was expected")
        try:
            found, end = read(text, at)
        except RecursionError as fault:
            raise BadFile(line, "nested too deep") from fault
        except json.JSONDecodeError as fault:
            raise BadFile(text.count("\n", 0, fault.pos) + 1, f"no JSON: {fault.msg}") from fault
        except ValueError as fault:
            raise BadFile(line, f"no JSON: {fault}") from fault
        if end - at > _LONGEST:
            raise BadFile(line, f"a task of over {_LONGEST:,} characters")
        if "\\ud" in text[at:end].lower() and _HALVES.search(json.dumps(found, ensure_ascii=False)):
            raise BadFile(line, "half a character (a lone surrogate), which is no text")
        yield line, found
        at = _past(text, end)
    if is_array and (at >= len(text) or text[at + 1 :].strip()):
        raise BadFile(text.count("\n", 0, at) + 1, "the array is not closed" if at >= len(text) else "text after it")


def _past(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found is not None
    return found.end()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in found if keys.count(key) > 1)
        raise _Twice(f"the key '{shown(twice)}' is there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
