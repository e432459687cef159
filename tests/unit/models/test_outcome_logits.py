"""The outcome logits: what each leaves out, how divisions are pooled, and that old matches fade."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.errors import ModelError
from pipeline.domain.scores import log_loss
from pipeline.features.build import build_features
from pipeline.models.anchored_logit import AnchoredLogit
from pipeline.models.filter_logit import FilterLogit
from pipeline.models.linear import scarcity
from pipeline.models.memory_logit import MemoryLogit
from pipeline.models.ratings_logit import RatingsLogit
from tests.unit.features.simulated_football import simulated

_MARKET = ["market_home", "market_draw", "market_away"]


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    football = simulated(seasons=4)
    tables = football.matches, football.fixtures, football.quotes, football.divisions
    return build_features(*tables, cut_off_at=football.cut_off_at)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ModelError, match="unknown parameters"):
        RatingsLogit({"depth": 3})


class Unpooled(RatingsLogit):
    """Keeps its ridge on an archive of any size."""

    scarce_ridge = 0.0


def test_on_a_small_archive_the_ridge_pulls_harder_and_the_forecasts_are_better(
    features: pd.DataFrame,
) -> None:
    played = features[features["is_played"]]
    past, later = (
        played[played["season"] < played["season"].max()],
        played[played["season"].eq(played["season"].max())],
    )
    outcomes = later["outcome"].to_numpy(dtype="int64")
    harder, plain = (
        log_loss(kind().fit(past).forecast(later), outcomes).mean() for kind in (RatingsLogit, Unpooled)
    )
    assert harder < plain - 0.01


def test_a_parameter_of_the_ridge_counts_on_a_small_archive_too(features: pd.DataFrame) -> None:
    soft, hard = (RatingsLogit({"ridge": ridge}).fit(features).coefficients for ridge in (0.1, 10.0))
    assert np.abs(hard[1:]).sum() < 0.8 * np.abs(soft[1:]).sum()


def test_the_ridge_grows_without_a_jump_as_the_archive_shrinks() -> None:
    pulls = [scarcity(count, 1000.0) for count in range(110_000, 1_000, -1_000)]
    assert pulls == sorted(pulls)
    assert pulls[0] == 1.0
    assert pulls[-1] == 1000.0
    assert max(later / sooner for sooner, later in pairwise(pulls)) < 1.4


def test_the_filter_reads_nothing_but_the_filter(features: pd.DataFrame) -> None:
    names = FilterLogit().inputs(features).names
    assert all(name.startswith("blend_") for name in names)


def test_the_ratings_logit_reads_no_price_and_the_memory_logit_past_ones_only(features: pd.DataFrame) -> None:
    independent, memory = RatingsLogit().inputs(features).names, MemoryLogit().inputs(features).names
    assert not [name for name in independent if name.startswith(("past_", "market_", "book_"))]
    assert set(independent) < set(memory)
    assert not [name for name in memory if name.startswith(("market_", "book_"))]


def test_an_unseen_division_gets_what_all_divisions_share(features: pd.DataFrame) -> None:
    model = FilterLogit().fit(features)
    rows = features.head(5).assign(division="ZZ9")
    split = model.explained(rows)
    assert (split.parts["division"] == 0).all()
    assert np.isfinite(model.forecast(rows)).all()


def test_a_hard_ridge_leaves_the_early_market_as_it_is_but_for_an_intercept(features: pd.DataFrame) -> None:
    hard = dict.fromkeys(["ridge", "division_ridge", "slope_ridge"], 1e12)
    model = AnchoredLogit(hard).fit(features)
    shares = model.forecast(features)
    market = features[_MARKET].to_numpy()
    beyond = np.log(shares) - np.log(market)
    tilt = beyond - beyond[:, [1]]
    known = np.isfinite(shares).all(axis=1)
    assert tilt[known] == pytest.approx(np.tile(tilt[known][0], (known.sum(), 1)), abs=1e-6)


def test_a_biased_division_is_corrected_and_another_is_hardly_moved(features: pd.DataFrame) -> None:
    is_biased = features["division"] == features["division"].iloc[0]
    home = features["market_home"].where(~is_biased, features["market_home"] * 0.5)
    rows = features.assign(market_home=home, market_away=1 - home - features["market_draw"])
    soft = {"division_ridge": 1.0, "slope_ridge": 1.0}
    split = AnchoredLogit(soft).fit(rows).explained(rows[rows["has_price"] == 1])
    moved = split.parts["division"][:, 0] - split.parts["division"][:, 1]
    biased = is_biased[rows["has_price"] == 1].to_numpy()
    assert moved[biased].mean() > moved[~biased].mean() + 0.2


def test_only_the_last_seasons_are_learnt_from(features: pd.DataFrame) -> None:
    last = features["season"].max()
    noise = features.assign(outcome=features["outcome"].where(features["season"] > last - 2, 0.0))
    short = FilterLogit({"seasons": 2}).fit(features).state()
    assert FilterLogit({"seasons": 2}).fit(noise).state() == short
    assert FilterLogit({"seasons": 9}).fit(noise).state() != FilterLogit({"seasons": 9}).fit(features).state()


def test_what_was_left_out_is_told_in_the_state(features: pd.DataFrame) -> None:
    left_out = AnchoredLogit().fit(features).state()["scale"]["left_out"]
    assert any(name.startswith("book_") for name in left_out)
    assert "blend_beyond_home" not in left_out
