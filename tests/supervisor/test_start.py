"""The whole start, with real processes: `python -m traceapp.supervisor`."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SLOW_S = 120.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Start:
    """One running supervisor and what it has said so far."""

    def __init__(self, folder, *arguments, **settings):
        names = {"HOST", "PORT", "DATABASE_URL", "PUBLIC_URL", "MEDIA_URL", "TRACEAPP_DEMO"}
        environ = {name: value for name, value in os.environ.items() if name not in names}
        environ |= {"INSTANCE_DIR": str(folder), "PORT": str(free_port()), **settings}
        self.port = environ["PORT"]
        self.folder = folder
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "traceapp.supervisor", *arguments],
            cwd=TOP,
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line)

    def said(self, words):
        return until(lambda: next((line for line in self.lines if words in line), None), self)

    def health(self, host="127.0.0.1"):
        try:
            with urllib.request.urlopen(f"http://{host}:{self.port}/healthz", timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            return None

    def children(self):
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text(encoding="ascii").split()]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        status = self.process.wait(SLOW_S)
        self._reader.join()
        if self.process.stderr:
            self.process.stderr.close()
        return status


def until(condition, start):
    end = time.monotonic() + SLOW_S
    while not (found := condition()):
        assert time.monotonic() < end, "".join(start.lines)
        assert start.process.poll() is None, "".join(start.lines)
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    start = Start(tmp_path_factory.mktemp("instance"))
    yield start
    if start.process.poll() is None:
        start.end()


def test_the_first_link_is_printed_once_the_server_answers(running):
    line = running.said("Traceapp is ready")
    assert line.strip().endswith(f"http://localhost:{running.port}/")
    assert running.health()["status"] == "ok"


def test_what_a_start_makes_is_for_its_own_account_alone(running):
    running.said("Traceapp is ready")
    made = [one for one in running.folder.rglob("*") if one.is_file()]
    assert {"traceapp.db", "secret_key"} <= {one.name for one in made}
    assert [one.name for one in made if one.stat().st_mode & 0o077] == []


def test_localhost_and_127_0_0_1_both_answer(running):
    running.said("Traceapp is ready")
    # The worker may sign in between the two: then the next two are alike.
    until(lambda: running.health("localhost") == running.health("127.0.0.1") is not None, running)


@pytest.mark.parametrize("victim", [0, 1])
def test_a_child_that_is_killed_comes_back(running, victim):
    running.said("Traceapp is ready")
    until(lambda: len(running.children()) == 2, running)
    before = running.children()
    os.kill(before[victim], signal.SIGKILL)
    until(lambda: len(running.children()) == 2 and running.children() != before, running)
    until(lambda: (running.health() or {}).get("status") == "ok", running)


def test_a_taken_port_is_said_at_once(running, tmp_path):
    running.said("Traceapp is ready")
    second = Start(tmp_path, PORT=running.port)
    assert second.process.wait(SLOW_S) == 2
    second.end()
    assert f"Port {running.port} is already in use" in "".join(second.lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_order(tmp_path, number):
    start = Start(tmp_path)
    start.said("Traceapp is ready")
    children = start.children()
    assert start.end(number) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert start.health() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_supervisor_that_is_killed_leaves_nothing_running(tmp_path):
    start = Start(tmp_path)
    start.said("Traceapp is ready")
    children = start.children()
    assert len(children) == 2
    start.process.kill()
    end = time.monotonic() + SLOW_S
    while (left := [pid for pid in children if is_running(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left:
        os.killpg(pid, signal.SIGKILL)
    start.end(signal.SIGKILL)
    assert left == []
    assert start.health() is None


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split(") ")[-1][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_bad_setting_is_said_and_nothing_is_started(tmp_path):
    start = Start(tmp_path, DATABASE_URL="mysql://somewhere")
    assert start.process.wait(SLOW_S) == 2
    start.end()
    assert "DATABASE_URL" in "".join(start.lines)
    assert not list(tmp_path.glob("*.db"))
