"""Where servers of the tests come from: a process that has read the code, and forks for each.

To read the code and to forget it again takes a server longer than most tests take. What is forked
has the arguments, the environment and the output of one that is started, and makes its application
itself.

`python -m tests.pwa.nursery` takes a wish a line, and tells the number of the process it forked.
"""

import json
import os
import runpy
import signal
import sys
from importlib import import_module
from typing import Any

READ = ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "traceapp.app")


def main() -> None:
    """Read the code, then fork until nobody wishes any more."""
    for name in READ:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for what was forked
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _become(json.loads(line))
            runpy.run_module("gunicorn", run_name="__main__")
        print(process, flush=True)
    os._exit(0)


def _become(wished: dict[str, Any]) -> None:
    """Be as if one had been started like this."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.environ.clear()
    os.environ.update(wished["environ"])
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(wished["log"], os.O_WRONLY)
    for opened, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(opened, place)
    sys.argv = ["gunicorn", *wished["arguments"]]


if __name__ == "__main__":
    main()
