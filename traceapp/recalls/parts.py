"""Recalls that reach a lot or did: since when, until when, and whether its holders were told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from traceapp.codes.models import RecalledBatch
from traceapp.database.engine import db
from traceapp.recalls import case_queries
from traceapp.recalls.case_queries import Case
from traceapp.trace.facts import Ref


@dataclass(frozen=True, slots=True)
class Part:
    """How long a lot belonged to an issued recall; `left_at` is when an act let this lot go."""

    case: Case
    batch: Ref
    since: datetime
    left_at: datetime | None

    @property
    def until(self) -> datetime | None:
        """Give when it ceased to be recalled; a recall that was only closed goes on to hold it."""
        ended = self.case.closed_at if self.case.is_drill else None
        return self.left_at or self.case.released_at or ended

    @property
    def is_told(self) -> bool:
        """Tell whether its holders were told: those of others only once it was widened to them."""
        if self.batch.producer_id == self.case.batch.producer_id:
            return True
        widened_at = self.case.agreed_at("widen")
        return widened_at is not None and (self.left_at is None or widened_at < self.left_at)


def parts_of(batch: Ref) -> list[Part]:
    """List the recalls a lot belongs to or belonged to, the newest first."""
    rows = db.session.execute(
        select(RecalledBatch.case_id, RecalledBatch.joined_at, RecalledBatch.left_at).where(
            RecalledBatch.producer_id == batch.producer_id, RecalledBatch.batch_id == batch.id
        )
    ).all()
    times = {row.case_id: (row.joined_at, row.left_at) for row in rows}
    return [Part(case, batch, *times[case.ref.id]) for case in case_queries.among(list(times))]
