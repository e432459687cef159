"""The reasons and cards of a published run: parts that add up to the published forecasts, a card a family."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.models.catalogue import FAMILIES
from tests.graph.checkout import Checkout


@pytest.fixture(scope="module")
def tables(published: Checkout) -> dict[str, pd.DataFrame]:
    names = ("upcoming", "contributions", "model_cards")
    return {name: pd.read_parquet(published.release() / f"data/{name}.parquet") for name in names}


def test_the_parts_of_every_forecast_add_up_to_what_is_published(tables: dict[str, pd.DataFrame]) -> None:
    forecast = tables["upcoming"].dropna(subset=["p_home"]).set_index("match_id").sort_index()
    sums = tables["contributions"].groupby("match_id")[["log_home", "log_away"]].sum()
    assert sums.index.tolist() == forecast.index.tolist() != []
    for side in ("home", "away"):
        ratios = np.log((forecast[f"p_{side}"] / forecast["p_draw"]).to_numpy())
        assert sums[f"log_{side}"].to_numpy() == pytest.approx(ratios, abs=5e-5)


def test_the_family_that_is_split_is_the_one_that_speaks(tables: dict[str, pd.DataFrame]) -> None:
    told = tables["contributions"].drop_duplicates(["match_id", "family"]).set_index("match_id")["family"]
    spoken = tables["upcoming"].set_index("match_id")["forecast_family"].dropna()
    assert told.sort_index().tolist() == spoken.sort_index().tolist()


def test_every_family_has_a_card_and_ours_say_what_they_learnt_from(tables: dict[str, pd.DataFrame]) -> None:
    cards = tables["model_cards"].set_index("family")
    assert cards.index.tolist() == list(FAMILIES)
    fitted = cards[cards["matches_count"].notna()]
    assert {"poisson", "ratings_logit", "lightgbm"} <= set(fitted.index)
    assert (fitted["matches_count"] > 0).all()
    assert all(json.loads(text)["family"] == family for family, text in fitted["fitted"].items())


def test_a_division_page_tells_why_without_a_script(
    published: Checkout, tables: dict[str, pd.DataFrame]
) -> None:
    code = tables["contributions"]["division"].iloc[0].lower()
    page = (published.release() / f"divisions/{code}/index.html").read_text(encoding="utf-8")
    assert page.count("tl-why") > 0
    assert "Together" in page
