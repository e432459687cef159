"""The edge: polite fetching, raw snapshots with provenance, tables on disk, every path, the clock."""
