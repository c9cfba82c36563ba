"""Reading for the desk: the list of batches with a search, and who holds how much of one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select

from traceapp.batches import queries
from traceapp.batches.models import Batch, LedgerEntry, Product
from traceapp.batches.parties import AnyRow
from traceapp.batches.queries import Ref
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.gs1.batch_code import BatchCode
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.producers.models import Producer
from traceapp.trace.words import Words

PAGE_SIZE = 48
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One batch in the list; `state` is what is stored, `picture` a file name of its product."""

    code: str
    state: CodeState
    product: Words
    producer: Words
    lot: str
    production_date: date | None
    expiry_date: date | None
    picture: str | None

    @property
    def readable(self) -> str:
        """The code as it is printed."""
        return BatchCode(self.code).readable


@dataclass(frozen=True, slots=True)
class Holding:
    """What the ledger of one holder says about a batch: quantity by account, and the stock."""

    holder: Words
    is_maker: bool
    accounts: dict[str, Decimal]


def search(text: str, *, page: int = 1) -> tuple[list[DeskRow], bool]:
    """List batches that have a public code, newest first, and tell whether more follow.

    Every word of `text` must be in the name, the producer, the lot or the code; marks and case
    do not matter.
    """
    query = (
        _listed()
        .where(PublicCode.state != CodeState.MOVED, *_has_every_word(text))
        .order_by(Batch.production_date.desc().nulls_last(), PublicCode.code)
    )
    rows = db.session.execute(query.limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)).all()
    return [_row(row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE


def _listed() -> Select[Any]:
    return (
        select(
            *(PublicCode.code, PublicCode.state, Batch.lot),
            *(Batch.production_date, Batch.expiry_date, Product.name, Product.name_en),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            _picture().label("picture"),
        )
        .join(
            Batch,
            and_(
                Batch.producer_id == PublicCode.producer_id, Batch.batch_id == PublicCode.batch_id
            ),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
    )


def _picture() -> ScalarSelect[Any]:
    return (
        select(PhotoRendition.file_name)
        .join(
            Photo,
            and_(
                Photo.producer_id == PhotoRendition.producer_id,
                Photo.sha256 == PhotoRendition.sha256,
            ),
        )
        .where(
            PhotoRendition.producer_id == Product.producer_id,
            PhotoRendition.sha256 == Product.photo_sha256,
            PhotoRendition.name == "thumb",
            Photo.is_public,
        )
        .scalar_subquery()
    )


def _has_every_word(text: str) -> list[ColumnElement[bool]]:
    return [_has(word) for word in fold(text).split()[:MOST_WORDS]]


def _has(word: str) -> ColumnElement[bool]:
    plain: tuple[Any, ...] = (
        *(Product.folded_name, Producer.folded_name, func.lower(Batch.lot)),
        *(func.lower(Product.name_en), func.lower(Producer.name_en)),
    )
    found = [column.contains(word, autoescape=True) for column in plain]
    code = word.replace("-", "").upper()
    if code:
        found.append(PublicCode.code.contains(code, autoescape=True))
    return or_(*found)


def _row(row: AnyRow) -> DeskRow:
    return DeskRow(
        code=row.code,
        state=CodeState(row.state),
        product=Words(row.name, row.name_en),
        producer=Words(row.producer, row.producer_en),
        lot=row.lot,
        production_date=row.production_date,
        expiry_date=row.expiry_date,
        picture=row.picture,
    )


def holdings(batch: Ref) -> list[Holding]:
    """Give what every holder recorded about a batch, its maker first, then by name."""
    rows = db.session.execute(
        select(Producer.producer_id, Producer.name, Producer.name_en)
        .where(
            Producer.producer_id.in_(
                select(LedgerEntry.producer_id).where(
                    LedgerEntry.batch_producer_id == batch[0], LedgerEntry.batch_id == batch[1]
                )
            )
        )
        .order_by(Producer.folded_name)
    ).all()
    found = [
        Holding(
            Words(row.name, row.name_en),
            row.producer_id == batch[0],
            queries.balance(row.producer_id, batch),
        )
        for row in rows
    ]
    return sorted(found, key=lambda holding: not holding.is_maker)
