"""Sends a file to a printer in the network as raw TCP, and tells what came of it. No database here.

Such a printer answers nothing: that it took all and closed the connection is the most one learns.
"""

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv4Network

USUAL_PORT = 9100
ANSWER_BYTES = 4096

Networks = Iterable[tuple[IPv4Network, int]]
"""Networks with the port that printers in them may be reached at."""


class Outcome(StrEnum):
    """What came of it. After `unsure` some labels may have been printed, else none or all were."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNSURE = "unsure"
    NOT_ALLOWED = "not_allowed"
    NOTHING = "nothing"


NOTHING_PRINTED = frozenset({Outcome.REFUSED, Outcome.NOT_ALLOWED, Outcome.NOTHING})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a printer may take to answer, and to take a whole file, in seconds."""

    connect_s: float = 5.0
    whole_s: float = 30.0


def is_allowed(host: str, port: int, allowed: Networks) -> bool:
    """Tell whether whoever runs the installation lets it speak to this address."""
    try:
        address = IPv4Address(host)
    except AddressValueError:
        return False
    return any(address in network and port == at for network, at in allowed)


def send(place: tuple[str, int], file: bytes, patience: Patience) -> Outcome:
    """Send a file; wait until the printer has closed the connection in its turn."""
    try:
        connection = socket.create_connection(place, patience.connect_s)
    except OSError:
        return Outcome.REFUSED
    deadline = time.monotonic() + patience.whole_s
    with connection:
        try:
            connection.settimeout(patience.whole_s)
            connection.sendall(file)
            connection.shutdown(socket.SHUT_WR)
            while True:
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                if not connection.recv(ANSWER_BYTES):
                    return Outcome.TAKEN
        except OSError:
            return Outcome.UNSURE
