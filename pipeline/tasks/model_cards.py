"""What every family learnt, for the published model cards: the champions' fits, and of the others the newest
that the walk-forward made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.archive.atomic import read_json
from pipeline.tasks.forecasting import evaluated_paths, speakers_of

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.tasks.stage import Stage


def model_cards_of(stage: Stage) -> pd.DataFrame:
    """Return the published table `model_cards`: `models.card_table` of the newest fit of every family."""
    from pipeline.models.card_table import Fitted, card_table

    newest = read_json(evaluated_paths(stage).newest_fits)
    fitted = {
        name: Fitted(fit["state"], fit["matches_count"], datetime.fromisoformat(fit["trained_until"]))
        for name, fit in newest.items()
    }
    for card in speakers_of(stage).values():
        trained_until = datetime.fromisoformat(card.tags["trained_until"])
        fitted[card.family] = Fitted(card.state(), int(card.tags["matches_count"]), trained_until)
    return card_table(fitted)
