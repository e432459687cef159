"""Forecaster families behind one protocol, and the score grid."""
