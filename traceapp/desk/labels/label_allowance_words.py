"""What officers allowed a holder beyond the goods of a batch, as the page of an order tells it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from traceapp.batches.queries import BatchCard
from traceapp.desk.labels.label_story import producer_names
from traceapp.labels.contents import Pack
from traceapp.labels.proposals import room_of
from traceapp.labels.queries import open_allowances
from traceapp.trace.facts import Ref
from traceapp.web.languages import say


@dataclass(frozen=True, slots=True)
class Allowed:
    """An allowance that can still be made use of, and how many labels may be issued with it."""

    office: str
    labels: int
    pack: Pack
    reason: str
    ends_at: datetime
    most: int


def told(holder: UUID, card: BatchCard, now: datetime) -> list[Allowed]:
    """Tell what can still be made use of, the oldest first."""
    found = open_allowances(holder, Ref(card.producer_id, card.batch_id), now)
    if not found:
        return []
    names, room = producer_names({one.by_producer_id for one in found}), room_of(holder, card)
    return [
        Allowed(
            office=say(names.get(one.by_producer_id)),
            labels=one.labels,
            pack=Pack(Decimal(one.quantity), one.uom),
            reason=one.reason,
            ends_at=one.ends_at,
            most=(room.most(Pack(Decimal(one.quantity), one.uom)) or 0) + one.labels,
        )
        for one in found
    ]
