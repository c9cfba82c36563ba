"""Child processes: started, restarted with a growing pause when they die, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from traceapp.supervisor.tether import tethered

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
MOST_DOUBLINGS = 10  # more would only overflow
STEADY_S = 60.0  # a child that lived this long is not blamed for earlier deaths
GRACE_S = 15.0
PAUSE_S = 0.05


def pause_before_restart(deaths: int) -> float:
    """Return the seconds to wait after this many deaths in a row (1 or more)."""
    doublings = min(deaths - 1, MOST_DOUBLINGS)
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**doublings)


@dataclass(slots=True)
class Child:
    """One process and how it fares; times are monotonic seconds."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started_at: float
    deaths: int = 0
    restart_at: float | None = None


class Children:
    """The processes of one start."""

    def __init__(self, commands: Mapping[str, Sequence[str]], environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._children = [
            Child(name, command, self._spawn(command), time.monotonic())
            for name, command in commands.items()
        ]

    def dead(self) -> list[str]:
        """Name the children that are not running."""
        return [child.name for child in self._children if child.process.poll() is not None]

    def revive(self, now: float) -> None:
        """Restart each dead child whose pause is over; `now` is monotonic seconds."""
        for child in self._children:
            code = child.process.poll()
            if code is None:
                continue
            if child.restart_at is None:
                self._mourn(child, code, now)
            elif now >= child.restart_at:
                child.process = self._spawn(child.command)
                child.started_at, child.restart_at = now, None

    def stop(self, hurry: Callable[[], bool], grace_s: float = GRACE_S) -> None:
        """Ask all to end; end what has not after `grace_s` seconds, or as soon as `hurry` says."""
        self._signal(signal.SIGTERM)
        end = time.monotonic() + grace_s
        while len(self.dead()) < len(self._children):
            if hurry() or time.monotonic() > end:
                say("Not all ended by themselves; ending them.")
                break
            time.sleep(PAUSE_S)
        self.kill()

    def kill(self) -> None:
        """End all at once, with whatever they started."""
        self._signal(signal.SIGKILL)
        for child in self._children:
            child.process.wait()

    def _mourn(self, child: Child, code: int, now: float) -> None:
        child.deaths = 1 if now - child.started_at >= STEADY_S else child.deaths + 1
        pause = pause_before_restart(child.deaths)
        child.restart_at = now + pause
        say(f"{child.name} ended with {code}; starting it again in {pause:g} s.")

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches the supervisor alone, which ends children in order.
        return subprocess.Popen(tethered(command), env=self._environ, start_new_session=True)

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children:
            try:
                # Asked to end, each orders its own children; ended, it takes them along.
                if number == signal.SIGKILL:
                    os.killpg(child.process.pid, number)
                else:
                    child.process.send_signal(number)
            except ProcessLookupError:
                continue


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, file=sys.stderr, flush=True)
