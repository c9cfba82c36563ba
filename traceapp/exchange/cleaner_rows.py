"""Rows of cleaner production: the same shapes and operations as the desk's forms.

What is recorded is never changed: a row that says something else is a fault. What comes later, such
as the day a measure was done or who checked a figure, is added to what is there.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from traceapp import problem
from traceapp.database.engine import db
from traceapp.exchange import cleaner_references
from traceapp.exchange.cells import plain
from traceapp.exchange.master_rows import Desk, Values
from traceapp.exchange.report import Outcome, at
from traceapp.network import claiming, operations, queries
from traceapp.network.figures import from_millionths
from traceapp.network.models import CleanerAssessment, CleanerIndicator, CleanerMeasure
from traceapp.network.schemas import (
    AssessmentSchema,
    CheckSchema,
    IndicatorSchema,
    MeasureSchema,
    MeasureStepSchema,
)
from traceapp.problem import N_
from traceapp.trace.facts import Ref
from traceapp.web.faults import Fault

DIFFERS = Fault(
    "differs",
    N_("This is recorded already, with “{stored}” here."),
    N_("It is never changed. Leave the row as it was recorded, or give it another id: both stay."),
)
ASSESSMENT, MEASURE, STEP = AssessmentSchema(), MeasureSchema(), MeasureStepSchema()
INDICATOR, CHECK = IndicatorSchema(), CheckSchema()
NAMES = frozenset({"external_id", "establishment", "product", "assessment", "checked"})
LATER = ("chosen", "done", "dropped")
NOTHING = "–"

Given = dict[str, Any]


def write_assessment(desk: Desk, values: Values) -> Outcome:
    """Open an assessment, or compare it with the one that is there."""
    producer_id = desk.cleaner.establishment(values.get("establishment", ""))
    about = cleaner_references.product(producer_id, values.get("product", ""))
    given = ASSESSMENT.load(_own(desk, "assessments", values))
    given["product_id"] = about
    kept = db.session.get(CleanerAssessment, (producer_id, given["id"]))
    if kept is not None:
        _compare(_said(given), _stored(kept, given))
        return Outcome.SAME
    operations.open_assessment(producer_id, given, desk.cleaner.author, now=desk.now)
    return Outcome.NEW


def write_measure(desk: Desk, values: Values) -> Outcome:
    """Propose a measure and say what became of it, or add what was not said yet."""
    about = desk.cleaner.assessment(values)
    given = MEASURE.load(_own(desk, "measures", values))
    measure = Ref(about.producer_id, given["id"])
    kept = db.session.get(CleanerMeasure, (measure.producer_id, measure.id))
    if kept is None:
        operations.propose(_ref(about), given, desk.cleaner.author, now=desk.now)
    else:
        _compare(_said(given, about), _stored(kept, given))
    is_added = [_advance(desk, measure, state, values) for state in LATER]
    if kept is None:
        return Outcome.NEW
    return Outcome.CHANGED if any(is_added) else Outcome.SAME


def _advance(desk: Desk, measure: Ref, state: str, values: Values) -> bool:
    """Say that a measure was chosen, done or dropped; tells whether that is new."""
    column = f"{state}_on"
    if column not in values:
        return False
    evidence = None if state == "chosen" else values.get("evidence")
    with _in_columns({"on": column, "state": column}):
        given = STEP.load({"state": state, "on": values[column], "evidence": evidence})
        for step in queries.steps_of(measure):
            is_same = (step.state, step.on_day) == (state, given["on"])
            if is_same and given["evidence"] in {None, step.evidence}:
                return False
        operations.advance(measure, given, desk.cleaner.author, now=desk.now)
    return True


def write_figure(desk: Desk, values: Values) -> Outcome:
    """Record before and after of an indicator, or compare them; say how it was checked."""
    about = desk.cleaner.assessment(values)
    given = INDICATOR.load(_own(desk, "figures", values))
    kept = db.session.get(CleanerIndicator, (about.producer_id, given["id"]))
    if kept is not None:
        _compare(_said(given, about), _kept_figures(kept, given))
    else:
        kept = _recorded_by_others(about, given)
    outcome, figure = Outcome.SAME, Ref(about.producer_id, given["id"])
    if kept is not None:
        figure = Ref(about.producer_id, kept.indicator_id)
    else:
        operations.record(_ref(about), given, desk.cleaner.author, now=desk.now)
        outcome = Outcome.NEW
    if "checked" in values and _check(desk, figure, values["checked"]):
        return Outcome.CHANGED if outcome is Outcome.SAME else outcome
    return outcome


def _recorded_by_others(about: CleanerAssessment, given: Given) -> CleanerIndicator | None:
    """Find a figure that holds and says just the same, typed at the desk or by the other side."""
    held = queries.holding(_ref(about), given["kind"], given["name"])
    kept = (db.session.get_one(CleanerIndicator, tuple(one.ref)) for one in held)
    return next((one for one in kept if _says_the_same(one, about, given)), None)


def _says_the_same(kept: CleanerIndicator, about: CleanerAssessment, given: Given) -> bool:
    if claiming.claim_given(given) != claiming.claim_of(kept):
        return False
    stored = _kept_figures(kept, given)
    return all(value in {None, stored[name]} for name, value in _said(given, about).items())


def _check(desk: Desk, figure: Ref, words: str) -> bool:
    with _in_columns({"how": "checked"}):
        how = CHECK.load({"how": words})["how"]
        found = queries.find_indicator(figure.id)
        if found is not None and found.check is not None and found.check.how == how:
            return False
        operations.check(figure, how, desk.cleaner.author, now=desk.now)
    return True


def _own(desk: Desk, kind: str, values: Values) -> Given:
    """Give what a schema takes of a row, with the row's id."""
    later = {"evidence", *(f"{state}_on" for state in LATER)} if kind == "measures" else set()
    own = {name: value for name, value in values.items() if name not in NAMES | later}
    return own | {"id": str(desk.cleaner.id_of(kind, values))}


