"""Real servers that can be killed: gunicorn with all its processes, and a PostgreSQL of our own."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psycopg

from tests import postgres
from tests.bench.servers import free_port

TOP = Path(__file__).resolve().parents[2]
READY_S = 60.0


class Gunicorn:
    """The web server as it is run, in a process group of its own."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.port = free_port()
        self._environ = {**environ, "HOST": "127.0.0.1", "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it answers a little later."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.port}"],
            cwd=TOP,
            env=self._environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_it_answers(self) -> None:
        """Wait for the first answer."""
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise AssertionError("the server never answered")

    def kill(self) -> None:
        """Kill -9 of every process of it."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Postgres:
    """A PostgreSQL in a folder of its own, that does wait for the disk unless told otherwise."""

    def __init__(self, room: Path, **settings: str) -> None:
        self._user = postgres._unprivileged_user()
        self._programs = postgres._programs(room, copy=self._user is not None)
        self._settings = {**postgres.SETTINGS, "fsync": "on", "synchronous_commit": "on"}
        self._settings |= {"full_page_writes": "on", "max_connections": "40", **settings}
        self.data = room / "data"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.data}"

    def make(self) -> None:
        """Make its files."""
        self.data.mkdir(mode=0o700, parents=True)
        if self._user is not None:
            shutil.chown(self.data, self._user)
        make = [str(self._programs / "initdb"), "--pgdata", str(self.data)]
        make += ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=self.data, user=self._user)

    def start(self) -> None:
        """Start it and wait until it answers; after a fall it mends itself first."""
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                str(self._programs / "postgres"),
                "-D",
                str(self.data),
                "-k",
                str(self.data),
                *options,
            ],
            cwd=self.data,
            user=self._user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + READY_S
        while True:
            try:
                psycopg.connect(f"host={self.data} user=postgres dbname=postgres").close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, "PostgreSQL never answered"
                time.sleep(0.05)
            else:
                return

    def stop_at_once(self) -> None:
        """Stop it as `pg_ctl stop -m immediate` does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def freeze(self) -> None:
        """Let none of its processes do anything more."""
        for process in self.processes():  # the first is the one that would start others
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
        for process in self.processes():
            wait_until_frozen(process)

    def kill(self) -> None:
        """Kill -9 of every process of it."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def processes(self) -> list[int]:
        """List the process that was started and its children."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [pid, *map(int, children)]


def wait_until_frozen(pid: int) -> None:
    """Wait until a process that was sent SIGSTOP has stopped."""
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return
        if stat.rsplit(")", 1)[1].split()[0] in {"T", "Z"}:
            return
        time.sleep(0.002)
    raise AssertionError("it did not stop")
