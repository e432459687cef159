"""The geometry of the inline charts."""

from __future__ import annotations

import pytest

from pipeline.publishing.charts import PANEL_SIZE, bar_of, mark_of, panel_of


@pytest.mark.parametrize(
    "chances", [(1.0, 0.0, 0.0), (0.335, 0.335, 0.33), (0.0, 0.005, 0.995), (1 / 3, 1 / 3, 1 / 3)]
)
def test_a_bar_is_always_filled(chances: tuple[float, float, float]) -> None:
    bar = bar_of(chances)
    assert bar.home + bar.draw + bar.away == 100
    assert min(bar.home, bar.draw, bar.away) >= 0


def test_an_interval_beyond_the_axis_ends_at_its_edge() -> None:
    mark = mark_of(-5.0, 0.0, 5.0, reach=1.0)
    assert mark is not None
    assert (mark.low, mark.middle, mark.high) == (0.0, 50.0, 100.0)


def test_an_interval_with_a_missing_end_is_not_drawn() -> None:
    assert mark_of(float("nan"), 0.1, 0.2, reach=1.0) is None


def test_an_axis_without_reach_draws_nothing() -> None:
    assert mark_of(0.0, 0.0, 0.0, reach=0.0) is None


def test_a_forecast_that_happens_as_often_as_said_lies_on_the_diagonal() -> None:
    panel = panel_of("home", [(100, 0.25, 0.25, 0.2, 0.3), (100, 0.75, 0.75, 0.7, 0.8)])
    assert [(dot.x, PANEL_SIZE - dot.y) for dot in panel.dots] == [(60.0, 60.0), (180.0, 180.0)]


def test_bins_without_forecasts_are_left_out() -> None:
    nan = float("nan")
    panel = panel_of("draw", [(0, nan, nan, nan, nan), (9, 0.25, 0.2, 0.1, 0.4)])
    assert len(panel.dots) == 1
    assert panel.band == ""


def test_a_bin_of_few_forecasts_is_thin() -> None:
    panel = panel_of("away", [(49, 0.2, 0.2, 0.1, 0.3), (50, 0.3, 0.3, 0.2, 0.4)])
    assert [dot.is_thin for dot in panel.dots] == [True, False]
    assert panel.line == "72.0,168.0"


def test_the_band_runs_out_along_the_top_and_back_along_the_bottom() -> None:
    panel = panel_of("home", [(90, 0.25, 0.25, 0.2, 0.3), (90, 0.5, 0.5, 0.4, 0.6)])
    assert panel.band == "60.0,168.0 120.0,96.0 120.0,144.0 60.0,192.0"
