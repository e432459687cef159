"""`python -m pipeline.tasks.serve`: the current release on loopback, as production serves it.

That is nginx with the production configuration; where nginx is not installed Python shows the same files
without the production headers.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.archive.paths import PROJECT_ROOT, SiteRoot
from pipeline.tasks.settings import add_setting_options, apply_setting_options, load_settings

_PORT = 8080
_BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return 1 where there is no release yet."""
    parser = argparse.ArgumentParser(prog="serve", description="Show the current release on loopback.")
    parser.add_argument("--port", type=int, default=_PORT, help=f"on loopback; default {_PORT}")
    add_setting_options(parser)
    asked = parser.parse_args(arguments)
    apply_setting_options(asked)
    site = load_settings().site()
    if not site.current.exists():
        sys.stdout.write(f"no release below {site.root} yet; try `make publish`\n")
        return 1
    if is_taken(asked.port):
        sys.stdout.write(f"port {asked.port} of loopback is taken; choose another with PORT=\n")
        return 1
    sys.stdout.write(f"http://localhost:{asked.port}/ shows {site.current.resolve().name}; Ctrl-C ends it\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does, tidily
    try:
        if shutil.which("nginx"):
            return _nginx(site.root.resolve(), asked.port)
        return _plain(site, asked.port)
    except KeyboardInterrupt:
        return 0


def is_taken(port: int) -> bool:
    """Tell whether something listens on this port of loopback already."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _nginx(site_root: Path, port: int) -> int:
    """Run nginx on a copy of the production configuration that differs only in the address it listens on."""
    with tempfile.TemporaryDirectory(prefix="touchline-serve-") as folder:
        prefix = Path(folder)
        shutil.copytree(PROJECT_ROOT / "k8s" / "base" / "web", prefix / "conf")
        listen = prefix / "conf" / "site.conf"
        text = listen.read_text(encoding="utf-8").replace("listen 8080", f"listen 127.0.0.1:{port}")
        listen.write_text(text, encoding="utf-8")
        (prefix / "site").symlink_to(site_root)
        chosen = prefix / "conf" / ("nginx-brotli.conf" if _BROTLI.is_file() else "nginx.conf")
        command = ["nginx", "-e", "/dev/stderr", "-p", folder, "-c", str(chosen)]
        if os.geteuid() == 0:  # workers would otherwise run as a user who may not read the checkout
            command += ["-g", "user root;"]
        server = subprocess.Popen(command)
        try:
            return server.wait()
        finally:  # asked to end, not killed: workers outlive a killed nginx and keep its port
            server.terminate()
            server.wait()


class _PlainFiles(SimpleHTTPRequestHandler):
    """The current release, and the ledgers beside it."""

    ledgers = ""

    def translate_path(self, path: str) -> str:
        own = self.directory
        if path.startswith("/ledger/"):
            self.directory, path = self.ledgers, path.removeprefix("/ledger")
        try:
            return super().translate_path(path)
        finally:
            self.directory = own


def _plain(site: SiteRoot, port: int) -> int:
    sys.stdout.write("nginx is not installed: plain files, without the headers of production\n")
    _PlainFiles.ledgers = str(site.root / "ledger")
    handler = functools.partial(_PlainFiles, directory=str(site.current))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
