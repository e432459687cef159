"""The decisions of the nights so far, from the documents that each of them left in the data root."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.archive.atomic import read_json

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.tasks.stage import Stage


def decision_documents(stage: Stage) -> list[dict[str, Any]]:
    """Return the documents of the nights up to this run, oldest first; none where none has decided yet."""
    last_at = stage.current_run.as_of
    documents = [read_json(path) for path in sorted(stage.data.decisions.glob("*.json"))]
    known = [each for each in documents if datetime.fromisoformat(each["as_of"]) <= last_at]
    return sorted(known, key=lambda each: (each["as_of"], each["run_id"]))


def decision_tables_of(stage: Stage) -> dict[str, pd.DataFrame]:
    """Return the published tables of `selection.decision_log` for the nights up to this run."""
    from pipeline.selection.decision_log import decision_tables

    return decision_tables(decision_documents(stage))
