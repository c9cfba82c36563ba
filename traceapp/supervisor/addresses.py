"""Where to listen: addresses to bind, whether the port is free, and this machine on the network."""

import contextlib
import errno
import ipaddress
import socket
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NEXT_PORTS = 100


class PortTakenError(RuntimeError):
    """Something else listens there; the text says what to do."""


def to_bind(host: str, port: int) -> list[tuple[str, int]]:
    """List what to bind: `localhost` means 127.0.0.1 and, where the machine has it, ::1."""
    if host == "localhost":
        six = [("::1", port)] if _has_loopback_v6() else []
        return [("127.0.0.1", port), *six]
    return [(host.strip("[]"), port)]


def as_text(address: tuple[str, int]) -> str:
    """Write host and port as gunicorn and URLs want them."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check_free(addresses: Iterable[tuple[str, int]]) -> None:
    """Raise PortTakenError where one of the addresses is in use or may not be used."""
    for host, port in addresses:
        error = _bind_error(host, port)
        if error is None:
            continue
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(
                f"Port {port} is already in use, perhaps by another `make run`.\n"
                f"Stop that one, or start here with another port: make run PORT={_free(host, port)}"
            )
        raise PortTakenError(
            f"{as_text((host, port))} cannot be listened on: {error.strerror}.\n"
            "Give HOST an address of this machine and PORT a number above 1023."
        )


def on_network() -> list[Address]:
    """List this machine's addresses that a phone on the same network can reach, best first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # No packet is sent: connecting a datagram socket only chooses the way out.
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    with contextlib.suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    addresses = [ipaddress.ip_address(text) for text in dict.fromkeys(found)]
    return [address for address in addresses if not address.is_loopback]


def _has_loopback_v6() -> bool:
    return socket.has_ipv6 and _bind_error("::1", 0) is None


def _bind_error(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def _free(host: str, port: int) -> int:
    following = range(port + 1, min(port + NEXT_PORTS, 2**16))
    return next((other for other in following if _bind_error(host, other) is None), port + 1)
