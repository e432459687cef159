"""Touchline: football forecasts with a public track record.

Importing the package brings only Luigi and the goals, so that `luigi --module pipeline Publish` finds them.
"""

from pipeline.tasks.goals import Publish, Refresh, Retrain
from pipeline.tasks.replay import Replay

__all__ = ["Publish", "Refresh", "Replay", "Retrain"]
