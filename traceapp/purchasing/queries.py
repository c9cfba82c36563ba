"""Reading needs: those of a buyer, and those on the board."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.models import Commune, Producer
from traceapp.purchasing.matching import Need, Place
from traceapp.purchasing.models import (
    PurchaseContact,
    PurchaseNeed,
    PurchaseNeedEnd,
)
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.words import Words

_LATER = aliased(PurchaseNeed)
IS_NEWEST: ColumnElement[bool] = ~(
    select(_LATER.need_id)
    .where(
        _LATER.producer_id == PurchaseNeed.producer_id,
        _LATER.need_id == PurchaseNeed.need_id,
        _LATER.version > PurchaseNeed.version,
    )
    .exists()
)
"""Match the version of a need that holds."""
HAS_ENDED: ColumnElement[bool] = (
    select(PurchaseNeedEnd.need_id)
    .where(
        PurchaseNeedEnd.producer_id == PurchaseNeed.producer_id,
        PurchaseNeedEnd.need_id == PurchaseNeed.need_id,
    )
    .exists()
)
"""Match needs that were ended before their last day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A need that holds, who asks, and the commune's middle."""

    row: PurchaseNeed
    buyer: Words
    place: Place

    @property
    def ref(self) -> Ref:
        """Name the need."""
        return Ref(self.row.producer_id, self.row.need_id)

    @property
    def need(self) -> Need:
        """Give it as the matching takes it."""
        return _need(self.row, self.place)


def newest(need: Ref) -> PurchaseNeed | None:
    """Give the version of a need that holds; None where there is no such need."""
    return db.session.scalars(_of(need).limit(1)).first()


def versions(need: Ref) -> Sequence[PurchaseNeed]:
    """Give all versions of a need, the newest first."""
    return db.session.scalars(_of(need)).all()


def is_taken(need_id: UUID) -> bool:
    """Tell whether anybody has a need of this id."""
    query = select(PurchaseNeed.need_id).where(PurchaseNeed.need_id == need_id)
    return db.session.scalar(query.limit(1)) is not None


def is_ended(need: Ref) -> bool:
    """Tell whether a need was ended before its last day."""
    return db.session.get(PurchaseNeedEnd, tuple(need)) is not None


def is_running(row: PurchaseNeed, today: date) -> bool:
    """Tell whether a need is still on the board."""
    return row.until_on >= today and not is_ended(Ref(row.producer_id, row.need_id))


def as_need(row: PurchaseNeed) -> Need:
    """Give a need as the matching takes it."""
    key = (row.province, row.commune_kind, row.commune)
    middle = db.session.get_one(Commune, key)
    return _need(row, Place(*key, middle.latitude, middle.longitude))


def listing() -> Select[*tuple[Any, ...]]:
    """Ask for the versions that hold, whether their need has ended, and letters to it."""
    contacts = (
        select(func.count())
        .where(
            PurchaseContact.buyer_id == PurchaseNeed.producer_id,
            PurchaseContact.need_id == PurchaseNeed.need_id,
        )
        .scalar_subquery()
    )
    return select(PurchaseNeed, HAS_ENDED.label("has_ended"), contacts.label("contacts")).where(
        IS_NEWEST
    )


def running(today: date, *, but: UUID | None = None) -> Select[*tuple[Any, ...]]:
    """Ask for the needs that are running or to come, with who asks and the commune's middle."""
    is_commune = and_(
        Commune.province == PurchaseNeed.province,
        Commune.kind == PurchaseNeed.commune_kind,
        Commune.name == PurchaseNeed.commune,
    )
    query = (
        select(PurchaseNeed, Producer.name, Producer.name_en, Commune.latitude, Commune.longitude)
        .join(Producer, Producer.producer_id == PurchaseNeed.producer_id)
        .join(Commune, is_commune)
        .where(IS_NEWEST, ~HAS_ENDED, PurchaseNeed.until_on >= today)
    )
    return query if but is None else query.where(PurchaseNeed.producer_id != but)


def naming(words: Iterable[str], kinds: Mapping[str, str]) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that each folded word is of the product, or of the kind as it is called.

    `kinds` are the kinds of goods in the reader's language.
    """
    for word in words:
        of_kinds = [kind for kind, name in kinds.items() if word in fold(name)]
        named = PurchaseNeed.folded_words.contains(word, autoescape=True)
        yield or_(named, PurchaseNeed.kind.in_(of_kinds))


def asked(rows: Iterable[Row[Any]]) -> list[Asked]:
    """Give rows of `running` as needs that hold."""
    return [_asked(row) for row in rows]


def _of(need: Ref) -> Select[PurchaseNeed]:
    return (
        select(PurchaseNeed)
        .where(PurchaseNeed.producer_id == need.producer_id, PurchaseNeed.need_id == need.id)
        .order_by(PurchaseNeed.version.desc())
    )


def _need(row: PurchaseNeed, place: Place) -> Need:
    return Need(
        kind=row.kind,
        words=tuple(row.folded_words.split()),
        quantity=Decimal(row.quantity),
        uom=row.uom,
        place=place,
        reach=row.reach,
        level=EvidenceLevel(row.level),
        certificates=tuple(row.certificates.split()),
    )


def _asked(row: Row[Any]) -> Asked:
    need: PurchaseNeed = row.PurchaseNeed
    middle = Place(need.province, need.commune_kind, need.commune, row.latitude, row.longitude)
    return Asked(need, Words(row.name, row.name_en), middle)
