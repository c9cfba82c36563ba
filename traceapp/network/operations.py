"""What is said in an assessment of cleaner production. Callers own the transaction.

The establishment and programme bodies write; each row names who said it and is never changed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.persons import is_same_person, works_for
from traceapp.audit import operations as audit
from traceapp.batches.models import Product
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.network import claiming, evidence, faults, queries, sums
from traceapp.network.models import (
    CleanerAssessment,
    CleanerCheck,
    CleanerIndicator,
    CleanerMeasure,
    CleanerMeasureStep,
)
from traceapp.problem import refuse
from traceapp.producers import green_claims
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI, day

Given = dict[str, Any]
Signed = CleanerAssessment | CleanerMeasure | CleanerIndicator


ABOUT = ("output_unit", "output_unit_en", "not_covered", "not_covered_en")
WHEN = frozenset({"opened_at", "noted_at"})
# What public pages tell of.
SHOWN = frozenset({"measure.done", "indicator.recorded", "indicator.checked"})

SHOWN_OF_FIGURES = (
    *("name", "name_en", "source", "source_en", "reason", "reason_en"),
    *("before_unit", "after_unit", "unit_en"),
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and whether for a body of the programme."""

    member: Ref
    is_body: bool

    def may_write(self, producer_id: UUID) -> bool:
        """Tell whether the assessments of this establishment are open to them."""
        return self.is_body or self.member.producer_id == producer_id


def open_assessment(producer_id: UUID, given: Given, by: Author, *, now: datetime) -> UUID:
    """Open an assessment of an establishment; `given` is what `AssessmentSchema` loaded.

    Raises NotFound for one's own establishment, one that is not there, or another's product.
    """
    if not by.is_body or works_for(by.member, producer_id):
        raise problem.NotFound
    if db.session.get(Producer, producer_id) is None:
        raise problem.NotFound
    product_id = given["product_id"]
    if product_id is not None and db.session.get(Product, (producer_id, product_id)) is None:
        raise problem.NotFound
    ref = Ref(producer_id, given["id"])
    wait_for([ref.id])
    kept = CleanerAssessment(
        **_signed(ref, by),
        assessment_id=ref.id,
        product_id=product_id,
        **{name: given.get(name) for name in ABOUT},
        opened_at=now,
    )
    if _is_kept(kept):
        return ref.id
    texts = {f"/{name}": given.get(name) for name in ABOUT}
    green_claims.refuse_unproven(producer_id, texts, product_id)
    sums.add(_today(now).year, "assessments")
    _keep(kept, "assessment.opened", ref, by, now)
    return ref.id


def propose(assessment: Ref, given: Given, by: Author, *, now: datetime) -> UUID:
    """Propose a measure; `given` is what `MeasureSchema` loaded. Raises NotFound, InvalidInput."""
    ref = Ref(assessment.producer_id, given["id"])
    about = _find_assessment(assessment, ref, by)
    kept = CleanerMeasure(
        **_signed(ref, by),
        **{name: value for name, value in given.items() if name != "id"},
        measure_id=ref.id,
        assessment_id=assessment.id,
        noted_at=now,
    )
    if _is_kept(kept):
        return ref.id
    texts = {"/title": given["title"], "/title_en": given["title_en"]}
    green_claims.refuse_unproven(assessment.producer_id, texts, about.product_id)
    if given["proposed_on"] > _today(now):
        refuse(_at(faults.LATER, "/proposed_on"))
    sums.add(kept.proposed_on.year, "proposed")
    _keep(kept, "measure.proposed", assessment, by, now)
    return ref.id


def advance(measure: Ref, given: Given, by: Author, *, now: datetime) -> None:
    """Say that a measure was chosen, done or dropped; `given` is what `MeasureStepSchema` loaded.

    Its photos, by hexadecimal SHA-256, are kept already, in the establishment's book. The same
    said again changes nothing. Raises NotFound, InvalidInput where the order is wrong.
    """
    wait_for([measure.id])
    kept = db.session.get(CleanerMeasure, (measure.producer_id, measure.id))
    if kept is None or not by.may_write(measure.producer_id):
        raise problem.NotFound
    known = queries.steps_of(measure)
    steps = {step.state: step.on_day for step in known}
    state, on, photos = given["state"], given["on"], set(given["photos"])
    said = [(one.state, one.on_day, one.evidence, one.by_member_id) for one in known]
    is_said = (state, on, given["evidence"], by.member.id) in said
    if is_said and photos <= set(evidence.photos_of(measure).get(state, ())):
        return
    _refuse_disorder(kept.proposed_on, steps, given, _today(now))
    step = CleanerMeasureStep(
        **_signed(measure, by),
        measure_id=measure.id,
        state=state,
        on_day=on,
        evidence=given["evidence"],
        noted_at=now,
    )
    if state == "done":
        sums.add_done(on.year, measure.producer_id)
    _keep(step, f"measure.{state}", Ref(measure.producer_id, kept.assessment_id), by, now)
    evidence.keep(measure, state, photos)


