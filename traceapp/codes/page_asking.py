"""Asks for the page of a code as a shopper's phone would, and tells what came. No database here."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from traceapp.gs1 import unit_serial
from traceapp.gs1.batch_code import BatchCode, StallCode

UNIT = "/21/"  # between a code and the number of one of its labels
AGENT = "Traceapp-code-audit/1 (bot)"  # says that it is no shopper: it is not counted as one
MOST_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
LONGEST_WORDS = 200
SILENT_IN_A_ROW = 20
"""After so many pages without any answer the rest is not asked for: the site is away."""


class Outcome(StrEnum):
    """What came of asking for a page."""

    LIVE = "live"
    AWAY = "away"
    LATE = "late"
    STATUS = "status"
    OTHER = "other"


SILENT = frozenset({Outcome.AWAY, Outcome.LATE})


@dataclass(frozen=True, slots=True)
class Sampled:
    """A code to ask for, and the one whose page must come: for a code that moved, another."""

    code: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a code answered; `said` is the reason in the words of whoever gave it."""

    code: str
    outcome: Outcome
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a page may take as a whole, in seconds, and how many are asked for at once."""

    timeout_s: float = 10.0
    at_once: int = 4


def is_of_stall(code: str) -> bool:
    """Tell the code of a stall from that of a batch: it is longer."""
    return len(code) == StallCode.LENGTH


def readable(code: str) -> str:
    """Write a code in groups, as its page shows it; the number of a label stands after it."""
    return " ".join(shown(code))


def shown(code: str) -> tuple[str, ...]:
    """Give what the page of a code shows: the code, and the number of a label of its own."""
    if is_of_stall(code):
        return (StallCode(code).readable,)
    code, _, serial = code.partition(UNIT)
    code = BatchCode(code).readable
    return (code, unit_serial.readable(serial)) if serial else (code,)


def path_of(code: str) -> str:
    """Give where the page of a code stands."""
    return f"/{'S' if is_of_stall(code) else 'B'}/{code}"


def ask_all(address: str, sample: Sequence[Sampled], pace: Pace) -> list[Asked]:
    """Ask for the page of each code, some at once; stop where nothing answers any more."""
    asked: list[Asked] = []
    with ThreadPoolExecutor(pace.at_once) as pool:
        for start in range(0, len(sample), pace.at_once):
            some = sample[start : start + pace.at_once]
            asked += pool.map(lambda one: ask(address, one, pace.timeout_s), some)
            last = asked[-SILENT_IN_A_ROW:]
            if len(last) == SILENT_IN_A_ROW and all(one.outcome in SILENT for one in last):
                break
    return asked


def ask(address: str, one: Sampled, timeout_s: float) -> Asked:
    """Ask for the page of one code. It is live when it answers 200 and shows that code."""
    request = urllib.request.Request(  # noqa: S310 - Config takes http and https only
        f"{address}{path_of(one.code)}",
        headers={"User-Agent": AGENT, "Accept": "text/html", "Accept-Language": "vi"},
    )
    deadline = time.monotonic() + timeout_s
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - as above
            text = b"".join(_read(answer, deadline)).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        error.close()
        return Asked(one.code, Outcome.STATUS, f"{error.code} {error.reason}"[:LONGEST_WORDS])
    except (OSError, http.client.HTTPException) as error:
        return _silent(one.code, error)
    if all(told in text for told in shown(one.leads_to)):
        return Asked(one.code, Outcome.LIVE)
    return Asked(one.code, Outcome.OTHER, answer.geturl()[:LONGEST_WORDS])


def _read(answer: http.client.HTTPResponse, deadline: float) -> Iterator[bytes]:
    """Read a page bit by bit: who sends a byte a second may not hold the audit up."""
    size = 0
    while size < MOST_BYTES and (chunk := answer.read1(CHUNK_BYTES)):
        if time.monotonic() > deadline:
            raise TimeoutError
        size += len(chunk)
        yield chunk


def _silent(code: str, error: BaseException) -> Asked:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return Asked(code, Outcome.LATE)
    return Asked(code, Outcome.AWAY, (str(reason) or type(reason).__name__)[:LONGEST_WORDS])
