"""`make serve` ends with all it started."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.publishing.release import switch
from tests.unit.publishing.release_samples import House


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int, *, within: float = 0) -> bool:
    until = time.monotonic() + within
    while True:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_nginx_and_its_workers_end_with_the_command(signal_number: int, tmp_path: Path) -> None:
    house, port = House(tmp_path), free_port()
    house.stage("a")
    switch(house.site, "a")
    options = ["--port", str(port), "--pipeline-site-root", str(house.site.root)]
    command = [sys.executable, "-m", "pipeline.tasks.serve", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        assert is_listening(port, within=30)
        server.send_signal(signal_number)
        assert server.wait(timeout=30) == 0
    assert not is_listening(port)
