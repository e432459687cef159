"""The words of the field: divisions, seasons, outcomes, prices, scores. Standard library and numpy only."""
