"""Freshness, Prometheus metrics and the operator's status."""
