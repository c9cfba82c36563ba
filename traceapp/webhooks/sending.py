"""Sending one message over HTTPS: to a checked address, without redirects, in bounded time."""

import socket
import ssl
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from traceapp.webhooks.addresses import PrivateAddressError, Target, UnresolvedError, resolve

TIMEOUT_S = 10.0
MOST_BYTES = 4096
"""Nothing but the first line of an answer is of interest, and of one that asks for patience its
header; they are shorter than this."""
LONGEST_WAIT_DIGITS = 9
PATIENCE = frozenset({"429", "503"})


class Outcome(StrEnum):
    """Why there is no HTTP status."""

    LATE = "late"
    AWAY = "away"
    UNKNOWN = "unknown"
    PRIVATE = "private"
    UNTRUSTED = "untrusted"
    NOT_HTTP = "not_http"
    REMOVED = "removed"
    SECRET = "secret"  # noqa: S105 - a word, no secret


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status as text, or an Outcome; and for how many seconds patience is asked for."""

    outcome: str
    wait_s: int = 0


def send(
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allowed: Collection[str],
    timeout_s: float = TIMEOUT_S,
) -> str:
    """Post a body; give the HTTP status as text, or an Outcome. Never raises for the other side.

    The time is for all together; looking the name up is not counted in it.
    """
    return ask(address, headers, body, allowed=allowed, timeout_s=timeout_s).outcome


def ask(
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allowed: Collection[str],
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Post a body as `send` does; give what came, with `Retry-After` where it was said."""
    try:
        target = Target.parse(address)
        addresses = resolve(target, allowed)
        return _posted(target, addresses, _request(target, headers, body), timeout_s)
    except _EXPECTED as error:
        return Answer(next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)))


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _posted(target: Target, addresses: list[str], request: bytes, timeout_s: float) -> Answer:
    deadline = time.monotonic() + timeout_s
    context = ssl.create_default_context()
    with (
        _connected(addresses, target.port, deadline) as plain,
        # The certificate is asked for by name, whatever address was connected to.
        context.wrap_socket(plain, server_hostname=target.host) as line,
    ):
        line.settimeout(_left(deadline))
        line.sendall(request)
        read = _read(line, b"", b"\n", deadline)
        status = _status(read.partition(b"\n")[0])
        if status not in PATIENCE:
            return Answer(status)
        return Answer(status, _wait_s(_read(line, read, b"\r\n\r\n", deadline)))


def _connected(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """Connect to the first of these that answers. Raises OSError."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(deadline) / 2)
    return socket.create_connection((addresses[-1], port), timeout=_left(deadline))


def _read(line: ssl.SSLSocket, read: bytes, end: bytes, deadline: float) -> bytes:
    """Read on until something stands there; no more than is of interest."""
    while end not in read and len(read) < MOST_BYTES:
        line.settimeout(_left(deadline))
        some = line.recv(MOST_BYTES - len(read))
        if not some:
            break
        read += some
    return read


def _wait_s(head: bytes) -> int:
    """Read Retry-After in seconds (RFC 9110, 10.2.3); 0 where nothing, or a date, is said."""
    for one in head.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        name, _, value = one.partition(b":")
        said = value.strip()
        if name.lower() == b"retry-after" and said.isdigit() and len(said) <= LONGEST_WAIT_DIGITS:
            return int(said)
    return 0


def _status(line: bytes) -> str:
    """Read the status. Raises ValueError for what is no answer in HTTP."""
    version, _, rest = line.partition(b" ")
    status = rest[:3].decode("ascii", "replace")
    if not version.startswith(b"HTTP/1.") or not (status.isascii() and status.isdigit()):
        raise ValueError("no HTTP")
    return status


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


_OUTCOMES: tuple[tuple[type[Exception], Outcome], ...] = (
    (UnresolvedError, Outcome.UNKNOWN),
    (PrivateAddressError, Outcome.PRIVATE),
    (TimeoutError, Outcome.LATE),
    (ssl.SSLError, Outcome.UNTRUSTED),
    (OSError, Outcome.AWAY),  # of which the two before are kinds
    (ValueError, Outcome.NOT_HTTP),
)
_EXPECTED = tuple(kind for kind, _ in _OUTCOMES)
