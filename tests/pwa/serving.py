"""A server of the tests' own that is the demo, as a shopper would reach it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SLOW_S = 90.0
SETTINGS = {"HOST", "PORT", "DATABASE_URL", "PUBLIC_URL", "MEDIA_URL", "DEMO_SECRET", "SECRET_KEY"}
Process = subprocess.Popen[bytes]


def load_demo(folder: Path) -> None:
    """Load act 1 and its pictures into an instance folder."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for command in (["db", "upgrade"], ["demo", "load"], ["jobs", "run"]):
        done = subprocess.run(
            [*flask, *command],
            cwd=TOP,
            env=environ(folder),
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


def environ(folder: Path, **settings: str) -> dict[str, str]:
    """Give the environment of a server that is the demo, unless told otherwise."""
    ours = {name: text for name, text in os.environ.items() if name not in SETTINGS}
    return ours | {"TRACEAPP_DEMO": "1", "INSTANCE_DIR": str(folder)} | settings


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[tuple[str, Process]]:
    """Serve an instance folder on a free port; give the address and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    with (folder / f"{port}.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--workers", "1", "--bind", f"localhost:{port}"],
            cwd=TOP,
            env=environ(folder, PORT=str(port), **settings),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"{address}/healthz", server, folder / f"{port}.log")
            yield address, server
        finally:
            stop(server)


def stop(server: Process) -> None:
    """End a server and wait until it is gone."""
    server.terminate()
    server.wait(SLOW_S)


def _wait_for(address: str, server: Process, log: Path) -> None:
    end = time.monotonic() + SLOW_S
    while True:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
