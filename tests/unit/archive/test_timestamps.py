"""Time stamps of the ledger's head by an authority of our own on loopback, made with openssl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline.archive.ledger_files import LedgerFiles, publish_ledger
from pipeline.archive.timestamps import stamp, token_files
from pipeline.domain.errors import LedgerError

HEAD = "3f" * 32
CONFIGURATION = """
[ req ]
distinguished_name = name
x509_extensions = authority
prompt = no
[ name ]
CN = An authority for tests
[ authority ]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:true
[ tsa ]
default_tsa = it
[ it ]
serial = {folder}/serial
signer_cert = {folder}/cert.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
"""

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="the program openssl is missing")


@dataclass
class Authority:
    """Where the authority answers, and its certificate."""

    address: str
    certificate: Path
    answer: bytes | None = None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the authority's key, certificate and configuration."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem -config tsa.cnf"
    subprocess.run(["openssl", *options.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def authority(folder: Path) -> Iterator[Authority]:
    authority = Authority("", folder / "cert.pem")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            command = ["openssl", "ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf"]
            done = subprocess.run(command, cwd=folder, check=True, capture_output=True)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(done.stdout if authority.answer is None else authority.answer)

        def log_message(self, format: str, *arguments: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.address = f"http://127.0.0.1:{server.server_address[1]}/"
    Thread(target=server.serve_forever, daemon=True).start()
    yield authority
    server.shutdown()
    server.server_close()


def is_verified(token: Path, head: str, authority: Authority) -> bool:
    """Check a token as the guide says."""
    options = ["-digest", head, "-in", str(token), "-CAfile", str(authority.certificate)]
    done = subprocess.run(["openssl", "ts", "-verify", *options], capture_output=True, check=False)
    return done.returncode == 0


def test_the_token_is_verified_by_openssl_for_this_head_alone(authority: Authority, tmp_path: Path) -> None:
    token = stamp(tmp_path, HEAD, 12, authority.address)
    assert token.name == f"12-{HEAD}.tsr"
    assert is_verified(token, HEAD, authority)
    assert not is_verified(token, "4f" * 32, authority)


def test_a_token_that_is_there_is_not_asked_for_again(authority: Authority, tmp_path: Path) -> None:
    before = stamp(tmp_path, HEAD, 12, authority.address).read_bytes()
    assert stamp(tmp_path, HEAD, 12, "http://127.0.0.1:9/").read_bytes() == before


def test_an_answer_about_another_head_is_refused(authority: Authority, tmp_path: Path) -> None:
    authority.answer = stamp(tmp_path, HEAD, 12, authority.address).read_bytes()
    with pytest.raises(LedgerError, match="did not attest"):
        stamp(tmp_path, "4f" * 32, 13, authority.address)
    assert [path.name for path in token_files(tmp_path)] == [f"12-{HEAD}.tsr"]


def test_an_answer_that_is_none_is_refused(authority: Authority, tmp_path: Path) -> None:
    authority.answer = b"<html>busy</html>"
    with pytest.raises(LedgerError, match="could not read"):
        stamp(tmp_path, HEAD, 12, authority.address)


def test_tokens_are_served_with_the_ledger(authority: Authority, tmp_path: Path) -> None:
    ledger = LedgerFiles(tmp_path / "ledger")
    ledger.add("run-1", b"{}\n")
    token = stamp(ledger.folder, HEAD, 1, authority.address)
    publish_ledger(ledger, tmp_path / "site", b"verifier")
    assert (tmp_path / "site" / token.name).read_bytes() == token.read_bytes()
    assert f'"{token.name}"' in (tmp_path / "site/index.json").read_text()
