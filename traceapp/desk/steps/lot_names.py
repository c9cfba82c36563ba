"""Proposing a lot: initials of the product, day and month, and a letter that is still free."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import count
from string import ascii_uppercase
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.database.folding import fold

MOST_INITIALS = 3


def propose(name: str, day: date, taken: Collection[str]) -> str:
    """Give a lot like CN-2211A that is not taken; only letters and digits GS1 knows."""
    words = [word for word in fold(name).split() if word[0].isascii() and word[0].isalpha()]
    initials = "".join(word[0] for word in words[:MOST_INITIALS]).upper() or "L"
    start = f"{initials}-{day:%d%m}"
    return next(f"{start}{letter}" for letter in _letters() if f"{start}{letter}" not in taken)


def _letters() -> Iterable[str]:
    yield from ascii_uppercase
    yield from (f"{ascii_uppercase[-1]}{number}" for number in count(1))


def taken_by(producer_id: UUID, product_id: UUID) -> set[str]:
    """Give the lots a product has already."""
    query = select(Batch.lot).where(
        Batch.producer_id == producer_id, Batch.product_id == product_id
    )
    return set(db.session.scalars(query))
