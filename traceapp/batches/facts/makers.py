"""Who made goods that somebody else only packed: both stand on the label (Decree 37/2026, 44.8)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from traceapp.batches.family.walking import is_among
from traceapp.batches.models import Batch, BatchParent, Event
from traceapp.database.engine import db
from traceapp.producers.models import Partner, Producer
from traceapp.trace.facts import Ref

AGAIN = "repack"
PACKING = frozenset({"pack", AGAIN})
FURTHEST = 8  # times that goods are packed; whoever had them before that is named


@dataclass(frozen=True, slots=True)
class Packing:
    """Whether a batch was packed before it got into its packs, and who made it where others did."""

    is_repacked: bool = False
    makers: tuple[str, ...] = ()


def packing_of(batch: Ref) -> Packing:
    """Go back from a batch to the goods that were packed, through every time they were."""
    known: set[Ref] = set()
    made: set[Ref] = set()
    asked, is_repacked = {batch}, False
    for _ in range(FURTHEST):
        sources = _packed_from(asked)
        is_repacked |= any(kind == AGAIN for found in sources.values() for kind in found.values())
        made |= asked - set(sources)
        known |= asked
        asked = {source for found in sources.values() for source in found} - known
        if not asked:
            break
    others = {one for one in made | asked if one.producer_id != batch.producer_id}
    return Packing(is_repacked, _names(others))


def _packed_from(batches: Collection[Ref]) -> Mapping[Ref, dict[Ref, str]]:
    """Give what each of these batches was packed from, and by which kind of step."""
    rows = db.session.execute(
        select(
            *(BatchParent.producer_id, BatchParent.batch_id),
            *(BatchParent.parent_producer_id, BatchParent.parent_batch_id, Event.step_kind),
        )
        .join(
            Event,
            (Event.producer_id == BatchParent.event_producer_id)
            & (Event.event_id == BatchParent.event_id),
        )
        .where(
            is_among(BatchParent.producer_id, BatchParent.batch_id, batches),
            Event.step_kind.in_(PACKING),
            ~BatchParent.is_packaging,
        )
    )
    found: dict[Ref, dict[Ref, str]] = defaultdict(dict)
    for row in rows:
        source = Ref(row.parent_producer_id, row.parent_batch_id)
        found[Ref(row.producer_id, row.batch_id)][source] = row.step_kind
    return found


def _names(batches: Collection[Ref]) -> tuple[str, ...]:
    """Name who made these batches: the partner they came from, else their producer."""
    if not batches:
        return ()
    rows = db.session.execute(
        select(Producer.name, Partner.name)
        .select_from(Batch)
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .outerjoin(
            Partner,
            (Partner.producer_id == Batch.producer_id) & (Partner.partner_id == Batch.partner_id),
        )
        .where(is_among(Batch.producer_id, Batch.batch_id, batches))
    )
    return tuple(sorted({partner or producer for producer, partner in rows}))
