"""One run at a time: a lock on a file, given back by the system when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.domain.errors import PipelineError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs; the file stays, empty of meaning.

    Child processes share the lock, so it lasts until the last of them ends.
    Raises PipelineError at once where another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            file.seek(0)
            raise PipelineError(f"another run holds {path} ({file.read(60).strip() or 'unknown'})") from held
        file.truncate(0)
        file.write(f"process {os.getpid()}\n")
        file.flush()
        yield
