"""The published tiny world, made once for all tests of the graph."""

from __future__ import annotations

import pytest

from tests.graph.checkout import Checkout


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the tiny world was published as of the evening; not to be changed."""
    checkout = Checkout(tmp_path_factory.mktemp("published"))
    done = checkout.run("Publish")
    assert done.returncode == 0, done.stderr[-4000:]
    checkout.log.write_text(done.stderr, encoding="utf-8")
    return checkout
