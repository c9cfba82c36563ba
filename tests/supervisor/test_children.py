"""Children die, come back and end: with real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from traceapp.supervisor.children import Children, pause_before_restart

QUICK_S = 10.0
NICE = ("nice",)
NOTE_AND_WAIT = """
import os, pathlib, signal, sys, time
note = pathlib.Path(sys.argv[1])
def end(*_):
    note.write_text("asked")
    sys.exit()
signal.signal(signal.SIGTERM, end)
note.write_text(str(os.getpid()))
time.sleep(60)
"""
START_AND_WAIT = """
import os, time
from traceapp.supervisor.children import Children
Children({commands!r}, os.environ)
time.sleep(60)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def until(condition):
    end = time.monotonic() + QUICK_S
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
    return found


@pytest.fixture
def start():
    started = []

    def start(*codes):
        commands = {f"child {number}": python(code) for number, code in enumerate(codes)}
        started.append(Children(commands, os.environ))
        return started[-1]

    yield start
    for children in started:
        children.kill()


def test_pauses_grow_and_stay_bounded():
    pauses = [pause_before_restart(deaths) for deaths in range(1, 2000)]
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(pauses) == 30.0
    assert pauses == sorted(pauses)


def test_a_dead_child_starts_again_only_after_its_pause(start, tmp_path):
    marks = tmp_path / "marks"
    children = start(f"open({str(marks)!r}, 'a').write('x'); import time; time.sleep(0.1)")
    until(children.dead)
    children.revive(now=100.0)
    children.revive(now=100.4)
    assert children.dead()
    children.revive(now=100.6)
    until(lambda: marks.read_text() == "xx")


def test_a_child_that_lived_long_is_not_blamed_for_earlier_deaths(start, capfd):
    children = start("pass")
    now = time.monotonic()
    for _ in range(3):
        until(children.dead)
        children.revive(now)
        now += 30.0
        children.revive(now)
    until(children.dead)
    children.revive(now + 61.0)
    said = capfd.readouterr().err.splitlines()
    assert [line.split(" in ")[1] for line in said] == ["0.5 s.", "1 s.", "2 s.", "0.5 s."]


def test_all_end_when_asked(start):
    children = start("import time; time.sleep(60)", "import time; time.sleep(60)")
    began = time.monotonic()
    children.stop(lambda: False)
    assert len(children.dead()) == 2
    assert time.monotonic() - began < QUICK_S


def test_a_child_that_will_not_end_is_ended_with_what_it_started(start, tmp_path):
    note = tmp_path / "pid"
    children = start(
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"if os.fork() == 0: open({str(note)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    grandchild = int(until(lambda: note.exists() and note.read_text()))
    children.stop(lambda: False, grace_s=0.3)
    until(lambda: not is_running(grandchild))


def test_a_second_signal_hurries_the_end(start):
    children = start("import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)")
    time.sleep(0.5)
    began = time.monotonic()
    children.stop(lambda: True)
    assert time.monotonic() - began < 5.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_children_are_asked_to_end_when_their_parent_is_killed(tmp_path):
    notes = [tmp_path / "first", tmp_path / "second"]
    commands = {note.name: [*NICE, *python(NOTE_AND_WAIT), str(note)] for note in notes}
    parent = subprocess.Popen(python(START_AND_WAIT.format(commands=commands)))
    pids = [int(until(lambda note=note: note.exists() and note.read_text())) for note in notes]
    try:
        assert all(is_running(pid) for pid in pids)
        parent.kill()
        parent.wait()
        until(lambda: not any(is_running(pid) for pid in pids))
        assert [note.read_text() for note in notes] == ["asked", "asked"]
    finally:
        parent.kill()
        for pid in filter(is_running, pids):
            os.kill(pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] != "Z"
    except FileNotFoundError:
        return False
