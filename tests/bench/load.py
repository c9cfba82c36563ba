"""How many requests a second a server answers: `wrk` where it is on PATH, else sockets of our own.

Either way 16 kept connections ask as fast as they are answered. The two are not comparable with
each other, only with themselves.
"""

import re
import selectors
import shutil
import socket
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from urllib.parse import urlsplit

CONNECTIONS = 16
PROCESSES = 2
WARMING_S = 1
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def requests_per_second(url: str, headers: dict[str, str], seconds: int) -> float:
    """Ask one address for so many seconds; raise RuntimeError when an answer is not 2xx."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return _by_sockets(url, headers, seconds)
    named = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *named, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url} did not answer well:\n{said}")
    return float(found.group(1))


def _by_sockets(url: str, headers: dict[str, str], seconds: int) -> float:
    with ProcessPoolExecutor(PROCESSES) as pool:
        share = CONNECTIONS // PROCESSES
        asked = [pool.submit(_ask, url, headers, seconds, share) for _ in range(PROCESSES)]
        return sum(one.result() for one in asked) / seconds


def _ask(url: str, headers: dict[str, str], seconds: int, connections: int) -> int:
    """Count the answers on some connections, each asking again once it has its answer."""
    split = urlsplit(url)
    lines = [f"GET {split.path} HTTP/1.1", f"Host: {split.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    answered, end = 0, time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            asker = socket.create_connection((split.hostname or "", split.port or 80))
            selector.register(asker, selectors.EVENT_READ, bytearray())
            asker.sendall(request)
        while time.monotonic() < end:
            for key, _ in selector.select(timeout=0.1):
                asker = key.fileobj  # type: ignore[assignment]
                if _is_whole(asker, key.data):
                    answered += 1
                    asker.sendall(request)
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
    return answered


def _is_whole(asker: socket.socket, got: bytearray) -> bool:
    """Read on; once the answer is complete, forget it and tell so."""
    part = asker.recv(65536)
    got += part
    head, between, body = bytes(got).partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if not part or (between and not (head.startswith(b"HTTP/1.1 2") and length)):
        raise RuntimeError(f"not a good answer: {head[:80]!r}")
    if not between or length is None or len(body) < int(length.group(1)):
        return False
    got.clear()
    return True
