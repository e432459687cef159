"""How close each family comes to the perfect forecast, which only the simulated world can tell.

Test seasons 2023 and later of the embedded world, walk-forward, matches that all families answer. The
bounds leave about three standard errors (by playing day) to the gaps seen when they were set: base rates
0.070, market 0.008, poisson 0.017, lightgbm 0.007, filter 0.017, ratings_logit 0.017, memory_logit 0.006,
memory_boost 0.001, closing_line 0.002, anchored_logit 0.002, elo_logit 0.027, dixon_coles 0.025. Blends are
left to their parts.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.evaluation.walk_forward import walk_forward
from pipeline.features.build import build_features
from pipeline.models.catalogue import FAMILIES
from pipeline.sources.catalogue import source_named
from pipeline.sources.embedded.site import EmbeddedSite
from pipeline.sources.normalise import Normalised, normalise

AS_OF = datetime(2026, 6, 20, 12, tzinfo=UTC)
KEY = ["division", "season", "home", "away"]
WALKED = ("base_rates", "market", "poisson", "lightgbm", "elo_logit", "dixon_coles")
FITTED_ONCE = ("filter", "ratings_logit", "memory_logit", "memory_boost", "closing_line", "anchored_logit")
"""Those with many columns are dear: fitted once, before the first test season, and asked about all of it."""
LARGEST_GAP = {
    "base_rates": 0.090,
    "market": 0.012,
    "poisson": 0.025,
    "lightgbm": 0.013,
    "filter": 0.025,
    "ratings_logit": 0.025,
    "memory_logit": 0.012,
    "memory_boost": 0.005,
    "closing_line": 0.005,
    "anchored_logit": 0.006,
    "elo_logit": 0.036,
    "dixon_coles": 0.034,
}
SMALLEST_GAP = {
    "base_rates": 0.055,
    "market": 0.002,
    "poisson": 0.007,
    "lightgbm": 0.002,
    "filter": 0.007,
    "ratings_logit": 0.007,
    "memory_logit": 0.0,
    "memory_boost": -0.002,
    "closing_line": -0.001,
    "anchored_logit": -0.002,
    "elo_logit": 0.018,
    "dixon_coles": 0.015,
}
NOISE = 2.6
"""Standard errors within which a model may seem to beat the truth: one test in a hundred."""


def _fitted_once(features: pd.DataFrame, family: str) -> pd.DataFrame:
    tested = features[features["is_played"] & (features["season"] >= 2023)]
    past = features[features["is_played"] & (features["kick_off_at"] < tested["kick_off_at"].min())]
    shares = FAMILIES[family].build({}).fit(past).forecast(tested)
    table = pd.DataFrame(shares, columns=["p_home", "p_draw", "p_away"])
    return table.assign(match_id=tested["match_id"].to_numpy(), family=family)


def _tables(site: EmbeddedSite) -> Normalised:
    source = source_named("embedded")
    links = re.findall(r'href="([^"]+)"', (site.read("") or b"").decode(), re.IGNORECASE)
    bodies = [(file, site.read(file.path)) for file in source.files(links)]
    parsed = [(file, source.parse(file, body), AS_OF) for file, body in bodies if body is not None]
    return normalise(parsed, divisions_of("embedded"), cut_off_at=AS_OF)


@pytest.fixture(scope="module")
def losses() -> pd.DataFrame:
    """Log loss a match of each family and of the truth (column `truth`), with the day of the match."""
    site = EmbeddedSite(AS_OF, size="embedded")
    tables = _tables(site)
    given = tables.matches, tables.fixtures, tables.quotes, divisions_of("embedded")
    features = build_features(*given, cut_off_at=AS_OF)
    forecasts = pd.concat(
        [
            walk_forward(features, {name: {} for name in WALKED}, first_test_season=2023),
            *(_fitted_once(features, name) for name in FITTED_ONCE),
        ]
    )
    truth = (
        tables.matches[["match_id", *KEY]].merge(site.truth(), on=KEY, validate="1:1").assign(family="truth")
    )
    shares = ["p_home", "p_draw", "p_away"]
    every = pd.concat([forecasts, truth[["match_id", "family", *shares]]])
    played = tables.matches[["match_id", "outcome", "kick_off_at"]]
    every = every.merge(played, on="match_id", validate="m:1")
    hit = every[shares].to_numpy()[np.arange(len(every)), every["outcome"].to_numpy()]
    every["loss"], every["day"] = -np.log(hit), every["kick_off_at"].dt.floor("D")
    return every.pivot(index=["day", "match_id"], columns="family", values="loss").dropna()


def _gap(losses: pd.DataFrame, family: str, to: str = "truth") -> tuple[float, float]:
    """Return the mean difference in log loss and its standard error, matches of a day taken together."""
    difference = losses[family] - losses[to]
    sums = (difference - difference.mean()).groupby("day").sum()
    return float(difference.mean()), float(np.sqrt((sums**2).sum()) / len(difference))


def test_there_are_enough_matches_to_tell_the_families_apart(losses: pd.DataFrame) -> None:
    assert len(losses) > 4000


@pytest.mark.parametrize("family", [*WALKED, *FITTED_ONCE])
def test_a_family_comes_as_close_to_the_truth_as_it_should(losses: pd.DataFrame, family: str) -> None:
    gap, _ = _gap(losses, family)
    assert SMALLEST_GAP[family] < gap < LARGEST_GAP[family]


@pytest.mark.parametrize("family", [*WALKED, *FITTED_ONCE])
def test_no_family_beats_the_truth_beyond_noise(losses: pd.DataFrame, family: str) -> None:
    gap, error = _gap(losses, family)
    assert gap > -NOISE * error


def test_the_independent_family_knows_far_more_than_the_base_rates(losses: pd.DataFrame) -> None:
    gap, error = _gap(losses, "poisson", to="base_rates")
    assert gap < -5 * error


def test_the_anchored_family_does_not_squander_the_market(losses: pd.DataFrame) -> None:
    gap, error = _gap(losses, "lightgbm", to="market")
    assert gap < min(0.004, 3 * error)
