"""An iCalendar file (RFC 5545) taken apart into components and their properties, each with its line.

Values stay as they are written. The `icalendar` library reads ten thousand tasks in twelve seconds and names no line,
this in a third of one; of the library the zones are used, which are the hard part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.rules.errors import BadValue, shown
from engine.rules.transfer.items import MOST, BadFile
from engine.rules.transfer.texts import LINE_LIMIT
from store.frozen import value

_DEEPEST = 8
_NAME = re.compile(r"[A-Za-z0-9-]++")
_PARAM = re.compile(r';([A-Za-z0-9-]++)=((?:"[^"]*+"|[^";:,]*+)(?:,(?:"[^"]*+"|[^";:,]*+))*+)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPLIT = re.compile(r"(?:[^,\\]|\\.)++", re.DOTALL)


@value
class Property:
    """One line: `params` by upper-case name, `value` as it is written."""

    name: str
    params: dict[str, str]
    value: str
    line: int

    @property
    def text(self) -> str:
        """The value as the text that was meant."""
        return unescaped(self.value)

    @property
    def texts(self) -> list[str]:
        """The values of a list, such as CATEGORIES:home\\, garden,bank."""
        return [unescaped(part) for part in _SPLIT.findall(self.value)]


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END; `text` is only kept of a VTIMEZONE."""

    kind: str
    line: int
    properties: list[Property] = field(default_factory=list)
    inner: list[Component] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def one(self, name: str) -> Property | None:
        """The property of that name; BadValue if there are several."""
        found = self.every(name)
        if len(found) > 1:
            raise BadValue(f"{name} is there twice (line {found[1].line} too)")
        return found[0] if found else None

    def every(self, name: str) -> list[Property]:
        """All properties of that name."""
        return [each for each in self.properties if each.name == name]


def unescaped(text: str) -> str:
    """A text value without its backslashes."""
    return _ESCAPED.sub(lambda form: "\n" if form[1] in "nN" else form[1], text) if "\\" in text else text


def escaped(text: str) -> str:
    """A text as the value of a property."""
    return re.sub(r"([\\,;])", r"\\\1", text).replace("\n", "\\n")


def components(text: str) -> list[Component]:
    """What lies in the calendars of a file, in order; BadFile for what is no iCalendar."""
    opened: list[Component] = []
    found: list[Component] = []
    number = 0
    for number, line in unfolded(text):
        prop = _property(number, line)
        if not opened and (prop.name, prop.value.upper()) != ("BEGIN", "VCALENDAR"):
            raise BadFile(number, "expected BEGIN:VCALENDAR")
        if prop.name == "BEGIN":
            opened.append(Component(prop.value.strip().upper(), number))
            if len(opened) > _DEEPEST:
                raise BadFile(number, "nested too deep")
        _keep_zone(opened, line)
        if prop.name == "END":
            _close(opened, prop, found)
        elif prop.name != "BEGIN":
            opened[-1].properties.append(prop)
        if len(found) > MOST:
            raise BadFile(number, f"more than {MOST:,} tasks and events")
    if opened:
        raise BadFile(opened[-1].line, f"BEGIN:{shown(opened[-1].kind, 20)} has no END; the file is cut off")
    if not number:
        raise BadFile(1, "expected BEGIN:VCALENDAR")
    return found


def _close(opened: list[Component], prop: Property, found: list[Component]) -> None:
    name = prop.value.strip().upper()
    if opened[-1].kind != name:
        raise BadFile(prop.line, f"END:{shown(name, 20)} where END:{shown(opened[-1].kind, 20)} was expected")
    closed = opened.pop()
    if len(opened) == 1:
        found.append(closed)
    elif opened:
        opened[-1].inner.append(closed)


def _keep_zone(opened: list[Component], line: str) -> None:
    zone = next((each for each in opened if each.kind == "VTIMEZONE"), None)
    if zone is not None:
        zone.text.append(line)


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines as they were before they were folded, each with the number of its first."""
    began, parts, size = 0, list[str](), 0
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            size += len(line)
        else:
            if parts:
                yield began, "".join(parts)
            began, parts, size = number, [line] if line.strip() else [], len(line)
        if size > LINE_LIMIT:
            raise BadFile(began, f"a line of over {LINE_LIMIT:,} characters")
    if parts:
        yield began, "".join(parts)


def folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, none of which cuts a character."""
    if len(line) < 75 and line.isascii():
        return f"{line}\r\n"
    pieces, piece, size = list[str](), "", 0
    for letter in line:
        long = len(letter.encode())
        if size + long > 75:
            pieces.append(piece)
            piece, size = "", 1
        piece += letter
        size += long
    return "\r\n ".join([*pieces, piece]) + "\r\n"


def _property(number: int, line: str) -> Property:
    name = _NAME.match(line)
    if name is None:
        raise BadFile(number, f"'{shown(line, 40)}' is no line of an .ics file (expected NAME:value)")
    at, params = name.end(), dict[str, str]()
    while form := _PARAM.match(line, at):
        params[form[1].upper()] = form[2].strip('"')
        at = form.end()
    if line[at : at + 1] != ":":
        raise BadFile(number, f"'{shown(line, 40)}' is no line of an .ics file (expected NAME:value)")
    return Property(name[0].upper(), params, line[at + 1 :], number)
