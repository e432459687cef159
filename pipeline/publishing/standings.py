"""League tables from results: three points a win, one a draw.

Deductions, play-off groups and head-to-head rules are not known to the feed, so the pages say that this is
the table the results alone give.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_COUNTS = ["played", "won", "drawn", "lost", "goals_for", "goals_against", "points"]


def league_standings(matches: pd.DataFrame) -> pd.DataFrame:
    """Return one row a club of each division and season in `matches` (table `matches`).

    Order and `position`: points, goal difference, goals for, then name.
    """
    sides = pd.concat([_seen_from(matches, "home", "away"), _seen_from(matches, "away", "home")])
    table = sides.groupby(["division", "season", "club_id"], sort=True, as_index=False).agg(
        {"club": "last"} | dict.fromkeys(_COUNTS, "sum")
    )
    table["goal_difference"] = table["goals_for"] - table["goals_against"]
    table = table.sort_values(
        ["division", "season", "points", "goal_difference", "goals_for", "club"],
        ascending=[True, True, False, False, False, True],
        kind="stable",
        ignore_index=True,
    )
    table["position"] = table.groupby(["division", "season"]).cumcount() + 1
    return table.drop(columns="goal_difference")


def _seen_from(matches: pd.DataFrame, own: str, other: str) -> pd.DataFrame:
    scored = matches[f"{own}_goals"].to_numpy()
    conceded = matches[f"{other}_goals"].to_numpy()
    won, drawn = scored > conceded, scored == conceded
    return pd.DataFrame(
        {
            "division": matches["division"].to_numpy(),
            "season": matches["season"].to_numpy(),
            "club": matches[own].to_numpy(),
            "club_id": matches[f"{own}_id"].to_numpy(),
            "played": np.ones(len(matches), dtype="int64"),
            "won": won.astype("int64"),
            "drawn": drawn.astype("int64"),
            "lost": (~won & ~drawn).astype("int64"),
            "goals_for": scored.astype("int64"),
            "goals_against": conceded.astype("int64"),
            "points": 3 * won + drawn.astype("int64"),
        }
    ).astype({"division": "str", "club": "str", "club_id": "str"})
