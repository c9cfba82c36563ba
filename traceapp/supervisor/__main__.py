"""The start of the product: `python -m traceapp.supervisor [--phone 1|ADDRESS]`."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from traceapp.config import BadSettingError
from traceapp.supervisor import addresses, phone, plan, readiness
from traceapp.supervisor.children import Children, say

TICK_S = 0.2
READY_S = 120.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str]) -> int:
    """Prepare, start, announce, and keep running until told to stop; return the exit status."""
    began = time.monotonic()
    os.umask(0o077)  # what a start makes, the database first, is for its own account alone
    try:
        start = make_plan(arguments)
        addresses.check_free(start.listens)
    except (BadSettingError, addresses.PortTakenError) as error:
        say(str(error))
        return 2
    prepare = [sys.executable, "-m", "traceapp.supervisor.prepare"]
    prepared = subprocess.run(prepare, env=dict(start.environ), check=False)
    if prepared.returncode:
        return prepared.returncode
    return run(start, began)


def make_plan(arguments: Sequence[str]) -> plan.Plan:
    """Read the command line; raises BadSettingError."""
    parser = argparse.ArgumentParser(prog="traceapp.supervisor")
    parser.add_argument("--phone", metavar="1|ADDRESS", help="open it on a phone, over https")
    asked = parser.parse_args(arguments).phone
    return plan.for_phone(asked, datetime.now(UTC)) if asked else plan.for_this_machine()


def run(start: plan.Plan, began: float) -> int:
    """Run the children until a signal comes; `began` is when this start began, monotonic."""
    told: list[int] = []
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, _frame: told.append(number))
    children = Children(start.commands, start.environ)
    try:
        alive = readiness.wait(start, lambda: not told and not children.dead(), READY_S)
        if not alive and not told:
            say("It did not start; the reason is above.")
            return 1
        if alive:
            say(readiness.announcement(start, time.monotonic() - began))
        keep_running(start, children, told)
    finally:
        children.stop(lambda: len(told) > 1)
    return 0


def keep_running(start: plan.Plan, children: Children, told: Sequence[int]) -> None:
    """Revive children until a signal is `told`; serve the phone's page meanwhile."""
    door = start.phone
    page = (
        phone.serve(door.page, start.link, door.certificates.authority)
        if door and not told
        else None
    )
    while not told:
        time.sleep(TICK_S)
        children.revive(time.monotonic())
    if page:
        page.shutdown()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
