"""Fonbet's public line as a second feed. Written from observed answers; nobody promises their form."""
