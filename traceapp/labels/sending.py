"""Sends labels to a printer in the network as raw TCP, and tells what came of it. No database here.

Such a printer answers nothing: that it took all and closed the connection is the most one learns.
"""

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from traceapp.config import PRINTER_PORT

USUAL_PORT = PRINTER_PORT
LONGEST_HOST = 39  # an address of IPv6
ANSWER_BYTES = 4096
HELD_BYTES = 65_536  # that wait on our side for the printer: what it did not take is soon noticed

Networks = Iterable[tuple[IPv4Network | IPv6Network, int]]
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
    """How many seconds a printer may take to answer, to go on after it took some, and for all.

    It takes labels as fast as it prints them once it has no room for more.
    """

    connect_s: float = 5.0
    idle_s: float = 30.0
    whole_s: float = 1800.0


def is_allowed(host: str, port: int, allowed: Networks) -> bool:
    """Tell whether whoever runs the installation lets it speak to this address."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False  # another address than the same one without
    return any(address in network and port == at for network, at in allowed)


def written(host: str, port: int) -> str:
    """Write a host or network with its port."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def send(place: tuple[str, int], pieces: Iterable[bytes], patience: Patience) -> Outcome:
    """Send a file piece by piece; wait until the printer has closed the connection in its turn.

    A piece is asked for when the printer has taken the ones before.
    """
    try:
        connection = socket.create_connection(place, patience.connect_s)
    except OSError:
        return Outcome.REFUSED
    deadline = time.monotonic() + patience.whole_s
    with connection:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HELD_BYTES)
            for piece in pieces:
                connection.settimeout(_left(patience, deadline))
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
            deadline = min(deadline, time.monotonic() + patience.idle_s)
            while True:
                connection.settimeout(_left(patience, deadline))
                if not connection.recv(ANSWER_BYTES):
                    return Outcome.TAKEN
        except OSError:
            return Outcome.UNSURE


def _left(patience: Patience, deadline: float) -> float:
    return max(min(patience.idle_s, deadline - time.monotonic()), 0.001)
