"""The rows of a run in playing order, and the one rule of what a rating may know.

Matches and fixtures stand in one frame, sorted by kick-off and key. `events` is the order in which they are
walked through: every row of a UTC day is predicted first; a result is used only on days after the one its
match ended on. No rating walks through the rows in any other way. Nothing here computes a feature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.domain.divisions import Division

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MATCH_LENGTH = pd.Timedelta(hours=2)
"""From kick-off to the result, for kick-offs known to the minute."""

STATISTICS = ("goals", "shots", "shots_on_target", "corners", "red_cards")

_LABELS = ["match_id", "division", "season", "kick_off_at", "kick_off_precision", "home_id", "away_id"]


@dataclass(frozen=True)
class History:
    """Rows in playing order: `frame` for columns, integer codes for the compiled passes.

    events: the order of the walk; row r is predicted where r stands and learned where ~r stands.
    divisions, clubs: the names behind the codes `division` (n,) and `home`, `away` (n,).
    division_season, of division and season in that order, and home_entry, away_entry, of a club in one of
    them; entries of one division season are neighbours. day: days since 1970 (UTC) of the kick-off.
    counts: by name of STATISTICS (n, 2) numbers of home and away, NaN where unknown.
    """

    frame: pd.DataFrame
    events: Ints
    divisions: tuple[str, ...]
    countries: tuple[str, ...]
    clubs: tuple[str, ...]
    division: Ints
    tier: Ints
    season: Ints
    day: Ints
    home: Ints
    away: Ints
    division_season: Ints
    home_entry: Ints
    away_entry: Ints
    counts: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.frame)


def history_of(matches: pd.DataFrame, fixtures: pd.DataFrame, divisions: Mapping[str, Division]) -> History:
    """Join matches and fixtures into one history, sorted by kick-off and key.

    Raises KeyError for a division that `divisions` does not know.
    """
    frame = _joined(matches, fixtures)
    codes, names = _coded(frame["division"])
    known = [divisions[name] for name in names]
    season = frame["season"].to_numpy(dtype=np.int64)
    clubs, club_names = _coded(pd.concat([frame["home_id"], frame["away_id"]]))
    division_season = _dense(codes * 10_000 + season)
    entries = _dense(np.tile(division_season, 2) * max(len(club_names), 1) + clubs)
    return History(
        frame=frame,
        events=events_of(frame),
        divisions=names,
        countries=tuple(division.country for division in known),
        clubs=club_names,
        division=codes,
        tier=np.array([division.tier for division in known], dtype=np.int64)[codes],
        season=season,
        day=_days(frame["kick_off_at"]),
        home=clubs[: len(frame)],
        away=clubs[len(frame) :],
        division_season=division_season,
        home_entry=entries[: len(frame)],
        away_entry=entries[len(frame) :],
        counts={name: _both(frame, name) for name in STATISTICS},
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


def events_of(rows: pd.DataFrame) -> Ints:
    """Return the order in which rows are predicted (r) and learned (~r), so that no row sees its own day.

    rows: sorted by kick-off, with `is_played`. Results are learned in the order of the day they ended on,
    after every prediction of that day and before the first of a later day; a fixture is never learned.
    """
    number = np.arange(len(rows), dtype=np.int64)
    ends = known_at(rows).where(rows["kick_off_precision"] == "minute", rows["kick_off_at"])
    is_played = rows["is_played"].to_numpy(dtype=bool)
    event = np.concatenate([number, ~number[is_played]])
    day = np.concatenate([_days(rows["kick_off_at"]), _days(ends)[is_played]])
    is_learned = event < 0
    order = np.lexsort((np.where(is_learned, ~event, event), is_learned, day))
    return event[order]


def _joined(matches: pd.DataFrame, fixtures: pd.DataFrame) -> pd.DataFrame:
    statistics = [f"{side}_{name}" for side in ("home", "away") for name in STATISTICS]
    played = matches[[*_LABELS, *statistics, "outcome"]].assign(is_played=True)
    coming = fixtures[_LABELS].assign(is_played=False).reindex(columns=played.columns)
    parts = [part for part in (played, coming) if len(part)] or [played]
    rows = pd.concat([part.astype(dict.fromkeys([*statistics, "outcome"], "float64")) for part in parts])
    rows["is_played"] = rows["is_played"].astype(bool)
    return rows.sort_values(["kick_off_at", "match_id"], kind="stable", ignore_index=True)


def _both(frame: pd.DataFrame, name: str) -> Floats:
    return frame[[f"home_{name}", f"away_{name}"]].to_numpy(dtype=np.float64)


def _coded(names: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    codes, known = pd.factorize(names, sort=True)
    return codes.astype(np.int64), tuple(map(str, known))


def _dense(keys: Ints) -> Ints:
    return np.unique(keys, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _days(instants: pd.Series) -> Ints:
    naive = instants.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return np.asarray(naive.astype("datetime64[D]").astype(np.int64))
