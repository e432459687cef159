"""What was fitted together with the champion, for the published model cards."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.tasks.forecasting import champion_of
from pipeline.tasks.training import registry_of

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.tasks.stage import Stage


def model_cards_of(stage: Stage) -> pd.DataFrame:
    """Return the published table `model_cards`: `models.card_table` of the champion and its siblings."""
    from pipeline.models.card_table import Fitted, card_table

    siblings = registry_of(stage).siblings(champion_of(stage))
    return card_table(
        {
            name: Fitted(
                card.state(),
                int(card.tags["matches_count"]),
                datetime.fromisoformat(card.tags["trained_until"]),
            )
            for name, card in siblings.items()
        }
    )
