"""Reading contacts: what a buyer and the producer of a lot wrote to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Batch, Product
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import Membership, Producer
from traceapp.purchasing.models import PurchaseContact, PurchaseLetter, PurchaseNeed
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """What one side wrote. `is_seller` tells that it was the producer of the lot."""

    says: str
    text: str
    is_seller: bool
    body: Words
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a contact, with the addresses that are told once both have written."""

    producer_id: UUID
    name: Words
    commune: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact with what it is about and everything written, the oldest first."""

    ref: Ref
    batch: Ref
    lot: str
    product: Words
    need: PurchaseNeed | None
    seller: Side
    buyer: Side
    letters: tuple[Letter, ...]

    @property
    def is_answered(self) -> bool:
        """Tell whether both sides have written, so that each reads the other's addresses."""
        return len({one.is_seller for one in self.letters}) > 1

    @property
    def standing(self) -> str | None:
        """Give what the producer said last of agreeing: "agrees", "declines" or nothing yet."""
        said = [one.says for one in self.letters if one.says != "words"]
        return said[-1] if said else None


def find(contact_id: UUID) -> PurchaseContact | None:
    """Find a contact by its id; None where there is none."""
    query = select(PurchaseContact).where(PurchaseContact.contact_id == contact_id)
    return db.session.scalars(query).first()


def contact_about(need: Ref, batch: Ref) -> PurchaseContact | None:
    """Find the contact about a need and a lot; None where nobody wrote yet."""
    query = select(PurchaseContact).where(
        PurchaseContact.buyer_id == need.producer_id,
        PurchaseContact.need_id == need.id,
        PurchaseContact.producer_id == batch.producer_id,
        PurchaseContact.batch_id == batch.id,
    )
    return db.session.scalars(query).first()


def count_letters(of: PurchaseContact) -> int:
    """Count what was written in a contact."""
    query = select(func.count()).where(
        PurchaseLetter.producer_id == of.producer_id, PurchaseLetter.contact_id == of.contact_id
    )
    return db.session.scalar(query) or 0


def told(contact_id: UUID) -> Contact | None:
    """Give a contact with all that was written; None where there is none."""
    return next(iter(contacts(PurchaseContact.contact_id == contact_id)), None)


def of_need(need: Ref) -> list[Contact]:
    """Give the contacts about a need, the newest first."""
    return contacts(
        PurchaseContact.buyer_id == need.producer_id, PurchaseContact.need_id == need.id
    )


def of_side(producer_id: UUID) -> list[Contact]:
    """Give the contacts of a producer on either side, the newest first, at most MOST."""
    return _told(db.session.execute(_OF_SIDE, {"side": producer_id}).all())


def contacts(*conditions: ColumnElement[bool]) -> list[Contact]:
    """Give contacts with their letters, the newest first, at most MOST: two queries."""
    return _told(db.session.execute(_CONTACTS.where(*conditions)).all())


def _told(rows: Sequence[Any]) -> list[Contact]:
    contact_ids = {row[0].contact_id for row in rows}
    letters = ask(_LETTERS, contacts=contact_ids) if contact_ids else []
    return [_contact(row, letters) for row in rows]


def _contacts() -> Select[*tuple[Any, ...]]:
    seller, buyer = aliased(Producer), aliased(Producer)
    is_batch = and_(
        Batch.producer_id == PurchaseContact.producer_id,
        Batch.batch_id == PurchaseContact.batch_id,
    )
    is_product = and_(
        Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id
    )
    is_need = and_(
        PurchaseNeed.producer_id == PurchaseContact.buyer_id,
        PurchaseNeed.need_id == PurchaseContact.need_id,
        PurchaseNeed.version == PurchaseContact.need_version,
    )
    return (
        select(PurchaseContact, Batch.lot, Product.name, Product.name_en, PurchaseNeed)
        .add_columns(seller, buyer)
        .join(Batch, is_batch)
        .join(Product, is_product)
        .join(seller, seller.producer_id == PurchaseContact.producer_id)
        .outerjoin(buyer, buyer.producer_id == PurchaseContact.buyer_id)
        .outerjoin(PurchaseNeed, is_need)
        .order_by(PurchaseContact.opened_at.desc(), PurchaseContact.contact_id.desc())
        .limit(MOST)
    )


def _letters() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(PurchaseLetter.contact_id, PurchaseLetter.producer_id, PurchaseLetter.says),
            *(PurchaseLetter.text, PurchaseLetter.by_producer_id, PurchaseLetter.sent_at),
            *(Producer.name, Producer.name_en, Membership.name.label("person")),
        )
        .outerjoin(Producer, Producer.producer_id == PurchaseLetter.by_producer_id)
        .outerjoin(
            Membership,
            and_(
                Membership.producer_id == PurchaseLetter.by_producer_id,
                Membership.member_id == PurchaseLetter.by_member_id,
            ),
        )
        .where(PurchaseLetter.contact_id.in_(bindparam("contacts", expanding=True)))
        .order_by(PurchaseLetter.sent_at, PurchaseLetter.letter_id)
    )


def _contact(row: Any, letters: Sequence[Any]) -> Contact:  # noqa: ANN401 - a row
    kept, lot, product, product_en, need, seller, buyer = row
    return Contact(
        ref=Ref(kept.producer_id, kept.contact_id),
        batch=Ref(kept.producer_id, kept.batch_id),
        lot=lot,
        product=Words(product, product_en),
        need=need,
        seller=_side(kept.producer_id, seller),
        buyer=_side(kept.buyer_id, buyer),
        letters=tuple(_letter(one) for one in letters if one.contact_id == kept.contact_id),
    )


def _side(producer_id: UUID, of: Producer | None) -> Side:
    if of is None:
        return Side(producer_id, Words.same("–"), "", None, None)
    name = Words(of.name, of.name_en)
    return Side(producer_id, name, f"{of.commune_kind} {of.commune}", of.phone, of.email)


def _letter(row: Any) -> Letter:  # noqa: ANN401 - a row
    return Letter(
        says=row.says,
        text=row.text,
        is_seller=row.by_producer_id == row.producer_id,
        body=Words(row.name or "", row.name_en),
        person=row.person or "",
        at=row.sent_at,
    )


# Written once: each page of the desk asks what waits.
_CONTACTS, _LETTERS = _contacts(), _letters()
_SIDE = bindparam("side", type_=Identifier)
_OF_SIDE = _CONTACTS.where(
    (PurchaseContact.buyer_id == _SIDE) | (PurchaseContact.producer_id == _SIDE)
)
