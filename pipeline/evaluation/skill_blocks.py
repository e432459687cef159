"""The blocks of the yardstick: what each test season learns from, and one family's work on one block.

A block is one test season of the divisions that begin it in the same half of a year; everything that kicked
off on days before the block's first match is its past. What a family may see depends on its setting: the
independent and memory settings get no price of the match, the independent one no price at all.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from pipeline.evaluation.skill import YARDSTICK
from pipeline.evaluation.walk_forward import unlabelled
from pipeline.models.catalogue import FAMILIES

INDEPENDENT, MEMORY, ANCHORED = "independent", "memory", "anchored"
SETTINGS = (INDEPENDENT, MEMORY, ANCHORED)


@dataclass(frozen=True)
class Block:
    """One block: its name, the instant before which its past lies, and the keys of its matches."""

    name: str
    begins_at: pd.Timestamp
    match_ids: tuple[str, ...]

    def past_of(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the played rows of days before the block."""
        return features[features["is_played"] & (features["kick_off_at"] < self.begins_at)]

    def rows_of(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the block's own rows, without their labels."""
        return unlabelled(features[features["match_id"].isin(self.match_ids)])


def blocks_of(tested: pd.DataFrame) -> Iterator[Block]:
    """Yield the blocks of the rows to score, oldest first."""
    begins = tested.groupby(["division", "season"])["kick_off_at"].transform("min")
    names: pd.Series = tested["season"].astype("str") + np.where(begins.dt.month < 7, " spring", " autumn")
    for name, rows in sorted(tested.groupby(names, sort=True), key=lambda item: item[1]["kick_off_at"].min()):
        yield Block(str(name), rows["kick_off_at"].min().floor("D"), tuple(rows["match_id"]))


def setting_of(family: str) -> str:
    """Return what a family of the catalogue may see; `yardstick` for those nobody can choose."""
    entry = FAMILIES[family]
    if entry.is_yardstick:
        return YARDSTICK
    return str(getattr(entry, "setting", ANCHORED if entry.is_anchored else INDEPENDENT))


def visible(features: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Return feature rows with everything blank that a setting must not see, in the past or the block.

    No price of the match is seen below `anchored`, none at all and no closing price as a label by
    `independent`. Yardsticks see all.
    """
    if setting not in SETTINGS:
        return features
    hidden = {each["column"] for each in _catalogue() if _least_setting(each) > SETTINGS.index(setting)}
    if setting == INDEPENDENT:
        hidden |= {name for name in features.columns if name.startswith("close_")}
    return features.assign(**dict.fromkeys(hidden & set(features.columns), np.nan))


def _least_setting(listed: Mapping[str, str]) -> int:
    """Return the place of the least setting that may see a column of the catalogue."""
    of_price = ANCHORED if listed.get("known_at") == "early_price" else INDEPENDENT
    return SETTINGS.index(listed.get("setting", of_price))


@cache
def _catalogue() -> tuple[dict[str, str], ...]:
    with files("pipeline.features").joinpath("catalogue.csv").open(encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


def content_of(rows: pd.DataFrame) -> str:
    """Return a digest of rows: column names, types and every value."""
    digest = hashlib.sha256(repr([(str(name), str(rows[name].dtype)) for name in rows]).encode())
    digest.update(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def families_to_measure(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the families to fit: those asked for, or all, and always the yardsticks that are fitted.

    The market needs no fit here: it is read from the prices. Raises KeyError for an unknown family.
    """
    chosen = {FAMILIES[name].name for name in asked} or set(FAMILIES)
    chosen |= {name for name, family in FAMILIES.items() if family.is_yardstick}
    return tuple(name for name in FAMILIES if name in chosen and name != "market")
