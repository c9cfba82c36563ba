"""How often one reader may do something: counted in this worker, for an hour at most.

It slows a person or a script down; it is no defence against many machines. Nothing about a reader
is written down: an address is kept hashed, in memory, until its time is over.
"""

import hashlib
import ipaddress
import math
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from flask import request

MOST_READERS = 10_000


@dataclass(slots=True)
class Pace:
    """At most `most` times in `window` seconds for each reader."""

    most: int
    window: float
    _times: OrderedDict[bytes, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def allows(self, reader: str, now: float) -> bool:
        """Count one more time at `now` (seconds of a steady clock); False when it is too often."""
        key = hashlib.blake2b(reader.encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            while times and times[0] <= now - self.window:
                times.popleft()
            if len(times) >= self.most:
                return False
            times.append(now)
            while len(self._times) > MOST_READERS:
                self._times.popitem(last=False)
            return True


@dataclass(slots=True)
class Window:
    """Counts in windows that begin with a reader's first time: for numbers too large to list."""

    most: int
    window: float
    _counts: OrderedDict[bytes, tuple[float, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def wait_s(self, reader: str, now: float) -> int:
        """Count one more time at `now`; give the seconds to wait where it is too often, else 0."""
        key = hashlib.blake2b(reader.encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            began, count = self._counts.pop(key, (now, 0))
            if now - began >= self.window:
                began, count = now, 0
            self._counts[key] = (began, count + 1)
            while len(self._counts) > MOST_READERS:
                self._counts.popitem(last=False)
        return 0 if count < self.most else max(1, math.ceil(began + self.window - now))


def reader() -> str:
    """Give the address that asks; behind a proxy on this machine, the one that asked the proxy."""
    address = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    # Only the last entry is the proxy's own word; whatever stands before it anyone can write.
    return forwarded if forwarded and _is_this_machine(address) else address


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address  # a unix socket has no address: only a proxy speaks through one
