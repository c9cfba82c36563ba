"""Reading assessments of cleaner production: one, those of a producer or product, all as a list."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.network import claiming
from traceapp.network.models import (
    CleanerAssessment,
    CleanerCheck,
    CleanerIndicator,
    CleanerMeasure,
    CleanerMeasureStep,
)
from traceapp.network.told import Assessment, Check, Indicator, Measure, Step
from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.producers.models import Membership, Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

KINDS = tuple(INDICATOR_KINDS)
_BODY = aliased(Producer)


def listing() -> Select[*tuple[Any, ...]]:
    """Ask for all assessments with whom and what they are about."""
    return (
        select(
            *(CleanerAssessment.producer_id, CleanerAssessment.assessment_id),
            *(CleanerAssessment.product_id, CleanerAssessment.by_producer_id),
            *(CleanerAssessment.output_unit, CleanerAssessment.output_unit_en),
            *(CleanerAssessment.not_covered, CleanerAssessment.not_covered_en),
            CleanerAssessment.opened_at,
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            *(Product.name.label("product"), Product.name_en.label("product_en")),
            *(_BODY.name.label("body"), _BODY.name_en.label("body_en")),
        )
        .join(Producer, Producer.producer_id == CleanerAssessment.producer_id)
        .outerjoin(
            Product,
            and_(
                Product.producer_id == CleanerAssessment.producer_id,
                Product.product_id == CleanerAssessment.product_id,
            ),
        )
        .outerjoin(_BODY, _BODY.producer_id == CleanerAssessment.by_producer_id)
    )


def find(assessment_id: UUID) -> Assessment | None:
    """Find an assessment by its id; None where there is none."""
    return next(iter(_read(CleanerAssessment.assessment_id == assessment_id)), None)


def of_producer(producer_id: UUID) -> list[Assessment]:
    """Give the assessments of an establishment, the newest first."""
    return _read(CleanerAssessment.producer_id == producer_id)


def of_product(product: Ref) -> list[Assessment]:
    """Give the assessments of a product, and those of all its producer makes."""
    return _read(
        CleanerAssessment.producer_id == product.producer_id,
        (CleanerAssessment.product_id == product.id) | CleanerAssessment.product_id.is_(None),
    )


def find_measure(measure_id: UUID) -> Measure | None:
    """Find a measure by its id; None where there is none."""
    return next(iter(_measures(CleanerMeasure.measure_id == measure_id)), None)


def find_indicator(indicator_id: UUID) -> Indicator | None:
    """Find a figure by its id, whether it holds or was replaced; None where there is none."""
    return next(iter(_indicators(CleanerIndicator.indicator_id == indicator_id)), None)


def steps_of(measure: Ref) -> Sequence[CleanerMeasureStep]:
    """Give what became of a measure."""
    query = select(CleanerMeasureStep).where(
        CleanerMeasureStep.producer_id == measure.producer_id,
        CleanerMeasureStep.measure_id == measure.id,
    )
    return db.session.scalars(query).all()


def all_holding() -> list[Indicator]:
    """Give every figure that holds."""
    return _holding(_indicators())


def holding(assessment: Ref, kind: str, name: str) -> list[Indicator]:
    """Give the whole figures of this kind and name that hold: one checked, a newer one not yet."""
    of_kind = _indicators(
        CleanerIndicator.producer_id == assessment.producer_id,
        CleanerIndicator.assessment_id == assessment.id,
        CleanerIndicator.kind == kind,
    )
    whole = (one for one in _holding(of_kind) if one.claim.is_whole)
    return [one for one in whole if one.subject == (kind, name.casefold())]


def is_replaced(kept: CleanerIndicator) -> bool:
    """Tell whether a newer figure of the same kind and name holds."""
    of_kind = _indicators(
        CleanerIndicator.producer_id == kept.producer_id,
        CleanerIndicator.assessment_id == kept.assessment_id,
        CleanerIndicator.kind == kept.kind,
    )
    return kept.indicator_id not in {one.ref.id for one in _holding(of_kind)}


def _read(*conditions: ColumnElement[bool]) -> list[Assessment]:
    query = listing().where(*conditions)
    newest = (CleanerAssessment.opened_at.desc(), CleanerAssessment.assessment_id.desc())
    rows = db.session.execute(query.order_by(*newest)).all()
    if not rows:
        return []
    producers = {row.producer_id for row in rows}
    ids = [row.assessment_id for row in rows]
    measures = _measures(
        CleanerMeasure.producer_id.in_(producers), CleanerMeasure.assessment_id.in_(ids)
    )
    figures = _indicators(
        CleanerIndicator.producer_id.in_(producers), CleanerIndicator.assessment_id.in_(ids)
    )
    return [_assessment(row, measures, _holding(figures)) for row in rows]


def _assessment(
    row: Any,  # noqa: ANN401 - a row of `listing`
    measures: Iterable[Measure],
    figures: Iterable[Indicator],
) -> Assessment:
    about = row.assessment_id
    return Assessment(
        ref=Ref(row.producer_id, about),
        producer=Words(row.producer, row.producer_en),
        product_id=row.product_id,
        product=None if row.product_id is None else Words(row.product, row.product_en),
        output_unit=Words(row.output_unit, row.output_unit_en),
        not_covered=Words(row.not_covered, row.not_covered_en),
        body=Words(row.body or "", row.body_en),
        by_producer_id=row.by_producer_id,
        opened_at=row.opened_at,
        measures=tuple(one for one in measures if one.assessment_id == about),
        indicators=tuple(one for one in figures if one.assessment_id == about),
    )


def _measures(*conditions: ColumnElement[bool]) -> list[Measure]:
    query = select(CleanerMeasure).where(*conditions)
    rows = db.session.scalars(
        query.order_by(CleanerMeasure.proposed_on, CleanerMeasure.measure_id)
    ).all()
    steps: dict[UUID, list[Step]] = {}
    asked = select(CleanerMeasureStep).where(
        CleanerMeasureStep.producer_id.in_({row.producer_id for row in rows}),
        CleanerMeasureStep.measure_id.in_([row.measure_id for row in rows]),
    )
    for step in db.session.scalars(asked.order_by(CleanerMeasureStep.noted_at)):
        told = Step(step.state, step.on_day, step.evidence)
        steps.setdefault(step.measure_id, []).append(told)
    return [
        Measure(
            ref=Ref(row.producer_id, row.measure_id),
            assessment_id=row.assessment_id,
            kind=row.kind,
            title=Words(row.title, row.title_en),
            cost=row.cost,
            payback_months=row.payback_months,
            responsible=row.responsible,
            proposed_on=row.proposed_on,
            steps=tuple(steps.get(row.measure_id, ())),
        )
        for row in rows
    ]


def _indicators(*conditions: ColumnElement[bool]) -> list[Indicator]:
    query = (
        select(
            CleanerIndicator,
            CleanerCheck,
            *(_BODY.name.label("body"), _BODY.name_en.label("body_en")),
            Membership.name.label("person"),
        )
        .outerjoin(
            CleanerCheck,
            and_(
                CleanerCheck.producer_id == CleanerIndicator.producer_id,
                CleanerCheck.indicator_id == CleanerIndicator.indicator_id,
            ),
        )
        .outerjoin(_BODY, _BODY.producer_id == CleanerCheck.by_producer_id)
        .outerjoin(
            Membership,
            and_(
                Membership.producer_id == CleanerCheck.by_producer_id,
                Membership.member_id == CleanerCheck.by_member_id,
            ),
        )
        .where(*conditions)
        .order_by(CleanerIndicator.noted_at, CleanerIndicator.indicator_id)
    )
    return [_indicator(row) for row in db.session.execute(query)]


def _indicator(row: Any) -> Indicator:  # noqa: ANN401 - a row of `_indicators`
    kept, check = row.CleanerIndicator, row.CleanerCheck
    checked = None
    if check is not None:
        body = Words(row.body or "", row.body_en)
        checked = Check(body, row.person or "", check.how, check.checked_at)
    return Indicator(
        ref=Ref(kept.producer_id, kept.indicator_id),
        assessment_id=kept.assessment_id,
        name=Words(kept.name, kept.name_en),
        unit=Words(kept.unit, kept.unit_en),
        claim=claiming.claim_of(kept),
        source=Words(kept.source, kept.source_en),
        reason=Words(kept.reason, kept.reason_en),
        by=Ref(kept.by_producer_id, kept.by_member_id),
        noted_at=kept.noted_at,
        check=checked,
    )


def _holding(figures: Iterable[Indicator]) -> list[Indicator]:
    """Keep of each kind and name the newest figure that was checked, and what came after it.

    That is the newest whole one that nobody has checked, and after it the newest that lacks a
    baseline, a period or the method: neither takes the place of what more stands behind. Kinds in
    their order; `figures` in the order in which they were recorded.
    """
    newest: dict[tuple[UUID, tuple[str, str]], list[Indicator]] = defaultdict(list)
    for one in figures:
        held = newest[one.assessment_id, one.subject]
        held[:] = [*(other for other in held if _weight(other) > _weight(one)), one]
    found = (one for held in newest.values() for one in held)
    return sorted(found, key=lambda one: KINDS.index(one.claim.kind))


def _weight(figure: Indicator) -> int:
    return 2 if figure.check is not None else int(figure.claim.is_whole)
