"""Which page of a batch, stall or producer a request asks for, read from the path as it was sent.

Only the reading: whether such a code was ever issued is for `traceapp.public.queries`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, urlsplit
from uuid import UUID

from traceapp.gs1.digital_link import BatchKey, Key, ProductKey, format_path, parse_path
from traceapp.gs1.errors import InvalidKey
from traceapp.gs1.unit_serial import as_minted

_PRODUCER = re.compile(r"/producers/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
CHAIN = "/chain"  # the page with the whole way, where the first page folds it


@dataclass(frozen=True, slots=True)
class Address:
    """What a path names: the key without its serial, that serial, and which page of it."""

    key: Key
    serial: str | None
    chain: bool

    @property
    def path_of_lot(self) -> str:
        """The page of the batch, whichever of its labels led there."""
        return f"/{format_path(self.key)}"

    @property
    def path(self) -> str:
        """The one spelling of this page among all that lead to it."""
        bare = self.path_of_lot
        if self.chain:  # the way is that of the batch, whichever label led there
            return f"{bare}{CHAIN}"
        serial = self.serial and (as_minted(self.serial) or quote(self.serial, safe=""))
        return f"{bare}/21/{serial}" if serial else bare


def raw_path(environ: Mapping[str, object]) -> str:
    """Give the path still percent-encoded: once decoded, a slash in a lot is lost.

    gunicorn says it in RAW_URI, werkzeug in REQUEST_URI; a proxy may send the whole address.
    """
    sent = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"])
    if not sent.startswith("/"):
        split = urlsplit(sent)
        sent = split.path if split.scheme else sent
    path = sent.partition("?")[0].partition("#")[0]
    return path.removeprefix(str(environ.get("SCRIPT_NAME", "")))


@lru_cache(maxsize=4096)
def read(path: str) -> Address:
    """Read a path as sent; raise InvalidKey where it breaks the grammar of codes and links."""
    bare = path.removesuffix("/")
    own = bare[:3].upper() == "/B/"
    chain = own and bare.lower().endswith(CHAIN)
    key = parse_path(bare[: -len(CHAIN)] if chain else bare)
    match key:
        case BatchKey(_, serial) | ProductKey(_, _, serial) if serial is not None:
            return Address(replace(key, serial=None), str(serial), chain)
        case _:
            return Address(key, None, chain)


def producer_path(producer_id: UUID) -> str:
    """Give the address of a producer's page. The id tells nothing but when it was made."""
    return f"/producers/{producer_id}"


@lru_cache(maxsize=4096)
def page_path(path: str) -> str | None:
    """Give the one spelling of the kept page that a path asks for; None for anything else."""
    if path.startswith("/producers/"):
        return path if _PRODUCER.fullmatch(path) else None
    try:
        return read(path).path
    except InvalidKey:
        return None
