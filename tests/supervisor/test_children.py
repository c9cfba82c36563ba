"""Children die, come back and end: with real processes."""

import os
import sys
import time
from pathlib import Path

import pytest

from traceapp.supervisor.children import Children, pause_before_restart

QUICK_S = 10.0


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


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] != "Z"
    except FileNotFoundError:
        return False
