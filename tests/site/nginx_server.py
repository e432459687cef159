"""Run nginx with the production configuration on a loopback port, over a small site made for the test."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.archive.paths import SiteRoot
from pipeline.publishing.release import stage, switch

CONFIGURATION = Path(__file__).parents[2] / "k8s/base/web"
BROTLI_MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
_USER = 101  # the image's; only root can take it


UNLIMITED = {"limits.conf": {"rate=20r/s": "rate=9999r/s", "burst=60": "burst=9999"}}
ASSET = "/assets/js/app.{}.js"
WORDS = "<p>Demo only, not betting advice</p>" * 30
FOREVER = "public, max-age=31536000, immutable"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def files_of(release_id: str, digest: str) -> dict[str, str]:
    return {
        "index.html": f"{release_id} {WORDS}",
        "metrics/index.html": f"metrics {release_id} {WORDS}",
        "404.html": f"unknown here {WORDS}",
        f"assets/js/app.{digest}.js": f"run('{release_id}')" + ";" * 600,
        "assets/images/favicon.png": "png",
        "search/search_index.json": '{"docs":[]}',
        "empty/.hidden": "secret",
        ".git/config": "secret",
        "data/scores.csv": f"release\n{release_id}\n",
        "data/scores.json": json.dumps({"release": release_id}),
        "data/scores.parquet": "PAR1----PAR1",
        "data/backtest.csv": "club\n" + "Ayr\n" * 300,
    }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    all_headers: tuple[tuple[str, str], ...]
    body: bytes


class Web:
    """A site root and the nginx in front of it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.site = SiteRoot(folder / "site")

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            response = connection.getresponse()
            pairs = tuple((name.lower(), value) for name, value in response.getheaders())
            return Answer(response.status, dict(pairs), pairs, response.read())
        finally:
            connection.close()

    def send(self, text: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            line.sendall(text)
            return b"".join(iter(lambda: line.recv(65536), b""))

    def release(self, release_id: str, files: Mapping[str, str], hour: int = 18) -> None:
        """Stage and switch to a release of these files; those below data/ are its tables."""
        built, tables = self.folder / f"in-{release_id}/built", self.folder / f"in-{release_id}/tables"
        built.mkdir(parents=True)
        tables.mkdir()
        for path, text in files.items():
            file = tables / path.removeprefix("data/") if path.startswith("data/") else built / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        run = {
            "release_id": release_id,
            "source": "tiny",
            "is_simulated": True,
            "as_of": f"2026-04-24T{hour:02}:00:00Z",
        }
        stage(built, tables, self.site, run, check=lambda _: None)
        switch(self.site, release_id)

    def log(self) -> str:
        return (self.folder / "run/access.log").read_text(encoding="utf-8")


@contextmanager
def running(
    *, with_brotli: bool = False, changes: Mapping[str, Mapping[str, str]] | None = None
) -> Iterator[Web]:
    """Start nginx over an empty site and stop it afterwards.

    changes: for a file of the configuration, texts to replace in it; each must be there.
    """
    folder = Path(tempfile.mkdtemp(prefix="nginx-"))
    folder.chmod(0o755)
    process: subprocess.Popen[bytes] | None = None
    try:
        web = Web(folder, _free_port())
        _write_configuration(web, changes or {})
        process = _start(web, "nginx-brotli.conf" if with_brotli else "nginx.conf")
        _await(web, process)
        yield web
    finally:
        if process is not None:
            process.terminate()
            process.wait(10)
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_configuration(web: Web, changes: Mapping[str, Mapping[str, str]]) -> None:
    copy, run = web.folder / "web", web.folder / "run"
    shutil.copytree(CONFIGURATION, copy)
    run.mkdir()
    run.chmod(0o777)
    (web.folder / "site").mkdir()
    places = {
        "site.conf": {"listen 8080": f"listen 127.0.0.1:{web.port}", " /tmp/": f" {run}/"},
        "main.conf": {" /tmp/": f" {run}/", "worker_processes 2": "worker_processes 1"},
    }
    for group in (places, changes):
        for name, pairs in group.items():
            text = (copy / name).read_text(encoding="utf-8")
            for old, new in pairs.items():
                assert old in text, f"{name} has no {old!r}"
                text = text.replace(old, new)
            (copy / name).write_text(text, encoding="utf-8")


def _start(web: Web, entry: str) -> subprocess.Popen[bytes]:
    for name in ("access.log", "error.log"):
        (web.folder / "run" / name).touch()
        (web.folder / "run" / name).chmod(0o666)
    command = ["nginx", "-e", "/dev/stderr", "-p", str(web.folder), "-c", f"web/{entry}"]
    as_root = os.geteuid() == 0
    with (web.folder / "run/access.log").open("wb") as out, (web.folder / "run/error.log").open("wb") as err:
        return subprocess.Popen(
            command,
            stdout=out,
            stderr=err,
            user=_USER if as_root else None,
            group=_USER if as_root else None,
            extra_groups=[] if as_root else None,
        )


def _await(web: Web, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            web.get("/healthz")
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError((web.folder / "run/error.log").read_text(encoding="utf-8"))


def assert_secured(answer: Answer) -> None:
    headers = answer.headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control-")]
    assert headers["server"] == "nginx"
    names = [name for name, _ in answer.all_headers if name != "vary"]
    assert len(names) == len(set(names))
