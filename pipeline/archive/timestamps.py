"""Ask an RFC 3161 time-stamp authority to attest the ledger's head, with the program `openssl`.

The token is kept beside the ledger's files as `<entries>-<head>.tsr`, the authority's whole answer. It proves
to people who trust the authority, and not us, that the chain up to that head existed at its time. The
authority is sent a hash and nothing else.
"""

from __future__ import annotations

import re
import subprocess
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.archive.atomic import write_bytes
from pipeline.domain.errors import LedgerError

_TYPE = "application/timestamp-query"
_PATIENCE_SECONDS = 30
_LARGEST_ANSWER = 200_000
_TOKEN = re.compile(r"\d+-[0-9a-f]{64}\.tsr")


def token_files(folder: Path) -> list[Path]:
    """Return the kept tokens of a ledger's folder, the oldest first."""
    found = [path for path in folder.glob("*.tsr") if _TOKEN.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.name.partition("-")[0]))


def stamp(folder: Path, head: str, entries_count: int, address: str) -> Path:
    """Have the head of a ledger of so many entries attested and keep the token; one that is there is kept.

    Raises LedgerError where `openssl` is missing or the authority does not attest this head, OSError where it
    cannot be reached.
    """
    path = folder / f"{entries_count}-{head}.tsr"
    if not path.is_file():
        answer = _ask(address, _openssl("-query", "-digest", head, "-sha256", "-cert"))
        _check(answer, head)
        write_bytes(path, answer)
    return path


def _ask(address: str, query: bytes) -> bytes:
    asked = urllib.request.Request(address, data=query, headers={"Content-Type": _TYPE}, method="POST")
    with urllib.request.urlopen(asked, timeout=_PATIENCE_SECONDS) as answer:
        return bytes(answer.read(_LARGEST_ANSWER))


def _check(answer: bytes, head: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer.tsr"
        path.write_bytes(answer)
        told = _openssl("-reply", "-in", str(path), "-text")
    if b"Status: Granted" not in told or bytes.fromhex(head) not in answer:
        raise LedgerError("the time-stamp authority did not attest the ledger's head")


def _openssl(*arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["openssl", "ts", *arguments], capture_output=True, check=True, timeout=_PATIENCE_SECONDS
        )
    except FileNotFoundError:
        raise LedgerError("time stamps need the program openssl") from None
    except subprocess.SubprocessError:
        raise LedgerError("openssl could not read the time-stamp authority's answer") from None
    return done.stdout
