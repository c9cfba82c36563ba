"""Which addresses messages may go to: https on the open internet, never inside a private network.

A name is resolved once, every address it has is looked at, and the connection is made to what was
looked at: a name that answers otherwise a moment later leads nowhere else.
"""

import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from traceapp import problem

USUAL_PORT = 443
LONGEST = 500
# All of IPv6 that is given out to be reached (IANA); translators and old kinds are elsewhere.
GIVEN_OUT = ip_network("2000::/3")


class UnresolvedError(Exception):
    """The name of the host has no address, or none that can be reached now."""


class PrivateAddressError(Exception):
    """The host has an address that is not on the open internet."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: the host as it was written, its port, path with query."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Give the host as the header Host names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL_PORT else f"{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read an https address. Raises ValueError."""
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        is_plain = text.isascii() and text.isprintable() and " " not in text
        if parts.scheme != "https" or not host or not is_plain or len(text) > LONGEST:
            raise ValueError("no https address")
        if parts.username is not None or parts.fragment or "%" in host:
            raise ValueError("more than an address")
        query = f"?{parts.query}" if parts.query else ""
        return cls(host, parts.port or USUAL_PORT, f"{parts.path or '/'}{query}")


def resolve(target: Target, allowed: Collection[str]) -> list[str]:
    """Give the addresses of a host, in the order to try them.

    `allowed` names hosts with ports that may be private. Raises UnresolvedError, and
    PrivateAddressError where any of its addresses is not on the open internet.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnresolvedError(target.host) from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses:
        raise UnresolvedError(target.host)
    if f"{target.host}:{target.port}" not in allowed and not all(map(is_open, addresses)):
        raise PrivateAddressError(target.host)
    return addresses


def is_open(text: str) -> bool:
    """Tell whether an address is on the open internet."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return False  # such as one with a zone
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address not in GIVEN_OUT or address.sixtofour or address.teredo:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def checked(text: str, allowed: Collection[str]) -> str:
    """Give an address that messages may go to. Raises InvalidInput, saying why not."""
    try:
        resolve(Target.parse(text), allowed)
    except UnresolvedError:
        raise problem.InvalidInput(findings=[_UNRESOLVED]) from None
    except PrivateAddressError:
        raise problem.InvalidInput(findings=[_PRIVATE]) from None
    except ValueError:
        raise problem.InvalidInput(findings=[_NO_ADDRESS]) from None
    return text


_NO_ADDRESS = problem.Finding(
    "/address",
    "https_address",
    problem.N_("This is no address that begins with https://."),
    problem.N_("Write it like https://example.vn/traceapp, without name, password or #."),
)
_UNRESOLVED = problem.Finding(
    "/address",
    "unknown_host",
    problem.N_("Nobody answers to this name on the internet."),
    problem.N_("Check how it is spelled, or try again in a minute."),
)
_PRIVATE = problem.Finding(
    "/address",
    "private_address",
    problem.N_("This address is inside a private network, so nothing is sent there."),
    problem.N_("Use an address that everybody can reach on the internet."),
)
