"""Writers to SQLite take turns over processes: nobody is overtaken, and nobody blocks for ever."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from traceapp.database.turns import Turn

OTHER = """
import sys, time
from traceapp.database.turns import Turn
database, log, seconds = sys.argv[1:]
turn = Turn(database)
print("asks", flush=True)
turn.take(10)
print("has it", flush=True)
time.sleep(float(seconds))
open(log, "a").write("other ")
turn.end()
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "test.db")


def other_process(database: str, log: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OTHER, database, str(log), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == word


def test_whoever_just_wrote_lets_the_process_that_waits_go_first(
    database: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    mine = Turn(database)
    mine.take(5)
    with other_process(database, log, 0.2) as other:
        wait_for(other, "asks")
        time.sleep(0.2)  # it waits by now
        mine.end()
        mine.take(5)
        with log.open("a") as file:
            file.write("mine ")
        mine.end()
    assert log.read_text() == "other mine "


def test_waiting_ends_after_a_time_and_can_be_tried_again(database: str, tmp_path: Path) -> None:
    with other_process(database, tmp_path / "log", 1) as other:
        wait_for(other, "asks")
        wait_for(other, "has it")
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            Turn(database).take(0.05)
        assert time.monotonic() - began < 0.9
        again = Turn(database)
        again.take(5)
        again.end()


def test_a_process_that_dies_lets_the_next_one_write(database: str, tmp_path: Path) -> None:
    with other_process(database, tmp_path / "log", 60) as other:
        wait_for(other, "asks")
        wait_for(other, "has it")
        other.kill()
        mine = Turn(database)
        mine.take(5)
        mine.end()


def test_without_a_file_of_ones_own_threads_still_take_turns(tmp_path: Path) -> None:
    mine = Turn(str(tmp_path / "no such folder" / "test.db"))
    mine.take(1)
    with pytest.raises(TimeoutError):
        Turn(None).take(0.05)
    mine.end()
