"""Which lots would do for a need, and what the others lack. Pure; nothing of it is left to SQL.

A lot is judged aspect by aspect: product, stock, place, evidence, each certificate. One that meets
all matches; one of the right product that lacks something is a near miss that says what it lacks.
Amounts that are shown as a range count as its lower end, so that asking for more and more never
tells more than the range does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Protocol
from uuid import UUID

from traceapp.trace.crops import CROPS, may_be_of
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.rules.keeping_dates import covers
from traceapp.trace.units import convertible, unit
from traceapp.trace.words import Words

LEAFY = "leafy"
"""Beside the families of goods: vegetables whose leaves are eaten, by the name of the product."""
LEAFY_CROPS = {one.id.replace("_", " "): one for one in CROPS.values() if one.leafy}
EARTH_KM = 6371.0
REACHES: Mapping[str, int | None] = {
    "anywhere": None,
    "province": None,
    "commune": None,
    "km_10": 10,
    "km_30": 30,
    "km_100": 100,
}
"""How far goods may come: kilometres between the middles of two communes where it says so."""


class Shows(StrEnum):
    """What the board may tell of how much there is of a product."""

    NOTHING = "nothing"
    RANGE = "range"
    EXACT = "exact"


class Aspect(StrEnum):
    """What a lot is judged by, in the order in which it is told."""

    PRODUCT = "product"
    STOCK = "stock"
    PLACE = "place"
    EVIDENCE = "evidence"
    CERTIFICATE = "certificate"


class Holding(StrEnum):
    """How it stands with a certificate of a kind."""

    VALID = "valid"
    NOT_NAMED = "not_named"
    EXPIRED = "expired"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Place:
    """A commune and the point in its middle."""

    province: str
    commune_kind: str
    commune: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Need:
    """What a buyer needs each week. `kind` is a family of goods, LEAFY, or empty for any.

    `words` are folded; a product fits when all of them are in its name.
    """

    kind: str
    words: tuple[str, ...]
    quantity: Decimal
    uom: str
    place: Place
    reach: str
    level: EvidenceLevel
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate of a producer: its kinds, its days, whether it is named for the lot."""

    kinds: frozenset[str]
    issued_on: date
    expires_on: date | None
    is_named: bool


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as the board tells it: `least` and, of a range, what it is below."""

    least: Decimal
    below: Decimal | None
    uom: str


class Goods(Protocol):
    """What tells whether goods are of the product that is asked for."""

    @property
    def family(self) -> str: ...

    @property
    def folded_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot that its producer shows. `net` is the content of one `uom` in another unit."""

    ref: Ref
    product_id: UUID
    product: Words
    producer: Words
    lot: str
    code: str
    family: str
    folded_name: str
    is_live: bool
    stock: Decimal
    uom: str
    net: tuple[Decimal, str] | None
    shows: Shows
    place: Place
    level: EvidenceLevel
    certificates: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a lot stands to one thing that is asked; `found` is of the aspect's own kind."""

    aspect: Aspect
    is_met: bool
    asked: str | EvidenceLevel | Amount
    found: str | EvidenceLevel | Amount | Holding | int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A lot with everything that was looked at. `distance` is in whole kilometres."""

    lot: Lot
    verdicts: tuple[Verdict, ...]
    distance: int

    @property
    def lacks(self) -> tuple[Verdict, ...]:
        """Give what is not met."""
        return tuple(one for one in self.verdicts if not one.is_met)


@dataclass(frozen=True, slots=True)
class Found:
    """The lots that match, and those of the right product that lack something; nearest first."""

    matches: tuple[Judged, ...]
    near_misses: tuple[Judged, ...]


def find(need: Need, lots: Iterable[Lot], today: date) -> Found:
    """Judge lots by a need. What is not for sale, or not shown, is not told at all."""
    judged = [judge(need, lot, today) for lot in lots if _is_told(need, lot)]
    return Found(
        tuple(sorted((one for one in judged if not one.lacks), key=_nearness)),
        tuple(sorted((one for one in judged if one.lacks), key=_nearness)),
    )


def judge(need: Need, lot: Lot, today: date) -> Judged:
    """Judge one lot of the right product by everything else that is asked."""
    distance = kilometres(need.place, lot.place)
    stands = {kind: _holding(lot.certificates, kind, today) for kind in need.certificates}
    has = told_amount(lot, need.uom)
    wanted = Amount(need.quantity, None, need.uom)
    verdicts = (
        Verdict(Aspect.STOCK, has is not None and has.least >= need.quantity, wanted, has),
        Verdict(Aspect.PLACE, _reaches(need, lot.place, distance), need.reach, distance),
        Verdict(Aspect.EVIDENCE, lot.level.rank >= need.level.rank, need.level, lot.level),
        *(
            Verdict(Aspect.CERTIFICATE, found is Holding.VALID, kind, found)
            for kind, found in stands.items()
        ),
    )
    return Judged(lot, verdicts, distance)


def is_product(need: Need, goods: Goods) -> bool:
    """Tell whether goods are what is asked for."""
    named = all(word in goods.folded_name for word in need.words)
    return named and _is_kind(need.kind, goods)


def told_amount(lot: Lot, uom: str) -> Amount | None:
    """Give what may be told of how much there is, in this unit; None where none converts."""
    amount = _converted(lot, uom)
    if amount is None or lot.shows is Shows.NOTHING:
        return None
    if lot.shows is Shows.EXACT:
        return Amount(amount, None, uom)
    return range_of(amount, uom)


def range_of(amount: Decimal, uom: str) -> Amount:
    """Give the range that an amount is in: 1, 2, 5, 10, 20, 50, 100 and so on are its ends."""
    if amount < 1:
        return Amount(Decimal(0), Decimal(1), uom)
    ten = Decimal(10) ** amount.adjusted()
    ends = [ten * step for step in (1, 2, 5, 10)]
    least = max(end for end in ends if end <= amount)
    return Amount(least, min(end for end in ends if end > amount), uom)


def kilometres(one: Place, other: Place) -> int:
    """Give the distance of two communes' middles in whole kilometres, as the crow flies."""
    rise, run = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    both = cos(radians(one.latitude)) * cos(radians(other.latitude))
    chord = sin(rise / 2) ** 2 + both * sin(run / 2) ** 2
    return round(2 * EARTH_KM * asin(min(1.0, sqrt(chord))))


