"""Published tables, view models, rendering, the MkDocs build, releases."""
