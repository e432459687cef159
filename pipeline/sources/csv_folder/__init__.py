"""A folder of CSV files that somebody keeps for a league of their own: its columns, its division table."""
