"""Scores, calibration, walk-forward, betting returns and their uncertainty."""
