"""Nothing after the cut-off moves anything: scramble or drop it, and every number stays the same to the bit.

The simulated feed's results files of a later day, and its list of fixtures of the day itself, are cut at an
instant in the middle of a playing day. Then all that became known after that instant is replaced by noise or
taken away, and features, fitted states, forecasts and the walk-forward are built again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.evaluation.walk_forward import walk_forward
from pipeline.features.build import LABEL_COLUMNS, PRICE_LABELS, build_features
from pipeline.features.catalogue import feature_columns
from pipeline.features.ratings import current_elo
from pipeline.forecasts.score import score_fixtures
from pipeline.models.catalogue import FAMILIES
from pipeline.sources.base import FeedFile, ParsedFile
from pipeline.sources.catalogue import source_named
from pipeline.sources.embedded.site import EmbeddedSite
from pipeline.sources.normalise import Normalised, early_collected_at, normalise

CUT_OFF_AT = datetime(2026, 4, 18, 14, 0, tzinfo=UTC)
SEEN_AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
PARAMS = {
    "base_rates": {},
    "market": {},
    "poisson": {},
    "lightgbm": {"rounds": 20, "min_data_in_leaf": 30},
    "ratings_logit": {},
    "memory_logit": {},
    "memory_boost": {"rounds": 10},
    "closing_line": {"rounds": 10, "min_data_in_leaf": 30},
    "anchored_logit": {},
}
DIVISIONS = divisions_of("tiny")
GOALS_AND_COUNTS = ("goals", "shots", "shots_on_target", "corners", "red_cards")

Parsed = list[tuple[FeedFile, ParsedFile, datetime]]


@dataclass(frozen=True)
class Built:
    """All that a run would derive from the archive."""

    tables: Normalised
    features: pd.DataFrame
    states: dict[str, dict[str, object]]
    forecasts: pd.DataFrame
    backtest: pd.DataFrame


def _parsed() -> Parsed:
    """Return the results files as of SEEN_AT and the list of fixtures as of CUT_OFF_AT."""
    later, then = (EmbeddedSite(instant, size="tiny") for instant in (SEEN_AT, CUT_OFF_AT))
    source = source_named("tiny")
    links = re.findall(r'href="([^"]+)"', (later.read("") or b"").decode(), re.IGNORECASE)
    parsed: Parsed = []
    for file in source.files(links):
        site, fetched_at = (later, SEEN_AT) if file.kind == "results" else (then, CUT_OFF_AT)
        own = source.parse(file, site.read(file.path) or b"")
        parsed.append((file, replace(own, rows=_with_other_markets(own.rows, file.kind)), fetched_at))
    return parsed


def _with_other_markets(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Add totals and handicaps, which the simulated feed has not, to the rows that have prices."""
    moments = ("early", "close") if kind == "results" else ("early",)
    added = {
        f"{book}_{moment}_{side}": 1.7 + 0.01 * ((rows["avg_early_home"] * 100).round() % 40)
        for moment in moments
        for book in ("avg", "b365")
        for side in ("over25", "under25", "handicap_home", "handicap_away", "handicap_line")
    }
    return rows.assign(**added)


def _built(parsed: Parsed) -> Built:
    tables = normalise(parsed, DIVISIONS, cut_off_at=CUT_OFF_AT)
    given = tables.matches, tables.fixtures, tables.quotes, DIVISIONS
    features = build_features(*given, cut_off_at=CUT_OFF_AT)
    models = {name: FAMILIES[name].build(params).fit(features) for name, params in PARAMS.items()}
    return Built(
        tables=tables,
        features=features,
        states={name: model.state() for name, model in models.items()},
        forecasts=score_fixtures(features, models, "lightgbm", withheld={}),
        backtest=walk_forward(features, PARAMS, first_test_season=2025),
    )


