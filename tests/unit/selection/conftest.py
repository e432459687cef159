"""The PostgreSQL server that tests of the registry and of studies share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.selection.postgres_server import running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the folder of the server's socket; make a database of your own in it."""
    with running_postgres() as folder:
        yield folder
