"""What an edit of a results file changed: the rows before and after, compared match by match.

The feed edits finished seasons without saying so. Here two parsed states of one file are compared; which
states there are, and when they came, is known elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_NOT_COMPARED = ["source_file", "source_row"]
_MOST_NAMED = 3
_MOST_SIGNS = 40


@dataclass(frozen=True)
class RowChanges:
    """What became of the rows of one file. named: the first few changes in words."""

    before_count: int
    changed_count: int
    added_count: int
    removed_count: int
    named: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return the number of rows that changed, came or went."""
        return self.changed_count + self.added_count + self.removed_count

    def sentence(self) -> str:
        """Return the counts and the first few changes as one line of text.

        >>> RowChanges(132, 1, 0, 0, ("Ayford - Benham (home goals 1, now 2)",)).sentence()
        '1 of 132 rows changed, 0 added, 0 removed: Ayford - Benham (home goals 1, now 2)'
        >>> RowChanges(132, 0, 0, 0, ()).sentence()
        'the bytes changed, all 132 rows stayed as they were'
        """
        if not self.count:
            return f"the bytes changed, all {self.before_count} rows stayed as they were"
        counts = f"{self.changed_count} of {self.before_count} rows changed"
        counts += f", {self.added_count} added, {self.removed_count} removed"
        more = self.count - len(self.named)
        return f"{counts}: {'; '.join(self.named)}" + (f"; and {more} more" if more else "")


def compare_rows(before: pd.DataFrame, after: pd.DataFrame) -> RowChanges:
    """Compare the parsed rows of two states of one results file.

    A match is the same where division, season, clubs and the number of their meeting are; its place in the
    file does not count. A column that only one state has differs where it holds something.
    """
    old, new = _by_match(before), _by_match(after)
    both = old.index.intersection(new.index, sort=False)
    columns = old.columns.union(new.columns, sort=False)
    left, right = (each.reindex(index=both, columns=columns) for each in (old, new))
    differs = ((left != right) & ~(left.isna() & right.isna())).to_numpy(dtype=bool)
    added, removed = (each.index.difference(both, sort=False).to_list() for each in (new, old))
    changed = np.flatnonzero(differs.any(axis=1))
    named = [
        _in_words(both[at], left.iloc[at][differs[at]], right.iloc[at][differs[at]])
        for at in changed[:_MOST_NAMED]
    ]
    named += [f"{_clubs(key)} added" for key in added[:_MOST_NAMED]]
    named += [f"{_clubs(key)} removed" for key in removed[:_MOST_NAMED]]
    return RowChanges(len(old), len(changed), len(added), len(removed), tuple(named[:_MOST_NAMED]))


def _by_match(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values("kick_off_at", kind="stable")
    pairing = ["division", "season", "home", "away"]
    numbered = ordered.assign(meeting=ordered.groupby(pairing).cumcount())
    return numbered.set_index([*pairing, "meeting"]).drop(columns=_NOT_COMPARED).astype(object)


def _in_words(key: tuple[Any, ...], before: pd.Series, after: pd.Series) -> str:
    words = [
        f"{str(name).replace('_', ' ')} {_shown(before[name])}, now {_shown(after[name])}"
        for name in before.index
    ]
    more = [f"and {len(words) - _MOST_NAMED} more"] if len(words) > _MOST_NAMED else []
    return f"{_clubs(key)} ({'; '.join(words[:_MOST_NAMED] + more)})"


def _clubs(key: tuple[Any, ...]) -> str:
    return f"{_shown(key[2])} - {_shown(key[3])}"


def _shown(value: Any) -> str:
    import pandas as pd

    if pd.isna(value) or value == "":
        return "nothing"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:g}" if isinstance(value, float) else str(value)[:_MOST_SIGNS]
