"""Pictures of the samples, looked at by eye: at 80 columns, what state a step is in is a border, a mark and a word."""

from __future__ import annotations

import pytest

from engine.rules.workflows.boxes import Zoom
from engine.rules.workflows.drawing import Direction, Drawing, draw
from engine.rules.workflows.standing import Border, Look, standings
from store.enums import StepKind, StepState
from tests.engine.rules.workflows.graphs import APPROVAL, COUNT, RESCUE, SHIPPING, WELCOME, visit

START, HUMAN, OVERRIDE = StepKind.START, StepKind.HUMAN, StepKind.OVERRIDE
WAITING, RUNNING = StepState.WAITING, StepState.RUNNING

WITH_USER = [
    visit(1, "start", kind=START, by="ana"),
    visit(2, "has_user", [1]),
    visit(3, "send_welcome_email", [2]),
    visit(4, "end", [3]),
]
WITHOUT_USER = [visit(1, "start", kind=START, by="ana"), visit(2, "has_user", [1]), visit(3, "end", [2])]
SHIPPED = [
    visit(1, "start", kind=START, by="ana"),
    visit(2, "check_stock", [1]),
    visit(3, "order_more", [2]),
    visit(4, "wait_3_days", [3], kind=StepKind.WAIT),
    visit(5, "check_stock", [4]),
    visit(6, "reserve", [5]),
    visit(7, "pack", [6], WAITING, kind=HUMAN, words="waits for bo"),
    visit(8, "invoice", [6]),
    visit(9, "both", [8], WAITING, kind=StepKind.JOIN, words="waits for pack"),
]
ASKED = [
    visit(1, "ask", kind=START, by="ana"),
    visit(2, "how_much", [1]),
    visit(3, "boss", [2], kind=HUMAN, by="bo"),
    visit(4, "is_approved", [3]),
    visit(5, "tell", [4], StepState.FAILED),
    visit(6, "boss", [5], kind=HUMAN, is_skipped=True),
]
COUNTED = [
    visit(1, "begin", kind=START),
    *(visit(2 + 2 * at, "increment", [1 + 2 * at]) for at in range(10)),
    *(visit(3 + 2 * at, "check", [2 + 2 * at]) for at in range(10)),
    visit(30, "end", [21]),
]
OVERRIDDEN = [
    visit(1, "begin", kind=START, by="ana"),
    visit(2, "batman", [1]),
    visit(3, "robin", [1]),
    visit(4, "both", [2, 3]),
    visit(5, "save_the_princess", [4], StepState.CANCELLED, kind=HUMAN, by="bo"),
    visit(6, "override", [5], kind=OVERRIDE, by="bo"),
    visit(7, "end", [6], RUNNING),
    visit(8, "ring_the_bell", [6]),
]

