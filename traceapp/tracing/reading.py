"""Tracing for somebody who asks: what is not for them is left out."""

from datetime import datetime

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.tracing.family import Lineage, Ref, Way
from traceapp.tracing.queries import trace
from traceapp.tracing.visibility import told_to


def sources_told(reader: Visitor, ref: Ref, *, now: datetime) -> list[Ref] | None:
    """Give the batches of which a reader may read how they came to be; None = of all."""
    if reader.may(Act.LOOK_UP_ANY):
        return None
    lineage = trace(ref, Way.BACK, now=now)
    if lineage is None:
        return []
    told = told_to(reader.producer_id, lineage)
    if not any(node.is_claimed for node in told.nodes):
        return None
    return [node.ref for node in told.nodes if not node.is_claimed]


def family_told(reader: Visitor, ref: Ref, way: Way, *, now: datetime) -> list[Ref] | None:
    """Give the batches of a family this way of which a reader may read how they came to be.

    None = of all that the batch came from.
    """
    if way is Way.BACK:
        return sources_told(reader, ref, now=now)
    lineage = read(reader, ref, way, None, now=now)
    return [] if lineage is None else [node.ref for node in lineage.nodes if not node.is_claimed]


def read(
    reader: Visitor, ref: Ref, way: Way, as_of: datetime | None, *, now: datetime
) -> Lineage | None:
    """Trace a batch that the reader may see (`readers`)."""
    lineage = trace(ref, way, as_of, now=now)
    if lineage is None or reader.may(Act.LOOK_UP_ANY):
        return lineage
    return told_to(reader.producer_id, lineage)
