"""Counting what everybody may know: producers, lots, live pages, drills, the programme."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from traceapp.batches.models import Batch
from traceapp.codes import audits
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.network import programme_queries
from traceapp.network.programme_queries import Computed
from traceapp.producers.models import Producer, ProducerKind
from traceapp.producers.queries import is_admitted
from traceapp.recalls.case_models import RecallCase
from traceapp.web.pages import HANOI


@dataclass(frozen=True, slots=True)
class LivePages:
    """What the last audit of codes found: how many of the pages it asked for were live, when."""

    asked: int
    live: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything counted at one moment. A producer of two kinds counts under either."""

    at: datetime
    producers: int
    producers_by_kind: dict[str, int]
    lots: int
    codes_in_use: int
    pages: LivePages | None
    drills_by_year: dict[int, int]
    programme: dict[int, Computed]


def count(now: datetime) -> Counted:
    """Count everything now."""
    kinds: Counter[str] = Counter()
    admitted = set()
    query = select(ProducerKind.producer_id, ProducerKind.kind).join(
        Producer, Producer.producer_id == ProducerKind.producer_id
    )
    for producer_id, kind in db.session.execute(query.where(is_admitted(Producer.producer_id))):
        kinds[kind] += 1
        admitted.add(producer_id)
    in_use = select(func.count()).select_from(PublicCode)
    return Counted(
        at=now,
        producers=len(admitted),
        producers_by_kind=dict(kinds),
        lots=db.session.scalar(select(func.count()).select_from(Batch)) or 0,
        codes_in_use=db.session.scalar(in_use.where(PublicCode.state == CodeState.ACTIVE)) or 0,
        pages=_pages(),
        drills_by_year=_drills(),
        programme=programme_queries.computed_by_year(),
    )


def _pages() -> LivePages | None:
    last = audits.last()
    if last is None or not last.asked:
        return None
    return LivePages(last.asked, last.live, last.finished_at)


def _drills() -> dict[int, int]:
    opened = db.session.scalars(select(RecallCase.opened_at).where(RecallCase.is_drill))
    return dict(Counter(at.astimezone(HANOI).year for at in opened))
