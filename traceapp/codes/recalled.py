"""Recalls over codes: while one is in force its batches say so, whatever state their codes are in.

Nothing is written to a code. One row a batch and one generation step make every page say it, and
with the recall's end each code says again what it said before.
"""

from sqlalchemy import ColumnElement, and_, case, or_, select

from traceapp.codes.models import PublicCode, RecalledBatch, RecallNotice
from traceapp.codes.states import CodeState

IS_REACHED: ColumnElement[bool] = and_(
    RecalledBatch.producer_id == PublicCode.producer_id,
    RecalledBatch.batch_id == PublicCode.batch_id,
    RecalledBatch.left_at.is_(None),
)
"""Match the recalls that reach the batch of a code."""

IS_IN_FORCE: ColumnElement[bool] = and_(
    RecallNotice.producer_id == RecalledBatch.case_producer_id,
    RecallNotice.case_id == RecalledBatch.case_id,
    RecallNotice.is_drill.is_(False),
    RecallNotice.ended_at.is_(None),
    or_(
        RecallNotice.is_widened.is_(True),
        RecallNotice.subject_producer_id == RecalledBatch.producer_id,
    ),
)
"""Match the notice of a recall that is in force for a batch it reaches."""

IS_RECALLED: ColumnElement[bool] = (
    select(RecalledBatch.batch_id)
    .join(RecallNotice, IS_IN_FORCE)
    .where(IS_REACHED)
    .correlate(PublicCode)
    .exists()
)
"""Match codes whose batch is recalled now."""

STATE: ColumnElement[str] = case(
    (and_(PublicCode.state != CodeState.MOVED, IS_RECALLED), CodeState.RECALLED),
    else_=PublicCode.state,
).label("state")
"""What a code says: that its batch is recalled, before any state of its own."""