def _is_told(need: Need, lot: Lot) -> bool:
    return (
        lot.is_live and lot.shows is not Shows.NOTHING and lot.stock > 0 and is_product(need, lot)
    )


def _is_kind(kind: str, goods: Goods) -> bool:
    if kind != LEAFY:
        return kind in {"", goods.family}
    return any(
        f" {name} " in f" {goods.folded_name} " and may_be_of(crop, goods.folded_name, goods.family)
        for name, crop in LEAFY_CROPS.items()
    )


def _converted(lot: Lot, uom: str) -> Decimal | None:
    if convertible(lot.uom, uom):
        return lot.stock * unit(lot.uom).factor / unit(uom).factor
    if lot.net is not None and convertible(lot.net[1], uom):
        content, net_uom = lot.net
        return lot.stock * content * unit(net_uom).factor / unit(uom).factor
    return None


def _reaches(need: Need, place: Place, distance: int) -> bool:
    limit = REACHES[need.reach]
    if limit is not None:
        return distance <= limit
    match need.reach:
        case "province":
            return place.province == need.place.province
        case "commune":
            return (place.province, place.commune_kind, place.commune) == (
                *(need.place.province, need.place.commune_kind),
                need.place.commune,
            )
        case _:
            return True


def _holding(certificates: Iterable[Held], kind: str, today: date) -> Holding:
    of_kind = [one for one in certificates if kind in one.kinds]
    valid = [one for one in of_kind if covers(one.issued_on, one.expires_on, today)]
    if any(one.is_named for one in valid):
        return Holding.VALID
    if valid:
        return Holding.NOT_NAMED
    return Holding.EXPIRED if of_kind else Holding.MISSING


def _nearness(one: Judged) -> tuple[int, int, str, Ref]:
    return len(one.lacks), one.distance, one.lot.lot, one.lot.ref
