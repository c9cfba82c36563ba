"""The labels behind the numbers that shoppers read, found by the number alone."""

from uuid import UUID

from sqlalchemy import and_, bindparam, select

from traceapp.database.asking import ask
from traceapp.database.types import Identifier
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.sheets import VOIDED
from traceapp.labels.unit_models import LabelUnit
from traceapp.producers.models import Producer
from traceapp.public.units import Printed


def printed(batch_producer_id: UUID, batch_id: UUID, serial: str) -> Printed | None:
    """Tell of the label of a batch that bears a number; None where none was printed with it."""
    asked = {"serial": serial, "batch_producer_id": batch_producer_id, "batch_id": batch_id}
    for row in ask(_PRINTED, **asked):
        return Printed(row.labels, row.issued_at, row.name, row.name_en, row.done_at)
    return None


# Written once: putting a statement together takes longer than running it.
_PRINTED = (
    select(
        *(LabelIssue.labels, LabelIssue.issued_at, Producer.name, Producer.name_en),
        LabelChange.done_at,
    )
    .select_from(LabelUnit)
    .join(
        LabelIssue,
        and_(
            LabelIssue.producer_id == LabelUnit.producer_id,
            LabelIssue.issue_id == LabelUnit.issue_id,
        ),
    )
    .join(Producer, Producer.producer_id == LabelUnit.producer_id)
    .outerjoin(
        LabelChange,
        and_(
            LabelChange.producer_id == LabelUnit.producer_id,
            LabelChange.issue_id == LabelUnit.issue_id,
            LabelChange.act == VOIDED,
            LabelUnit.number.between(LabelChange.first, LabelChange.last),
        ),
    )
    .where(
        LabelUnit.serial == bindparam("serial"),
        LabelIssue.batch_producer_id == bindparam("batch_producer_id", type_=Identifier),
        LabelIssue.batch_id == bindparam("batch_id", type_=Identifier),
    )
    .limit(1)
)
