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
        lines += [
            "  This is the demo (Dữ liệu mẫu). Doors, all from the start page:",
            "    Quét thử · Try a scan      six sample batches; a phone's camera reads them too",
            "  make demo-reset              load the demo anew",
        ]
    if plan.phone:
        lines += [
            "",
            f"On the phone, in the same network, open {plan.phone.page_url} or scan:",
            phone.terminal_symbol(plan.phone.page_url),
        ]
    return "\n".join([*lines, "  Ctrl-C ends it.", ""])
