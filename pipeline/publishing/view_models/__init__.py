"""View models: published tables in, ready texts out, one module a page. They know no markup and no files."""
