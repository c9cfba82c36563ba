"""Servers for benchmarks and screenshots: started on a free port, ended with the block."""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from traceapp.supervisor import plan

TOP = Path(__file__).resolve().parents[2]
READY_S = 60.0
END_S = 15.0


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def gunicorn(environ: Mapping[str, str], application: str = "wsgi:app") -> list[str]:
    """Give the command by which `make run` starts the web server, for any application."""
    command = plan.for_this_machine(environ).commands["web server"]
    return [application if word == "wsgi:app" else word for word in command]


@contextmanager
def serving(command: Sequence[str], environ: Mapping[str, str], url: str) -> Iterator[None]:
    """Run a server until the block ends; enter once it answers at `url`."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=TOP, env=dict(environ), stdout=said, stderr=said, start_new_session=True
        )
        try:
            if not _answers(process, url):
                said.seek(0)
                raise RuntimeError(f"no server at {url}:\n{said.read().decode()}")
            yield
        finally:
            _end(process)


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    end = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=READY_S):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return True  # whatever it says, it answers
        except OSError:
            time.sleep(0.05)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        process.send_signal(signal.SIGTERM)
        process.wait(END_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what it started and left behind
    process.wait()
