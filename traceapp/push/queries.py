"""Which phones of staff want to be told."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, select

from traceapp.accounts.models import Phone
from traceapp.database.engine import db
from traceapp.push.models import PushSubscription

MOST_PHONES = 200


def phones_of(producers: Collection[UUID], *, after: UUID | None = None) -> list[UUID]:
    """Give by subscription the phones of these producers that want to be told; a part at a time.

    `after` is the last of the part before.
    """
    is_phone = and_(
        Phone.producer_id == PushSubscription.producer_id,
        Phone.phone_id == PushSubscription.phone_id,
        Phone.revoked_at.is_(None),
    )
    query = (
        select(PushSubscription.subscription_id)
        .join(Phone, is_phone)
        .where(PushSubscription.producer_id.in_(producers))
        .order_by(PushSubscription.subscription_id)
        .limit(MOST_PHONES)
    )
    if after is not None:
        query = query.where(PushSubscription.subscription_id > after)
    return list(db.session.scalars(query))
