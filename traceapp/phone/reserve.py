"""Codes that phones hold for batches made without a network. Callers own the transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from traceapp import problem
from traceapp.codes.models import ReservedCode
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.errors import InvalidKey

HELD = 50
MOST_UNUSED = 500  # an answer that was lost leaves codes behind that nobody has

Phone = tuple[UUID, UUID]


def top_up(phone: Phone, *, free: int | None, now: datetime) -> list[str]:
    """Mint what a phone lacks of HELD codes and give the new ones.

    `free` is how many the phone says it has; without it, as many as it was given and has not used.
    """
    unused = db.session.scalar(
        select(func.count())
        .select_from(ReservedCode)
        .where(
            ReservedCode.producer_id == phone[0],
            ReservedCode.phone_id == phone[1],
            ReservedCode.used_batch_id.is_(None),
        )
    )
    there = unused or 0
    lacking = HELD - (there if free is None else free)
    codes = [BatchCode.mint().text for _ in range(min(lacking, MOST_UNUSED - there))]
    insert_rows(
        db.metadata.tables[ReservedCode.__tablename__],
        [
            {
                "producer_id": phone[0],
                "code": code,
                "phone_id": phone[1],
                "minted_at": now,
                "used_batch_id": None,
            }
            for code in codes
        ],
    )
    return codes


def all_free(phone: Phone, *, now: datetime) -> list[str]:
    """Fill up a phone's reserve and give all of it: it is just being enrolled."""
    top_up(phone, free=None, now=now)
    free = select(ReservedCode.code).where(
        ReservedCode.producer_id == phone[0],
        ReservedCode.phone_id == phone[1],
        ReservedCode.used_batch_id.is_(None),
    )
    return sorted(db.session.scalars(free))


def claim_all(phone: Phone, wanted: Mapping[str, UUID]) -> bool:
    """Take codes that nobody has used out of a phone's reserve; False where one is not there."""
    if not wanted:
        return True
    unused = select(ReservedCode.code).where(
        ReservedCode.producer_id == phone[0],
        ReservedCode.phone_id == phone[1],
        ReservedCode.code.in_(wanted),
        ReservedCode.used_batch_id.is_(None),
    )
    if len(db.session.scalars(unused).all()) < len(wanted):
        return False
    rows = [{"producer_id": phone[0], "code": c, "used_batch_id": b} for c, b in wanted.items()]
    db.session.execute(update(ReservedCode), rows)
    return True


def claim(phone: Phone, code: str, batch_id: UUID, pointer: str) -> BatchCode:
    """Take a code out of a phone's own reserve for a batch. Raises InvalidInput for any other."""
    try:
        wanted = BatchCode.parse(code)
    except InvalidKey:
        raise _not_reserved(pointer) from None
    row = db.session.get(ReservedCode, (phone[0], wanted.text))
    if row is None or row.phone_id != phone[1] or row.used_batch_id not in {None, batch_id}:
        raise _not_reserved(pointer)
    row.used_batch_id = batch_id
    return wanted


def _not_reserved(pointer: str) -> problem.InvalidInput:
    return problem.InvalidInput(
        findings=[
            problem.Finding(
                pointer,
                "code_not_reserved",
                problem.N_("This code is not one that this phone may give out."),
                problem.N_("Take another code of the phone's own reserve."),
            )
        ]
    )
