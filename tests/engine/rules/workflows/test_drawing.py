"""Pictures of graphs: whatever the graph, boxes do not overlap and every edge can be followed by eye."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.rules.cells import cells
from engine.rules.workflows.boxes import Box, Zoom
from engine.rules.workflows.drawing import MOST_NODES, Direction, beside, draw
from engine.rules.workflows.graph import Graph, Node
from engine.rules.workflows.standing import Visit
from store.enums import StepKind, StepState
from tests.engine.rules.workflows.graphs import RESCUE, SHIPPING, WELCOME, reached

DIRECTIONS = st.sampled_from(Direction)
ZOOMS = st.sampled_from([Zoom.FULL, Zoom.NAMES])


PLACES = st.integers(0, 8)
EDGES = st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=18, unique=True)
"""Of any graph, with circles and steps that lead to themselves."""


def tangle(*edges: tuple[int, int]) -> Graph:
    """The graph of these edges."""
    names = [f"n{number}" for number in range(1 + max(max(each) for each in edges))]
    nodes = tuple(Node(name, StepKind.MACHINE) for name in names)
    return Graph("any", "", nodes, tuple((names[origin], names[to]) for origin, to in edges))


@settings(max_examples=150, deadline=None)
@given(EDGES, DIRECTIONS, ZOOMS)
@example([(0, 2), (0, 3), (1, 2), (1, 3)], Direction.DOWN, Zoom.FULL)
@example([(0, 1), (1, 2), (2, 0), (0, 2), (1, 0)], Direction.RIGHT, Zoom.NAMES)
def test_every_edge_can_be_followed_and_no_other_is_seen(
    edges: list[tuple[int, int]], direction: Direction, zoom: Zoom
) -> None:
    graph = tangle(*edges)
    drawing = draw(graph, direction=direction, zoom=zoom)
    for node in graph.nodes:
        expected = {to for origin, to in graph.edges if origin == node.name and to != origin}
        assert reached(drawing, node.name) == expected, f"{node.name}\n{drawing.text}"


@settings(max_examples=150, deadline=None)
@given(EDGES, DIRECTIONS, st.sampled_from(Zoom), st.booleans())
def test_boxes_stand_apart_and_all_lines_are_of_one_width(
    edges: list[tuple[int, int]], direction: Direction, zoom: Zoom, is_ascii: bool
) -> None:
    graph = tangle(*edges)
    drawing = draw(graph, direction=direction, zoom=zoom, is_ascii=is_ascii)
    assert {cells(line) for line in drawing.lines} == {drawing.width}
    assert list(drawing.nodes) == [each.name for each in graph.nodes]
    for first, second in combinations(drawing.nodes.values(), 2):
        assert not overlap(first, second), drawing.text
    for box in drawing.nodes.values():
        assert 0 <= box.x <= box.x + box.width <= drawing.width
        assert 0 <= box.y <= box.y + box.height <= len(drawing.lines)
    for span in drawing.spans:
        assert 0 <= span.x < span.x + span.length <= drawing.width
    assert draw(graph, direction=direction, zoom=zoom, is_ascii=is_ascii) == drawing
    assert not is_ascii or drawing.text.isascii()


def overlap(first: Box, second: Box) -> bool:
    """Whether two boxes have a cell in common."""
    across = first.x < second.x + second.width and second.x < first.x + first.width
    return across and first.y < second.y + second.height and second.y < first.y + first.height


def picture_of(count: int) -> Graph:
    """A graph of so many steps in a row, every third of which leads two ahead too."""
    edges = [(at, at + 1) for at in range(count - 1)] + [(at, at + 2) for at in range(0, count - 2, 3)]
    return tangle(*edges)


def test_two_hundred_steps_are_drawn_and_every_edge_among_them_can_be_followed() -> None:
    graph = picture_of(200)
    drawing = draw(graph)
    assert drawing.direction is Direction.DOWN
    assert drawing.width <= 80
    assert all(reached(drawing, name) == set(graph.after(name)) for name in list(drawing.nodes)[::17])


def test_what_is_too_large_for_a_picture_is_a_list_that_says_so() -> None:
    graph = picture_of(10_000)
    drawing = draw(graph, [Visit(1, "n0", StepKind.MACHINE, StepState.SUCCEEDED, by="ana")])
    assert drawing.direction is None
    assert drawing.lines[0].startswith("10,000 steps are too many for a picture (at most 400)")
    assert drawing.lines[drawing.nodes["n0"].y].rstrip() == "✓ n0  done by ana, end -> n1, n2"
    assert len(drawing.nodes) == 10_000
    assert {cells(line) for line in drawing.lines} == {drawing.width}


def test_few_steps_with_very_many_edges_are_a_list_too() -> None:
    graph = tangle(*((origin, to) for origin in range(40) for to in range(40)))
    assert len(graph.nodes) <= MOST_NODES
    assert "edges are too many for a picture" in draw(graph).lines[0]


def test_wide_letters_and_controls_in_names_move_nothing() -> None:
    nodes = tuple(Node(name, StepKind.MACHINE) for name in ("顧客に連絡", "a\x1b[2J\nb", "🚚 ship", "x" * 200))
    graph = Graph("any", "", nodes, (("顧客に連絡", "a\x1b[2J\nb"), ("a\x1b[2J\nb", "🚚 ship"), ("🚚 ship", "x" * 200)))
    for direction in Direction:
        drawing = draw(graph, direction=direction)
        assert {cells(line) for line in drawing.lines} == {drawing.width}
        assert "\x1b" not in drawing.text
        assert all(reached(drawing, name) == set(graph.after(name)) for name in drawing.nodes)


def test_a_graph_without_steps_is_an_empty_picture() -> None:
    assert draw(Graph("none", "", (), ())).lines == ()


def test_it_leads_to_the_right_where_that_fits_and_down_where_not() -> None:
    assert draw(WELCOME).direction is Direction.RIGHT
    assert draw(WELCOME, width=40).direction is Direction.DOWN
    assert draw(SHIPPING).direction is Direction.DOWN
    assert draw(SHIPPING, width=200).direction is Direction.RIGHT


@pytest.mark.parametrize("zoom", Zoom)
@pytest.mark.parametrize("direction", Direction)
def test_every_step_can_be_walked_to_from_any_other(direction: Direction, zoom: Zoom) -> None:
    drawing = draw(SHIPPING, direction=direction, zoom=zoom)
    for begin in drawing.nodes:
        found, queue = {begin}, [begin]
        while queue:
            here = queue.pop()
            for way in ("up", "down", "left", "right"):
                if (other := beside(drawing, here, way)) not in found:
                    found.add(other)
                    queue.append(other)
        assert found == set(drawing.nodes)


def test_keys_move_to_the_step_on_that_side() -> None:
    drawing = draw(WELCOME)
    assert beside(drawing, "start", "right") == "has_user"
    assert beside(drawing, "has_user", "right") == "send_welcome_email"
    assert beside(drawing, "end", "left") == "send_welcome_email"
    assert beside(drawing, "start", "left") == "start"
    assert beside(draw(RESCUE, direction=Direction.DOWN), "save_the_princess", "down") == "end"
