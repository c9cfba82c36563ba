"""Reading totals as they were published, with what was corrected in them and why."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, select

from traceapp.database.engine import db
from traceapp.network.programme_models import PublishedFigure, PublishedTotal
from traceapp.network.programme_queries import value_of
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web.pages import HANOI

Figures = dict[str, tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Published:
    """Totals as they were published. A figure is its sign and its value as printed.

    `reason` says why they took the place of `earlier`, the newest of which comes first.
    """

    ref: Ref
    year: int
    source: Words
    confidence: Words
    sector: Words
    figures: Figures
    reason: Words
    body: Words
    at: datetime
    earlier: tuple["Published", ...] = ()

    @property
    def day(self) -> date:
        """Give the day on which they were written down."""
        return self.at.astimezone(HANOI).date()


def by_year() -> dict[int, list[Published]]:
    """Give what was published by year, each as it was corrected last."""
    found: dict[int, list[Published]] = defaultdict(list)
    for one in _holding():
        found[one.year].append(one)
    return found


def of_year(year: int) -> list[Published]:
    """Give what was published of a year; a correction may have moved it to another one."""
    return [one for one in _holding() if one.year == year]


def of_body(producer_id: UUID) -> list[Published]:
    """Give what a body wrote down, the newest year first."""
    found = _holding(PublishedTotal.producer_id == producer_id)
    return sorted(found, key=lambda one: -one.year)


def find(total: Ref) -> Published | None:
    """Find totals as they stand, by any version of them; None where there are none."""
    found = _holding(PublishedTotal.producer_id == total.producer_id)
    return next((one for one in found if total in (v.ref for v in (one, *one.earlier))), None)


def _holding(*conditions: ColumnElement[bool]) -> Iterator[Published]:
    """Give totals in the order in which they came, a corrected one in the place it had."""
    query = (
        select(PublishedTotal, Producer.name, Producer.name_en)
        .join(Producer, Producer.producer_id == PublishedTotal.producer_id)
        .where(*conditions)
        .order_by(PublishedTotal.noted_at, PublishedTotal.total_id)
    )
    rows = db.session.execute(query).all()
    figures = _figures([kept.total_id for kept, *_ in rows])
    after = {Ref(k.producer_id, k.corrects_id): k.total_id for k, *_ in rows if k.corrects_id}
    told = {
        Ref(kept.producer_id, kept.total_id): _told(kept, Words(*name), figures[kept.total_id])
        for kept, *name in rows
    }
    corrections = {Ref(ref.producer_id, after[ref]) for ref in after.keys() & told.keys()}
    for ref, first in told.items():
        if ref not in corrections:
            yield _corrected([first, *_later(ref, after, told)])


def _later(ref: Ref, after: dict[Ref, UUID], told: dict[Ref, Published]) -> Iterator[Published]:
    while ref in after:
        ref = Ref(ref.producer_id, after[ref])
        yield told[ref]


def _corrected(versions: Sequence[Published]) -> Published:
    *earlier, last = versions
    return replace(last, earlier=tuple(reversed(earlier)))


def _told(kept: PublishedTotal, body: Words, figures: Figures) -> Published:
    return Published(
        Ref(kept.producer_id, kept.total_id),
        kept.year,
        source=Words(kept.source, kept.source_en),
        confidence=Words(kept.confidence, kept.confidence_en),
        sector=Words(kept.sector, kept.sector_en),
        figures=figures,
        reason=Words(kept.reason, kept.reason_en),
        body=body,
        at=kept.noted_at,
    )


def _figures(total_ids: list[UUID]) -> dict[UUID, Figures]:
    query = select(PublishedFigure).where(PublishedFigure.total_id.in_(total_ids))
    found: dict[UUID, Figures] = defaultdict(dict)
    for one in db.session.scalars(query):
        found[one.total_id][one.subject] = (one.sign, _printed(one))
    return found


def _printed(kept: PublishedFigure) -> Decimal:
    """Give a figure with as many decimals as its source has; without, where that is not known."""
    value = value_of(kept.subject, kept.value)
    if kept.decimals is None:
        return Decimal(f"{value.normalize():f}")
    return value.quantize(Decimal(1).scaleb(-kept.decimals))
