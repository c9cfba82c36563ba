"""Slows down whoever walks from page to page (OWASP ASVS 5.0: 2.4.1).

Counted is only what the application is asked for: a page answered from kept bytes costs nothing and
is nobody's walk. A carrier puts thousands of shoppers behind one address, so there is room for all
of them; addresses of nothing are what a guesser makes, and have a number of their own.
"""

import time

from flask import current_app

from traceapp import problem
from traceapp.web.access import is_on_this_machine
from traceapp.web.pace import Window, reader
from traceapp.web.settings import settings

WINDOW_S = 600


def note_page() -> None:
    """Count a page that had to be made. Raises TooManyRequests."""
    _count("page_walk", settings().pages_a_reader)


def note_nothing() -> None:
    """Count an address with nothing behind it. Raises TooManyRequests."""
    _count("empty_walk", settings().unknown_a_reader)


def _count(name: str, most: int) -> None:
    if is_on_this_machine():
        return
    window = current_app.extensions.setdefault(name, Window(most, WINDOW_S))
    wait_s = window.wait_s(reader(), time.monotonic())
    if wait_s:
        error = problem.TooManyRequests()
        error.wait_s = wait_s
        raise error
