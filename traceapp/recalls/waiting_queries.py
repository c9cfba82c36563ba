"""Cases in which something waits for a second person. Core only.

Each page of the desk asks, and mostly nothing waits: so that is asked first, of few columns.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from traceapp.database.asking import ask
from traceapp.database.types import Identifier
from traceapp.recalls.case_models import RecallAct, RecallCase
from traceapp.recalls.case_queries import Case, among, is_of_case


def with_waiting(producer_id: UUID | None) -> list[Case]:
    """List the cases in which something waits for a second person; None asks about everybody's."""
    rows = ask(_WAITING) if producer_id is None else ask(_OF_LEAD, lead=producer_id)
    cases = among([row.case_id for row in rows])
    return [case for case in cases if case.waiting and not case.is_over]


def _waiting() -> Select[*tuple[Any, ...]]:
    answer = aliased(RecallAct)
    answers = and_(
        answer.producer_id == RecallAct.producer_id, answer.answers_act_id == RecallAct.act_id
    )
    waits = (
        select(RecallAct.act_id)
        .outerjoin(answer, answers)
        .where(is_of_case(RecallAct), RecallAct.waits.is_(True), answer.act_id.is_(None))
        .correlate(RecallCase)
    )
    return select(RecallCase.case_id).where(waits.exists())


_WAITING = _waiting()
_OF_LEAD = _WAITING.where(RecallCase.producer_id == bindparam("lead", type_=Identifier))
