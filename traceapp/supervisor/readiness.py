"""Waiting until the started server answers, and telling the person where to go."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from traceapp.supervisor import phone
from traceapp.supervisor.plan import Plan

PAUSE_S = 0.05
ANSWER_S = 5.0
DOORS = """\
This is the demo. All of it is invented, and marked so (MẪU). Its doors:
  Quét thử · Try a scan    {url}/          six sample batches, as a shopper sees them
  Làm việc · Be at work    {url}/#doors   record a step, print labels, look up as an officer
`make demo-reset` loads it anew."""


def wait(plan: Plan, still_alive: Callable[[], bool], seconds: float) -> bool:
    """Wait for /healthz to say ok; give up when `still_alive` does, or after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and still_alive():
        if is_healthy(plan):
            return True
        time.sleep(PAUSE_S)
    return False


def is_healthy(plan: Plan) -> bool:
    """Ask /healthz once."""
    context = None
    if plan.phone:
        context = ssl.create_default_context(cafile=plan.phone.certificates.authority)
    try:
        with urllib.request.urlopen(  # noqa: S310 - our own address
            plan.health_url, timeout=ANSWER_S, context=context
        ) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, ValueError, KeyError):
        return False


def announcement(plan: Plan, seconds: float) -> str:
    """Write what the person at the terminal needs: the first link, the doors, how to stop."""
    lines = ["", f"Traceapp is ready ({seconds:.1f} s):  {plan.link}", ""]
    if plan.config.demo:
        lines += [DOORS.format(url=plan.config.public_url), ""]
    if plan.phone:
        page = plan.phone.page_url
        lines += [f"On the phone, in the same network, open {page} or scan:"]
        lines += [phone.terminal_symbol(page), ""]
    return "\n".join([*lines, "Ctrl-C ends it.", ""])
