"""The rows of a run in playing order, and the one rule of what a rating may know.

Matches and fixtures stand in one frame, sorted by kick-off and key. `replay` walks through it day by day:
every row of a UTC day is predicted first; a result is used only on days after the one its match ended on.
No rating walks through the rows in any other way. Nothing here computes a feature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.divisions import Division

MATCH_LENGTH = pd.Timedelta(hours=2)
"""From kick-off to the result, for kick-offs known to the minute."""

STATISTICS = ("goals", "shots", "shots_on_target", "corners", "red_cards")

_LABELS = ["match_id", "division", "season", "kick_off_at", "kick_off_precision", "home_id", "away_id"]


@dataclass(frozen=True)
class History:
    """Rows in playing order: `frame` for columns, plain lists for the day loop.

    `day` and `end_day` count days since 1970 (UTC) of the kick-off and of the result. `home` and `away` hold,
    by name of STATISTICS, one number a row, NaN where unknown.
    """

    frame: pd.DataFrame
    division: list[str]
    country: list[str]
    tier: list[int]
    season: list[int]
    home_id: list[str]
    away_id: list[str]
    day: list[int]
    end_day: list[int]
    is_played: list[bool]
    home: dict[str, list[float]]
    away: dict[str, list[float]]

    def __len__(self) -> int:
        return len(self.day)


def history_of(matches: pd.DataFrame, fixtures: pd.DataFrame, divisions: Mapping[str, Division]) -> History:
    """Join matches and fixtures into one history, sorted by kick-off and key.

    Raises KeyError for a division that `divisions` does not know.
    """
    frame = _joined(matches, fixtures)
    known = [divisions[code] for code in frame["division"]]
    ends = known_at(frame)
    return History(
        frame=frame,
        division=frame["division"].tolist(),
        country=[division.country for division in known],
        tier=[division.tier for division in known],
        season=frame["season"].tolist(),
        home_id=frame["home_id"].tolist(),
        away_id=frame["away_id"].tolist(),
        day=_days(frame["kick_off_at"]),
        end_day=_days(ends.where(frame["kick_off_precision"] == "minute", frame["kick_off_at"])),
        is_played=frame["is_played"].tolist(),
        home={name: frame[f"home_{name}"].tolist() for name in STATISTICS},
        away={name: frame[f"away_{name}"].tolist() for name in STATISTICS},
    )


def known_at(rows: pd.DataFrame) -> pd.Series:
    """Return when the result of each row is known: two hours after kick-off, or at the end of an unclocked
    day.
    """
    unclocked = rows["kick_off_at"].dt.floor("D") + pd.Timedelta(days=1)
    known: pd.Series = unclocked.where(
        rows["kick_off_precision"] != "minute", rows["kick_off_at"] + MATCH_LENGTH
    )
    return known


def replay(history: History, predict: Callable[[int], None], learn: Callable[[int], None]) -> None:
    """Call `predict` for every row and `learn` for every played one, so that no row sees its own day.

    predict: takes the row number; must not change the state of the rating.
    learn: takes the number of a played row, in the order of end day and row.
    """
    waiting: dict[int, list[int]] = {}
    for row, day in enumerate(history.day):
        for ended in sorted(each for each in waiting if each < day):
            _learn_all(waiting.pop(ended), learn)
        predict(row)
        if history.is_played[row]:
            waiting.setdefault(history.end_day[row], []).append(row)
    for ended in sorted(waiting):
        _learn_all(waiting[ended], learn)


def _learn_all(rows: list[int], learn: Callable[[int], None]) -> None:
    for row in rows:
        learn(row)


def _joined(matches: pd.DataFrame, fixtures: pd.DataFrame) -> pd.DataFrame:
    statistics = [f"{side}_{name}" for side in ("home", "away") for name in STATISTICS]
    played = matches[[*_LABELS, *statistics, "outcome"]].assign(is_played=True)
    coming = fixtures[_LABELS].assign(is_played=False).reindex(columns=played.columns)
    parts = [part for part in (played, coming) if len(part)] or [played]
    rows = pd.concat([part.astype(dict.fromkeys([*statistics, "outcome"], "float64")) for part in parts])
    rows["is_played"] = rows["is_played"].astype(bool)
    return rows.sort_values(["kick_off_at", "match_id"], kind="stable", ignore_index=True)


def _days(instants: pd.Series) -> list[int]:
    days: npt.NDArray[np.int64] = (
        instants.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[D]").astype(np.int64)
    )
    return list(map(int, days))
