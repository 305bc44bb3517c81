"""When something repeats: every notation of a schedule becomes one value, `Rule`, with one meaning."""

from engine.rules.when.bad import BadSpec
from engine.rules.when.boots import booted, is_open
from engine.rules.when.compare import Row, compare
from engine.rules.when.preview import Planned, preview, sentence
from engine.rules.when.reading import counts_from_start, from_moment, parse
from engine.rules.when.rule import Rule, bounded
from engine.rules.when.wallclock import zone_of

__all__ = [
    "BadSpec",
    "Planned",
    "Row",
    "Rule",
    "booted",
    "bounded",
    "compare",
    "counts_from_start",
    "from_moment",
    "is_open",
    "parse",
    "preview",
    "sentence",
    "zone_of",
]
