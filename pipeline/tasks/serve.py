"""`python -m pipeline.tasks.serve`: the current release on loopback, as production serves it.

nginx with the production configuration where it is installed; where it is not,
Python's own server shows the same files without the production headers.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.tasks.settings import load_settings

_PORT = 8080
_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return 1 where there is no release yet."""
    argparse.ArgumentParser(prog="serve", description="Show the current release on loopback.").parse_args(
        arguments
    )
    site = load_settings().site()
    if not site.current.exists():
        sys.stdout.write(f"no release below {site.root} yet; try `make publish`\n")
        return 1
    sys.stdout.write(f"http://localhost:{_PORT}/ shows {site.current.resolve().name}; Ctrl-C ends it\n")
    sys.stdout.flush()
    try:
        return _nginx(site.root.resolve()) if shutil.which("nginx") else _plain(site.current)
    except KeyboardInterrupt:
        return 0


def _nginx(site_root: Path) -> int:
    raise NotImplementedError


def _plain(folder: Path) -> int:
    sys.stdout.write("nginx is not installed: plain files, without the headers of production\n")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", _PORT), handler) as server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
