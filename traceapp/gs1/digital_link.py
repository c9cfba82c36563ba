"""Links: what a public path names, and the path and QR text of a key.

01/<gtin>[/10/<lot>][/21/<serial>]    GS1 Digital Link (URI Syntax 1.2 and later)
414/<gln>[/254/<extension>]           a place
00/<sscc>                             a pallet
B/<batch code>[/21/<serial>]          our own, never called GS1 Digital Link
U/<unit code>                         our own
S/<stall code>                        our own
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

from traceapp.gs1.batch_code import BatchCode, StallCode, UnitCode
from traceapp.gs1.element import GlnExtension, Lot, Serial
from traceapp.gs1.errors import InvalidKey, Rule
from traceapp.gs1.gln import Gln
from traceapp.gs1.gtin import Gtin
from traceapp.gs1.sscc import Sscc


@dataclass(frozen=True, slots=True)
class ProductKey:
    """A product, one lot of it, or one unit of it."""

    gtin: Gtin
    lot: Lot | None = None
    serial: Serial | None = None


@dataclass(frozen=True, slots=True)
class BatchKey:
    """A batch of a producer without GTIN, or one unit of it."""

    code: BatchCode
    serial: Serial | None = None


@dataclass(frozen=True, slots=True)
class UnitKey:
    """A single unit of a producer without GTIN."""

    code: UnitCode


@dataclass(frozen=True, slots=True)
class StallKey:
    """A stall of loose goods, whatever is on it."""

    code: StallCode


@dataclass(frozen=True, slots=True)
class PlaceKey:
    """A place, or a part of it."""

    gln: Gln
    extension: GlnExtension | None = None


@dataclass(frozen=True, slots=True)
class PalletKey:
    """A pallet or carton on its way."""

    sscc: Sscc


Key = ProductKey | BatchKey | UnitKey | StallKey | PlaceKey | PalletKey

LONGEST_LINK = 512  # a full key is 150 characters; the rest is room for a pasted address

_GRAMMAR: dict[tuple[str, ...], Callable[..., Key]] = {
    ("01",): lambda gtin: ProductKey(Gtin(gtin)),
    ("01", "10"): lambda gtin, lot: ProductKey(Gtin(gtin), Lot(lot)),
    ("01", "21"): lambda gtin, serial: ProductKey(Gtin(gtin), serial=Serial(serial)),
    ("01", "10", "21"): lambda gtin, lot, serial: ProductKey(Gtin(gtin), Lot(lot), Serial(serial)),
    ("414",): lambda gln: PlaceKey(Gln(gln)),
    ("414", "254"): lambda gln, extension: PlaceKey(Gln(gln), GlnExtension(extension)),
    ("00",): lambda sscc: PalletKey(Sscc(sscc)),
    ("B",): lambda code: BatchKey(BatchCode.parse(code)),
    ("B", "21"): lambda code, serial: BatchKey(BatchCode.parse(code), Serial(serial)),
    ("U",): lambda code: UnitKey(UnitCode.parse(code)),
    ("S",): lambda code: StallKey(StallCode.parse(code)),
}
_FIRST = {names[0] for names in _GRAMMAR}
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


def parse_path(path: str) -> Key:
    """Read the key a path names; raise InvalidKey for anything else.

    `path` is as sent, still percent-encoded and without query: once decoded, a slash inside a lot
    can no longer be told from one between two parts. One slash at either end is tolerated, and our
    own keys in any case; a GS1 lot or serial is taken as it stands.
    """
    return _key(_segments(path))


def parse_typed(text: str) -> Key:
    """Read what a person typed or pasted: a printed code, a GTIN, or a link to any host.

    The host may lack its scheme and the path may have a stem before the key, as printed. Thirteen
    digits are taken as a GTIN; a unit code of digits alone is one in four million.
    """
    link = re.split("[?#]", text.strip(), maxsplit=1)[0]
    if "/" not in link:
        return _bare(link)
    _, scheme, rest = link.rpartition("://")
    segments = _segments(rest.partition("/")[2] if scheme else rest)
    for start in range(len(segments) - 2, -1, -2):  # names and values alternate up to the end
        if segments[start].upper() in _FIRST:
            return _key(segments[start:])
    raise InvalidKey(Rule.LINK_UNKNOWN)


def format_path(key: Key) -> str:
    """Write the canonical path of a key, percent-encoded, without a leading slash."""
    return "/".join(f"{name}/{quote(value, safe='')}" for name, value in _elements(key))


def uri(public_url: str, key: Key) -> str:
    """Write the text of the QR symbol: scheme and host in capitals, the rest as it must be.

    Capitals let the symbol use its denser alphanumeric mode. A path below the host keeps its case,
    since only scheme and host mean the same in either (RFC 3986 6.2.2.1).
    """
    base = urlsplit(public_url)
    stem = base.path.rstrip("/")
    return f"{base.scheme.upper()}://{base.netloc.upper()}{stem}/{format_path(key)}"


def readable(key: Key) -> str:
    """Write a key for the eye: our codes in groups, GS1 keys as (01)09520123456788(10)ABC."""
    match key:
        case BatchKey(code, None) | UnitKey(code) | StallKey(code):
            return code.readable
        case BatchKey(code, serial):
            return f"{code.readable} {serial}"
        case _:
            return "".join(f"({name}){value}" for name, value in _elements(key))


def _elements(key: Key) -> list[tuple[str, str]]:
    parts: dict[str, object]
    match key:
        case ProductKey(gtin, lot, serial):
            parts = {"01": gtin, "10": lot, "21": serial}
        case BatchKey(batch, serial):
            parts = {"B": batch, "21": serial}
        case UnitKey(unit):
            parts = {"U": unit}
        case StallKey(stall):
            parts = {"S": stall}
        case PlaceKey(gln, extension):
            parts = {"414": gln, "254": extension}
        case PalletKey(sscc):
            parts = {"00": sscc}
    return [(name, str(value)) for name, value in parts.items() if value is not None]


def _segments(path: str) -> list[str]:
    if len(path) > LONGEST_LINK:
        raise InvalidKey(Rule.LINK_TOO_LONG)
    return [_decoded(part) for part in path.removeprefix("/").removesuffix("/").split("/")]


def _decoded(segment: str) -> str:
    if _BROKEN_ESCAPE.search(segment):
        raise InvalidKey(Rule.LINK_ENCODING)
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeError as error:  # bytes that are not UTF-8, or a lone surrogate
        raise InvalidKey(Rule.LINK_ENCODING) from error


def _key(segments: list[str]) -> Key:
    names = tuple(name.upper() for name in segments[::2])
    if names[0] not in _FIRST:
        raise InvalidKey(Rule.LINK_UNKNOWN)
    if len(segments) % 2:
        raise InvalidKey(Rule.LINK_INCOMPLETE)
    if names not in _GRAMMAR:
        raise InvalidKey(Rule.LINK_ORDER)
    return _GRAMMAR[names](*segments[1::2])


def _bare(text: str) -> Key:
    try:
        return ProductKey(Gtin.parse(text))
    except InvalidKey as not_gtin:
        if not_gtin.rule is not Rule.GTIN_LENGTH:
            raise
    for read in (_GRAMMAR["B",], _GRAMMAR["S",]):
        try:
            return read(text)
        except InvalidKey as other_kind:
            if other_kind.rule is not Rule.CODE_LENGTH:
                raise
    return UnitKey(UnitCode.parse(text))
