"""A child that ends with its parent, even where the parent is killed and can say nothing.

Linux sends the signal itself once it is asked, and only a process can ask for itself. So this file
runs in the child's place first, by its path, and then becomes the command. Elsewhere a child is
started without it, and outlives a parent that was killed.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept across exec, not across fork
QUICK_PYTHON = (sys.executable, "-I", "-S")  # neither settings nor packages are needed here


def tethered(command: Sequence[str]) -> list[str]:
    """Give the command that asks for SIGTERM at this process's death and then becomes `command`.

    To be started from the main thread: Linux takes the death of the starting thread as the sign.
    """
    if sys.platform != "linux":
        return list(command)
    return [*QUICK_PYTHON, str(Path(__file__)), str(os.getpid()), *command]


def main(parent: str, *command: str) -> None:
    """Ask for the signal, then become the command; end at once where the parent is gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        sys.exit("The supervisor is gone.")
    os.execvp(command[0], command)  # noqa: S606 - the command of the plan, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
