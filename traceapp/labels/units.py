"""The labels behind the numbers that shoppers read, found by the number alone."""

from random import Random
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from traceapp.batches.models import Batch, GtinOwner
from traceapp.codes.models import PublicCode
from traceapp.codes.page_asking import UNIT
from traceapp.codes.queries import is_current_of
from traceapp.database.asking import ask
from traceapp.database.types import Identifier
from traceapp.gs1.batch_code import ALPHABET
from traceapp.gs1.unit_serial import LENGTHS
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.standing import VOIDED
from traceapp.labels.unit_models import LabelUnit
from traceapp.producers.models import Producer
from traceapp.public.units import Printed


def printed(batch_producer_id: UUID, batch_id: UUID, serial: str) -> Printed | None:
    """Tell of the label of a batch that bears a number; None where none was printed with it."""
    asked = {"serial": serial, "batch_producer_id": batch_producer_id, "batch_id": batch_id}
    for row in ask(_PRINTED, **asked):
        return Printed(row.labels, row.issued_at, row.name, row.name_en, row.done_at)
    return None


def lots_of(gtin: str, serial: str) -> list[str]:
    """Give the codes of the lots of a GTIN that have a label with this number: one at most.

    Two only where databases were put together that had drawn the same.
    """
    return [row.code for row in ask(_LOTS, gtin=gtin, serial=serial)]


def some(dice: Random, most: int) -> list[str]:
    """Draw labels as audits name them: code and number. There may be fewer, and one twice.

    Numbers are random themselves: the next one after a random text is as likely as any other.
    """
    starts = ["".join(dice.choices(ALPHABET, k=LENGTHS[0])) for _ in range(most)]
    found = (ask(_NEXT, start=start) or ask(_NEXT, start="") for start in starts)
    return [f"{rows[0].code}{UNIT}{rows[0].serial}" for rows in found if rows]


# Written once: putting a statement together takes longer than running it.
_IN_ISSUE = and_(
    LabelIssue.producer_id == LabelUnit.producer_id, LabelIssue.issue_id == LabelUnit.issue_id
)
_PRINTED = (
    select(
        *(LabelIssue.labels, LabelIssue.issued_at, Producer.name, Producer.name_en),
        LabelChange.done_at,
    )
    .select_from(LabelUnit)
    .join(LabelIssue, _IN_ISSUE)
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
_LOTS = (
    select(PublicCode.code)
    .select_from(LabelUnit)
    .join(LabelIssue, _IN_ISSUE)
    .join(
        Batch,
        and_(
            Batch.producer_id == LabelIssue.batch_producer_id,
            Batch.batch_id == LabelIssue.batch_id,
        ),
    )
    .join(PublicCode, is_current_of(LabelIssue.batch_producer_id, LabelIssue.batch_id))
    .join(
        GtinOwner,
        and_(GtinOwner.producer_id == Batch.producer_id, GtinOwner.product_id == Batch.product_id),
    )
    .where(LabelUnit.serial == bindparam("serial"), GtinOwner.gtin == bindparam("gtin"))
    .distinct()
    .limit(2)
)
_NEXT = (
    select(PublicCode.code, LabelUnit.serial)
    .select_from(LabelUnit)
    .join(LabelIssue, _IN_ISSUE)
    .join(PublicCode, is_current_of(LabelIssue.batch_producer_id, LabelIssue.batch_id))
    .where(LabelUnit.serial >= bindparam("start"))
    .order_by(LabelUnit.serial)
    .limit(1)
)
