"""A PostgreSQL server of the tests' own: Debian's, in a temporary folder, behind a socket and a password."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

USER, PASSWORD = "touchline", "s3cret/of the?server"
_QUOTED = "s3cret%2Fof%20the%3Fserver"
_UNPRIVILEGED = ("postgres", "nobody")
"""Who runs the server where the tests run as root, which it refuses."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the folder of the socket of a fresh server; skip where none is installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (tests/install_debian_packages.sh)")
    if find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="touchline-pg-"))
    try:
        yield from _served(programs[-1].parent, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def address_of(folder: str, database: str = "postgres", *, password: str = _QUOTED) -> str:
    """Return the address of a database of the server."""
    return f"postgresql://{USER}:{password}@/{database}?host={folder}"


def create_database(folder: str, name: str) -> str:
    """Make an empty database and return its address."""
    import psycopg

    with psycopg.connect(
        host=folder, user=USER, password=PASSWORD, dbname="postgres", autocommit=True
    ) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    return address_of(folder, name)


def _served(programs: Path, folder: Path) -> Iterator[str]:
    as_whom = _demoted(folder)
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    _run([*as_whom, programs / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--no-sync",
          f"--pwfile={secret}", "--locale=C", "-E", "UTF8"])  # fmt: skip
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    control = [*as_whom, programs / "pg_ctl", "-D", data, "-w", "-t", "60"]
    _run([*control, "-l", folder / "server.log", "-o", options, "start"])
    try:
        yield str(folder)
    finally:
        _run([*control, "-m", "immediate", "stop"])


def _demoted(folder: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(names[name] for name in _UNPRIVILEGED if name in names)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _run(command: list[str | Path]) -> None:
    # a server inherits what its starter writes to, so nothing may wait for the end of a pipe
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False)
        said.seek(0)
        assert done.returncode == 0, said.read().decode(errors="replace")