def _ref(about: CleanerAssessment) -> Ref:
    return Ref(about.producer_id, about.assessment_id)


def _said(given: Given, about: CleanerAssessment | None = None) -> Given:
    said = {name: value for name, value in given.items() if name != "id"}
    return said if about is None else said | {"assessment_id": about.assessment_id}


def _stored(kept: CleanerAssessment | CleanerMeasure, given: Given) -> Given:
    names = {*given, "assessment_id"} if isinstance(kept, CleanerMeasure) else given
    return {name: getattr(kept, name) for name in names if name != "id"}


def _kept_figures(kept: CleanerIndicator, given: Given) -> Given:
    """Give what is kept as it would be typed."""
    stored = {name: getattr(kept, name, None) for name in given if name != "id"}
    before = None if kept.before is None else from_millionths(kept.before)
    return stored | {
        "assessment_id": kept.assessment_id,
        "before": before,
        "before_unit": None if before is None else kept.unit,
        "after": from_millionths(kept.after),
        "after_unit": kept.unit,
    }


def _compare(said: Given, stored: Given) -> None:
    """Raise ValidationError at the first cell that says something else than what is recorded.

    An empty cell says nothing.
    """
    for name, value in said.items():
        if value not in {None, stored[name]}:
            column = name.removesuffix("_id")
            raise at(column, DIFFERS.format(stored=_told(stored[name])))


def _told(stored: object) -> str:
    match stored:
        case date():
            return stored.strftime("%d/%m/%Y")
        case Decimal():
            return plain(stored)
        case str() | int():
            return str(stored)
        case _:
            return NOTHING


@contextmanager
def _in_columns(columns: Mapping[str, str]) -> Iterator[None]:
    """Say what is wrong at the columns of the table, not at the fields of the desk's form."""
    try:
        yield
    except ValidationError as error:
        messages: Any = error.messages
        told = {columns.get(name, name): found for name, found in messages.items()}
        raise ValidationError(told) from error
    except problem.InvalidInput as error:
        raise problem.InvalidInput(
            findings=[
                replace(one, pointer=_pointer(one.pointer, columns)) for one in error.findings
            ]
        ) from error


def _pointer(pointer: str, columns: Mapping[str, str]) -> str:
    name = pointer.removeprefix("/")
    return f"/{columns.get(name, name)}"
