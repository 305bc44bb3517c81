"""Graphs and steps for tests of pictures, and the eyes that follow a line in one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.rules.cells import width
from engine.rules.workflows.drawing import Drawing
from engine.rules.workflows.graph import Graph, Node
from engine.rules.workflows.standing import Visit
from store.enums import StepKind, StepState

MACHINE, DONE = StepKind.MACHINE, StepState.SUCCEEDED


def graph(name: str, steps: str, edges: str) -> Graph:
    """`graph("x", "begin:start go", "begin>go go>go")`: steps with their kinds (a machine's unless said)."""
    nodes = tuple(
        Node(each.split(":")[0], StepKind(each.split(":")[1]) if ":" in each else MACHINE) for each in steps.split()
    )
    pairs = [each.split(">") for each in edges.split()]
    return Graph(name, "", nodes, tuple((origin, to) for origin, to in pairs))


def visit(
    number: int, node: str, parents: Iterable[int] = (), state: StepState = DONE, kind: StepKind = MACHINE,
    *, by: str = "", words: str = "", is_skipped: bool = False,
) -> Visit:  # fmt: skip
    """A step, done by a machine unless said."""
    return Visit(number, node, kind, state, tuple(parents), by, words, is_skipped)


WELCOME = graph(
    "welcome",
    "start:start has_user:choose send_welcome_email end",
    "start>has_user has_user>send_welcome_email has_user>end send_welcome_email>end",
)
COUNT = graph(
    "count", "begin:start increment check:choose end", "begin>increment increment>check check>increment check>end"
)
SHIPPING = graph(
    "shipping",
    "start:start check_stock:choose reserve order_more wait_3_days:wait pack:human invoice both:join ship track end"
    " cancelled",
    "start>check_stock check_stock>reserve check_stock>order_more order_more>wait_3_days wait_3_days>check_stock"
    " reserve>pack reserve>invoice pack>both invoice>both both>ship ship>track track>track track>end"
    " check_stock>cancelled",
)
APPROVAL = graph(
    "approval",
    "ask:start how_much:choose boss:human is_approved:choose pay tell end",
    "ask>how_much how_much>boss how_much>pay boss>is_approved is_approved>pay is_approved>tell tell>boss pay>end",
)
RESCUE = graph(
    "rescue",
    "begin:start begin_by_form:start batman robin both:join save_the_princess:human end",
    "begin>batman begin>robin begin_by_form>batman batman>both robin>both both>save_the_princess save_the_princess>end",
)

ARMS = {
    "─": "RL", "│": "UD", "┌": "RD", "┐": "DL", "└": "UR", "┘": "UL",
    "├": "URD", "┤": "UDL", "┬": "RDL", "┴": "URL", "┼": "URDL",
}  # fmt: skip
STEPS = {"U": (0, -1), "R": (1, 0), "D": (0, 1), "L": (-1, 0)}
BACK = {"U": "D", "D": "U", "L": "R", "R": "L"}
HEADS = {"▲": "U", "▶": "R", "▼": "D", "◀": "L"}


def grid(drawing: Drawing) -> dict[tuple[int, int], str]:
    """What stands in each cell."""
    found = {}
    for y, line in enumerate(drawing.lines):
        x = 0
        for letter in line:
            found[x, y] = letter
            x += width(letter)
    return found


def reached(drawing: Drawing, name: str) -> set[str]:
    """The nodes to which lines lead from one, found as an eye does: onwards or sideways, straight over crossings."""
    sheet = grid(drawing)
    owner = {
        (box.x + x, box.y + y): node
        for node, box in drawing.nodes.items()
        for x in range(box.width)
        for y in range(box.height)
    }
    found: set[str] = set()
    ahead, sideways = ("D", "LR") if drawing.direction == "TD" else ("R", "UD")
    for onwards in (ahead, BACK[ahead]):
        for (x, y), node in owner.items():
            beside = x + STEPS[onwards][0], y + STEPS[onwards][1]
            if node == name and beside not in owner:
                found |= _walk(sheet, owner, beside, onwards, onwards + sideways)
    return found


def _walk(
    sheet: dict[tuple[int, int], str], owner: dict[tuple[int, int], str], begin: tuple[int, int], way: str, ways: str
) -> set[str]:
    found, seen, queue = set[str](), set[tuple[tuple[int, int], str]](), [(begin, way)]
    while queue:
        (x, y), way = queue.pop()
        letter = sheet.get((x, y), " ")
        if ((x, y), way) in seen or (x, y) in owner:
            continue
        seen.add(((x, y), way))
        following = ""
        if letter in HEADS:
            if HEADS[letter] == way:
                found.add(owner[x + STEPS[way][0], y + STEPS[way][1]])
        elif BACK[way] in ARMS.get(letter, ""):
            following = ARMS[letter].replace(BACK[way], "")
        elif letter in ARMS and (x, y) != begin:
            following = way
        queue += [((x + STEPS[each][0], y + STEPS[each][1]), each) for each in following if each in ways]
    return found