def record(assessment: Ref, given: Given, by: Author, *, now: datetime) -> UUID:
    """Record before and after of an indicator; `given` is what `IndicatorSchema` loaded.

    A newer figure of the same kind and name replaces one that nobody has checked. Raises NotFound,
    InvalidInput.
    """
    ref = Ref(assessment.producer_id, given["id"])
    about = _find_assessment(assessment, ref, by)
    kept = CleanerIndicator(
        **_signed(ref, by),
        **claiming.columns(given),
        indicator_id=ref.id,
        assessment_id=assessment.id,
        noted_at=now,
    )
    if _is_kept(kept):
        return ref.id
    texts = {f"/{name}": given[name] for name in SHOWN_OF_FIGURES}
    green_claims.refuse_unproven(assessment.producer_id, texts, about.product_id)
    refuse(*claiming.faults_of(given, about.output_unit, _today(now)))
    sums.add_said(claiming.claim_of(kept), queries.holding(assessment, kept.kind, kept.name))
    _keep(kept, "indicator.recorded", assessment, by, now)
    return ref.id


def check(indicator: Ref, how: str, by: Author, *, now: datetime) -> None:
    """Stand behind a figure; the same said again changes nothing.

    Raises NotFound, InvalidInput for one's own establishment, one's own figure, one that lacks
    something, was replaced or checked.
    """
    kept = db.session.get(CleanerIndicator, (indicator.producer_id, indicator.id))
    if kept is None:
        raise problem.NotFound
    # Nobody records a newer figure of it meanwhile, or checks one.
    wait_for([kept.assessment_id, indicator.id])
    if works_for(by.member, indicator.producer_id):
        refuse(faults.SELF_CHECK)
    if not by.is_body:
        raise problem.NotFound
    earlier = db.session.get(CleanerCheck, (indicator.producer_id, indicator.id))
    if earlier is not None:
        if (earlier.by_member_id, earlier.how) == (by.member.id, how):
            return
        refuse(faults.CHECKED)
    _refuse_check(kept, by)
    made = CleanerCheck(
        **_signed(indicator, by), indicator_id=indicator.id, how=how, checked_at=now
    )
    assessment = Ref(indicator.producer_id, kept.assessment_id)
    held = queries.holding(assessment, kept.kind, kept.name)
    sums.add_checked(claiming.claim_of(kept), held)
    _keep(made, "indicator.checked", assessment, by, now)


def _refuse_check(kept: CleanerIndicator, by: Author) -> None:
    if is_same_person(Ref(kept.by_producer_id, kept.by_member_id), by.member):
        refuse(faults.OWN_FIGURE)
    if not claiming.claim_of(kept).is_whole:
        refuse(faults.NOT_WHOLE)
    if queries.is_replaced(kept):
        refuse(faults.OUTDATED)


def _refuse_disorder(proposed_on: date, steps: dict[str, date], given: Given, today: date) -> None:
    state, on = given["state"], given["on"]
    if {"done", "dropped"} & steps.keys() or state in steps:
        refuse(faults.IS_OVER)
    if state == "done" and "chosen" not in steps:
        refuse(faults.NOT_CHOSEN)
    earliest = max([proposed_on, *steps.values()])
    found = []
    if on < earliest:
        found.append(_at(faults.EARLIER, "/on", day=day(earliest)))
    if on > today:
        found.append(faults.LATER)
    if state == "done" and given["evidence"] is None and not given["photos"]:
        found.append(faults.NO_EVIDENCE)
    refuse(*found)


def _find_assessment(assessment: Ref, part: Ref, by: Author) -> CleanerAssessment:
    wait_for([assessment.id, part.id])
    kept = db.session.get(CleanerAssessment, (assessment.producer_id, assessment.id))
    if kept is None or not by.may_write(assessment.producer_id):
        raise problem.NotFound
    return kept


def _is_kept(row: Signed) -> bool:
    """Tell whether the same form came before.

    Raises NotFound for an id that others use, ContentConflict where it said something else.
    """
    columns = db.metadata.tables[row.__tablename__].columns
    *_, own = (column for column in columns if column.primary_key)
    # Addresses name it by its own id alone, so that nobody may take one that another has.
    of_id = select(type(row)).where(own == getattr(row, own.name))
    kept: Any = db.session.scalars(of_id).first()
    if kept is None:
        return False
    if (kept.producer_id, kept.by_member_id) != (row.producer_id, row.by_member_id):
        raise problem.NotFound
    said = {column.name for column in columns} - WHEN
    if any(getattr(kept, name) != getattr(row, name) for name in said):
        raise problem.ContentConflict
    return True


def _signed(ref: Ref, by: Author) -> dict[str, UUID]:
    return {
        "producer_id": ref.producer_id,
        "by_producer_id": by.member.producer_id,
        "by_member_id": by.member.id,
    }


def _keep(row: Any, act: str, assessment: Ref, by: Author, now: datetime) -> None:  # noqa: ANN401 - one of the tables
    db.session.add(row)
    db.session.flush()
    if act in SHOWN:
        freshness.forget_of(assessment.producer_id)
    member, about = (by.member.producer_id, by.member.id), f"assessment/{assessment.id}"
    for book in {assessment.producer_id, by.member.producer_id}:
        audit.note(book, act, about, by=member, now=now)


def _today(now: datetime) -> date:
    return now.astimezone(HANOI).date()


def _at(finding: problem.Finding, pointer: str, **values: str) -> problem.Finding:
    return problem.Finding(pointer, finding.rule, finding.message, finding.fix, values)