def _changed(parsed: Parsed, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Parsed:
    """Change the results files; the list of fixtures stays, since it was fetched at the cut-off."""
    return [
        (file, replace(each, rows=change(each.rows)) if file.kind == "results" else each, at)
        for file, each, at in parsed
    ]


def _is_unknown(rows: pd.DataFrame) -> pd.Series:
    """Tell which rows had no result at the cut-off."""
    return rows["kick_off_at"] + pd.Timedelta(hours=2) > CUT_OFF_AT


def _scrambled(rows: pd.DataFrame) -> pd.DataFrame:
    random, rows = np.random.default_rng(99), rows.copy()
    late = _is_unknown(rows)
    counts = [
        name for name in rows if name.startswith(("home_", "away_")) and name.endswith(GOALS_AND_COUNTS)
    ]
    for name in counts:
        rows.loc[late, name] = random.integers(0, 9, int(late.sum())).astype("float64")
    if "full_time_result" in rows:
        margins = (rows["home_goals"] - rows["away_goals"])[late]
        rows.loc[late, "full_time_result"] = np.select([margins > 0, margins < 0], ["H", "A"], "D")
    unquoted = late & (early_collected_at(rows["kick_off_at"]) > CUT_OFF_AT)
    for name in rows.columns:
        is_late = late if "_close_" in name else unquoted
        if "_close_" in name or "_early_" in name:
            rows.loc[is_late, name] = random.uniform(1.2, 9.0, int(is_late.sum())).round(2)
    return rows


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return _parsed()


@pytest.fixture(scope="module")
def built(parsed: Parsed) -> Built:
    return _built(parsed)


@pytest.fixture(scope="module")
def scrambled(parsed: Parsed) -> Built:
    return _built(_changed(parsed, _scrambled))


def test_the_cut_off_falls_into_a_playing_day_with_much_still_to_come(parsed: Parsed, built: Built) -> None:
    today = built.features["kick_off_at"].dt.floor("D") == pd.Timestamp(CUT_OFF_AT).floor("D")
    assert built.features.loc[today, "is_played"].nunique() == 2
    assert sum(int(_is_unknown(each.rows).sum()) for _, each, _ in parsed) > 50
    assert built.forecasts["p_home"].notna().any()


def test_a_scrambled_future_moves_no_quote_of_any_market(built: Built, scrambled: Built) -> None:
    quotes = built.tables.quotes
    is_fixture = quotes["match_id"].isin(built.tables.fixtures["match_id"])
    others = [name for name in quotes.columns if "25" in name or "handicap" in name]
    assert len(others) == 20
    for rows in (quotes[is_fixture], quotes[~is_fixture]):
        assert rows[[name for name in others if "_early_" in name]].notna().any(axis=None)
    assert quotes.loc[is_fixture, [name for name in others if "_close_" in name]].isna().all(axis=None)
    assert (quotes["early_at"] <= pd.Timestamp(CUT_OFF_AT)).all()
    pd.testing.assert_frame_equal(scrambled.tables.quotes, quotes, check_exact=True)


def test_a_scrambled_future_moves_no_feature(built: Built, scrambled: Built) -> None:
    pd.testing.assert_frame_equal(scrambled.features, built.features, check_exact=True)


def test_a_scrambled_future_moves_no_fitted_state(built: Built, scrambled: Built) -> None:
    assert scrambled.states == built.states


def test_a_scrambled_future_moves_no_forecast(built: Built, scrambled: Built) -> None:
    pd.testing.assert_frame_equal(scrambled.forecasts, built.forecasts, check_exact=True)
    pd.testing.assert_frame_equal(scrambled.backtest, built.backtest, check_exact=True)


def test_a_future_that_never_came_moves_nothing_of_the_past(parsed: Parsed, built: Built) -> None:
    dropped = _built(_changed(parsed, lambda rows: rows[~_is_unknown(rows)].reset_index(drop=True)))
    matches = built.features[built.features["is_played"]].reset_index(drop=True)
    past = dropped.features[dropped.features["is_played"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(past, matches, check_exact=True)
    assert dropped.states == built.states
    pd.testing.assert_frame_equal(dropped.backtest, built.backtest, check_exact=True)


def test_a_fixture_s_features_are_those_it_keeps_once_it_is_played(parsed: Parsed, built: Built) -> None:
    later = normalise(parsed, DIVISIONS, cut_off_at=SEEN_AT)
    given = later.matches, later.fixtures, later.quotes, DIVISIONS
    afterwards = build_features(*given, cut_off_at=SEEN_AT).set_index("match_id")
    before = built.features.set_index("match_id")
    today = before["kick_off_at"].dt.floor("D") == pd.Timestamp(CUT_OFF_AT).floor("D")
    compared = before[today & ~before["is_played"]].drop(
        columns=["is_played", "outcome", "home_goals", "away_goals", *PRICE_LABELS]
    )
    assert len(compared) > 0
    same = afterwards.loc[compared.index, list(compared.columns)]
    pd.testing.assert_frame_equal(same, compared, check_exact=True)


def test_the_last_known_result_does_move_something(parsed: Parsed, built: Built) -> None:
    last = built.tables.matches["kick_off_at"].max()

    def turned(rows: pd.DataFrame) -> pd.DataFrame:
        rows, known = rows.copy(), rows["kick_off_at"] == last
        rows.loc[known, ["home_goals", "away_goals"]] = [9.0, 0.0]
        if "full_time_result" in rows:
            rows.loc[known, "full_time_result"] = "H"
        return rows

    other = _built(_changed(parsed, turned))
    assert other.states != built.states
    assert not current_elo(other.tables.matches, DIVISIONS).equals(
        current_elo(built.tables.matches, DIVISIONS)
    )


def test_totals_and_handicaps_move_only_what_may_see_prices(parsed: Parsed, built: Built) -> None:
    def without_others(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.drop(columns=[name for name in rows if "25" in name or "handicap" in name])

    alone = [(file, replace(each, rows=without_others(each.rows)), at) for file, each, at in parsed]
    columns = [*LABEL_COLUMNS, *feature_columns("independent")]
    other = normalise(alone, DIVISIONS, cut_off_at=CUT_OFF_AT)
    features = build_features(other.matches, other.fixtures, other.quotes, DIVISIONS, cut_off_at=CUT_OFF_AT)
    pd.testing.assert_frame_equal(features[columns], built.features[columns], check_exact=True)
    assert not features["past_odds_log_home"].equals(built.features["past_odds_log_home"])


def test_closing_prices_are_input_to_the_memory_of_earlier_matches_alone(
    parsed: Parsed, built: Built
) -> None:
    def without_close(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(**{name: np.nan for name in rows if "_close_" in name})

    blind = normalise(_changed(parsed, without_close), DIVISIONS, cut_off_at=CUT_OFF_AT)
    features = build_features(blind.matches, blind.fixtures, blind.quotes, DIVISIONS, cut_off_at=CUT_OFF_AT)
    past = set(feature_columns("memory")) - set(feature_columns("independent"))
    columns = [name for name in built.features if name not in {*past, *PRICE_LABELS}]
    pd.testing.assert_frame_equal(features[columns], built.features[columns], check_exact=True)
    assert not features["past_odds_log_home"].equals(built.features["past_odds_log_home"])