WELCOME_DEFINED = """
                          ┌────────────────────┐
                        ┌▶│ send welcome email ├─┐
                        │ │      machine       │ │
╭───────╮  ┌──────────┐ │ └────────────────────┘ │ ┌─────────┐
│ start ├─▶│ has user ├─┤                        ├▶│   end   │
│ start │  │  choose  │ └────────────────────────┘ │ machine │
╰───────╯  └──────────┘                            └─────────┘
"""
WELCOME_WITHOUT = """
                                  ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┐
                                ┌▷┊ send welcome email ├─┐
                                │ ┊    not reached     ┊ │
┌───────────────┐  ┌──────────┐ │ └┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┘ │ ╔═════════════╗
│     start     ├━▶│ has user ├━┪                        ┢▶║     end     ║
│ ✓ done by ana │  │  ✓ done  │ ┗━━━━━━━━━━━━━━━━━━━━━━━━┛ ║ ✓ done, end ║
└───────────────┘  └──────────┘                            ╚═════════════╝

┌─┐ ✓ done   ╔═╗ ✓ end   ┌┈┐ not reached   ━━ path taken   ── not taken
"""
WELCOME_WITH = """
                                  ┌────────────────────┐
                                ┏▶│ send welcome email ├━┓
                                ┃ │       ✓ done       │ ┃
┌───────────────┐  ┌──────────┐ ┃ └────────────────────┘ ┃ ╔═════════════╗
│     start     ├━▶│ has user ├━┩                        ┡▶║     end     ║
│ ✓ done by ana │  │  ✓ done  │ └────────────────────────┘ ║ ✓ done, end ║
└───────────────┘  └──────────┘                            ╚═════════════╝

┌─┐ ✓ done   ╔═╗ ✓ end   ━━ path taken   ── not taken
"""
WELCOME_ASCII = """
           +---------------+
           |     start     |
           | v done by ana |
           +-------+-------+
                   v
              +----------+
              | has user |
              |  v done  |
              +----+-----+
          +--------+====+
          v             #
......................  #
: send welcome email :  #
:    not reached     :  #
..........+...........  #
          +--------+====+
                   v
            +=============+
            H     end     H
            H v done, end H
            +=============+

+-+ v done   +=+ v end   ... not reached   == path taken   -- not taken
"""
SHIPPING_OPEN = """
                                    ┌───────────────┐
                                    │     start     │
                                    │ ✓ done by ana │
                                    └───────┬───────┘
                                            ▼
                                     ┌─────────────┐
                                     │ check stock │
                                     │  ✓ done x2  │
                                     └────┬────────┘
                                          ┃   ▲
                                          ┃   ┗━━━━━━━━━━━━━┓
                 ┏━━━━━━━━━━━━━━┳━━━━━━━━━┹───────┐         ┃
                 ▼              ▼                 ▽         ┃
            ┌─────────┐   ┌────────────┐   ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┐  ┃
            │ reserve │   │ order more │   ┊  cancelled  ┊  ┃
            │ ✓ done  │   │   ✓ done   │   ┊ not reached ┊  ┃
            └────┬────┘   └─────┬──────┘   └┈┈┈┈┈┈┈┈┈┈┈┈┈┘  ┃
        ┏━━━━━━━━┻━━━━━━━━┓     ┗━━━━━━━━━━━━━━━┓   ┏━━━━━━━┛
        ▼                 ▼                     ▼   ┃
┏━━━━━━━━━━━━━━━━┓   ┌─────────┐           ┌────────┴────┐
┃      pack      ┃   │ invoice │           │ wait 3 days │
┃ ~ waits for bo ┃   │ ✓ done  │           │   ✓ done    │
┗━━━━━━━┯━━━━━━━━┛   └────┬────┘           └─────────────┘
        └────────┲━━━━━━━━┛
                 ▼
        ┏━━━━━━━━━━━━━━━━━━┓
        ┃       both       ┃
        ┃ ~ waits for pack ┃
        ┗━━━━━━━━┯━━━━━━━━━┛
                 ▽
          ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┐
          ┊    ship     ┊
          ┊ not reached ┊
          └┈┈┈┈┈┈┬┈┈┈┈┈┈┘
                 ▽
          ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┐
          ┊    track    ├┐
          ┊ not reached ◁┘
          └┈┈┈┈┈┈┬┈┈┈┈┈┈┘
                 ▽
          ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┐
          ┊     end     ┊
          ┊ not reached ┊
          └┈┈┈┈┈┈┈┈┈┈┈┈┈┘

┏━┓ open   ┌─┐ ✓ done   ┌┈┐ not reached   ━━ path taken   ── not taken
"""
SHIPPING_DOTS = """
            ┏▶◆─┐
      ┏▶●━━━┫   ┢▶◆─▷·─▷·─▷·
      ┃     ┗▶●━┛       ↻
      ┣▶●━━┓
●━▶║━━┩    ┃
   ●◀┓└▷·  ┗━▶║
     ┃    ┏━━━●
     ┗━━━━┛

◆ open   ● done   · not reached   ━━ path taken   ── not taken
"""
APPROVAL_FAILED = """
           ┌───────────────┐
           │      ask      │
           │ ✓ done by ana │
           └───────┬───────┘
                   ▼
              ┌──────────┐
              │ how much │
              │  ✓ done  │
              └────┬─────┘
           ┏━━━━━━━┹────┐
           ▼            │
    ┌──────────────┐    │
    │     boss     │    │
    │ - skipped x2 │    │
    └────────┬─────┘    │
         ▲   ┃          │
   ┏━━━━━┛   ┃          │
   ┃         ▼          │
   ┃   ┌─────────────┐  │
   ┃   │ is approved │  │
   ┃   │   ✓ done    │  │
   ┃   └──────┬──────┘  │
   ┃   ┏━━━━━━┹─────┐   │
   ┃   ▼            ▽   ▽
┏━━┷━━━━━━━┓   ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┐
┃   tell   ┃   ┊     pay     ┊
┃ x failed ┃   ┊ not reached ┊
┗━━━━━━━━━━┛   └┈┈┈┈┈┈┬┈┈┈┈┈┈┘
                      ▽
               ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┐
               ┊     end     ┊
               ┊ not reached ┊
               └┈┈┈┈┈┈┈┈┈┈┈┈┈┘

┌─┐ ✓ done   ┏━┓ x failed   ┌─┐ - skipped   ┌┈┐ not reached   ━━ path taken
── not taken
"""
LOOP = """
┌────────┐  ┌────────────┐  ┌────────────┐  ╔═════════════╗
│ begin  ├━▶│ increment  │◀━┤   check    ├━▶║     end     ║
│ ✓ done │  │ ✓ done x10 ├━▶│ ✓ done x10 │  ║ ✓ done, end ║
└────────┘  └────────────┘  └────────────┘  ╚═════════════╝

┌─┐ ✓ done   ╔═╗ ✓ end   ━━ path taken
"""
RESCUED = """
                           ┌───────────────┐   ┌┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┐
                           │     begin     │   ┊ begin by form ┊
                           │ ✓ done by ana │   ┊  not reached  ┊
                           └───────┬───────┘   └┬┈┈┈┈┈┈┈┈┈┈┈┈┈┈┘
                                 ┏━┻━━━━━━━━┓   │
                                 ▼          ▼   ▽
                             ┌────────┐   ┌────────┐
                             │ robin  │   │ batman │
                             │ ✓ done │   │ ✓ done │
                             └───┬────┘   └───┬────┘
                                 ┗━━━━━┳━━━━━━┛
                                       ▼
                                   ┌────────┐
                                   │  both  │
                                   │ ✓ done │
                                   └───┬────┘
                                       ▼
                             ┌───────────────────┐
                             │ save the princess │
                             │ / cancelled by bo │
                             └─────────┬─────────┘
                              ┏╍╍╍╍╍╍╍╍┹─────┐
                              ▼              │
                     ┌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┐    │
                     ╎     override     ╎    │
                     ╎ ^ override by bo ╎    │
                     └╌╌╌╌╌╌╌╌┬╌╌╌╌╌╌╌╌╌┘    │
                ┏╍╍╍╍╍╍╍╍╍╍╍╍╍┻╍╍╍╍╍╍╍╍╍╍┓   │
                ▼                        ▼   ▽
┌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┐   ┏━━━━━━━━━━━┓
╎         ring the bell          ╎   ┃    end    ┃
╎ ✓ done, end, no longer defined ╎   ┃ > running ┃
└╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┘   ┗━━━━━━━━━━━┛

┏━┓ open   ┌─┐ ✓ done   ┌─┐ / cancelled   ┌╌┐ ^ override   ┌┈┐ not reached
┌╌┐ ✓ no longer defined   ━━ path taken   ── not taken   ╍╍ by override
"""


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param(draw(WELCOME), WELCOME_DEFINED, id="welcome"),
        pytest.param(draw(WELCOME, WITHOUT_USER, direction=Direction.DOWN, is_ascii=True), WELCOME_ASCII, id="ascii"),
        pytest.param(draw(SHIPPING, SHIPPED), SHIPPING_OPEN, id="shipping"),
        pytest.param(draw(SHIPPING, SHIPPED, zoom=Zoom.DOTS), SHIPPING_DOTS, id="dots"),
        pytest.param(draw(APPROVAL, ASKED), APPROVAL_FAILED, id="approval"),
        pytest.param(draw(COUNT, COUNTED), LOOP, id="loop"),
    ],
)
def test_the_samples_look_as_they_did_when_somebody_looked(drawing: Drawing, expected: str) -> None:
    assert drawing.text == expected.strip("\n")
    assert drawing.width <= 80


