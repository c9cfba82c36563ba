"""Who reads a page: a person, as far as one can tell, or what says of itself that it is none.

Looked at is only what a request says; nothing of it is kept.
"""

import re
from functools import lru_cache
from wsgiref.types import WSGIEnvironment

# Browsers have called themselves so for thirty years; programs that fetch pages mostly do not.
_BROWSER = ("Mozilla/", "Opera/")
# "Cubot" is a make of phone.
_PROGRAM = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|preview|externalhit|headless|lighthouse|pagespeed|"
    r"monitor|uptime|scrap|python|read-aloud|mediapartners",
    re.IGNORECASE,
)
# A browser that fetches a page before anybody asks for it says so in one of these.
_AHEAD_OF_TIME = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def is_person(environ: WSGIEnvironment) -> bool:
    """Tell whether a request may be somebody who opens a page."""
    if environ["REQUEST_METHOD"] != "GET" or not _is_browser(environ.get("HTTP_USER_AGENT", "")):
        return False
    if environ.keys().isdisjoint(_AHEAD_OF_TIME):  # as nearly always, and quick to tell
        return True
    return not any(_AHEAD.search(environ.get(name, "")) for name in _AHEAD_OF_TIME)


@lru_cache(maxsize=1024)
def _is_browser(agent: str) -> bool:
    return any(name in agent for name in _BROWSER) and not _PROGRAM.search(agent)
