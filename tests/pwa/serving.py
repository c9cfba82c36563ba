"""A server of the tests' own that is the demo, as a shopper would reach it."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SLOW_S = 90.0
METRICS = "PROMETHEUS_MULTIPROC_DIR"
SETTINGS = {"HOST", "PORT", "DATABASE_URL", "PUBLIC_URL", "MEDIA_URL", "DEMO_SECRET", "SECRET_KEY"}


@dataclass(frozen=True, slots=True)
class Process:
    """A server, which is no child of this process."""

    pid: int

    def is_there(self) -> bool:
        """Tell whether it runs."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return True
        return False

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait until it is gone."""
        end = time.monotonic() + seconds
        while self.is_there():
            assert time.monotonic() < end
            time.sleep(0.01)


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
    address, metrics = f"http://localhost:{port}", folder / f"{port}.metrics"
    metrics.mkdir(exist_ok=True)  # a server takes one of its own away only where it ends by itself
    log = folder / f"{port}.log"
    log.touch()
    arguments = ["--workers", "1", "--bind", f"localhost:{port}"]
    server = _forked(
        arguments, environ(folder, PORT=str(port), **settings) | {METRICS: str(metrics)}, log
    )
    try:
        _wait_for(f"{address}/healthz", server, log)
        yield address, server
    finally:
        stop(server)


def stop(server: Process) -> None:
    """End a server and its processes at once: to take down all they hold takes them seconds."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(SLOW_S)


@cache
def _nursery() -> subprocess.Popen[str]:
    """Start what forks the servers of this process of the tests."""
    folder = tempfile.mkdtemp(prefix="traceapp-nursery-")
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.pwa.nursery"],
        cwd=TOP,
        env=os.environ | {METRICS: folder},  # so that meters are of the kind that servers share
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def end() -> None:
        nursery.communicate()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return nursery


def _forked(arguments: list[str], environ: dict[str, str], log: Path) -> Process:
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    wish = {"arguments": arguments, "environ": environ, "log": str(log)}
    print(json.dumps(wish), file=nursery.stdin, flush=True)
    return Process(int(nursery.stdout.readline()))


def _wait_for(address: str, server: Process, log: Path) -> None:
    end = time.monotonic() + SLOW_S
    while True:
        assert server.is_there(), log.read_text(encoding="utf-8")
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