def test_J9_without_a_user_the_mail_step_is_shown_as_not_reached() -> None:
    assert draw(WELCOME, WITH_USER).text == WELCOME_WITH.strip("\n")
    without = draw(WELCOME, WITHOUT_USER)
    assert without.text == WELCOME_WITHOUT.strip("\n")
    box = without.nodes["send_welcome_email"]
    spans = {each.style for each in without.spans if each.y == box.y + 1 and each.x == box.x}
    assert spans == {"not reached"}


def test_J13_after_an_override_every_state_is_told_apart_without_colour() -> None:
    assert draw(RESCUE, OVERRIDDEN).text == RESCUED.strip("\n")
    found = {each.node: each for each in standings(RESCUE, OVERRIDDEN)}
    assert {name: (each.look, each.border) for name, each in found.items()} == {
        "begin": (Look.DONE, Border.THIN),
        "begin_by_form": (Look.UNREACHED, Border.DOTTED),
        "batman": (Look.DONE, Border.THIN),
        "robin": (Look.DONE, Border.THIN),
        "both": (Look.DONE, Border.THIN),
        "save_the_princess": (Look.CANCELLED, Border.THIN),
        "end": (Look.OPEN, Border.HEAVY),
        "override": (Look.OVERRIDE, Border.DASHED),
        "ring_the_bell": (Look.END, Border.DASHED),
    }
    assert found["ring_the_bell"].is_gone
    assert not found["override"].is_gone


def test_J13_the_end_has_a_double_border_once_it_is_done() -> None:
    done = [*OVERRIDDEN[:6], visit(7, "end", [6])]
    assert {each.node: each.border for each in standings(RESCUE, done)}["end"] is Border.DOUBLE


def test_an_open_step_that_is_no_longer_defined_is_heavy_and_dashed() -> None:
    found = standings(WELCOME, [visit(1, "start"), visit(2, "call", [1], WAITING, words="waits for ana")])[-1]
    assert (found.border, found.words) == (Border.HEAVY_DASHED, "waits for ana, no longer defined")


def test_of_many_visits_one_that_is_open_or_failed_is_told_first() -> None:
    rounds = [visit(1, "check", state=StepState.FAILED), visit(2, "check"), visit(3, "end", [2])]
    assert {each.node: each.words for each in standings(COUNT, rounds)}["check"] == "failed x2"
    rounds.append(visit(4, "check", [3], RUNNING))
    assert {each.node: each.words for each in standings(COUNT, rounds)}["check"] == "running x3"
