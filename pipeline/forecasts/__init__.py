"""Forecasts of the coming fixtures."""
