"""The future before it happens: the real passes played on a copy of the store, with a clock that is turned by hand."""

from engine.forecast.compare import compare_forecast
from engine.forecast.play import Wanted, play
from engine.forecast.rows import Coming, Forecast, Kind, Only

__all__ = ["Coming", "Forecast", "Kind", "Only", "Wanted", "compare_forecast", "play"]
