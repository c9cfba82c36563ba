"""Letting goods on hold go: by somebody in charge, with a reason that stays. Callers commit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from marshmallow import Schema
from sqlalchemy import select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.database.engine import db
from traceapp.findings import holding
from traceapp.findings.models import FindingRow, Hold, HoldRelease
from traceapp.trace.facts import Ref
from traceapp.web.fields import PlainText

MOST = 2000
# Who releases in more than one role does so as the first of these.
IN_CHARGE = ("officer", "owner")


class ReleaseSchema(Schema):
    """Why goods are released."""

    reason = PlainText(MOST, required=True)


@dataclass(frozen=True, slots=True)
class InCharge:
    """The member who releases, and in which roles."""

    member: Ref
    roles: Collection[str]


def release(batch: Ref, finding: Ref, by: InCharge, reason: str, *, now: datetime) -> None:
    """Release a batch from one hold. Raises NotFound where it is not held for that."""
    hold = db.session.get(Hold, (*batch, *finding), with_for_update=True)
    if hold is None or hold.ended_at is not None or _is_released(hold):
        raise problem.NotFound
    role = next(role for role in IN_CHARGE if role in by.roles)
    db.session.add(
        HoldRelease(
            producer_id=batch.producer_id,
            batch_id=batch.id,
            finding_producer_id=finding.producer_id,
            finding_id=finding.id,
            by_producer_id=by.member.producer_id,
            by_member_id=by.member.id,
            role=role,
            reason=reason,
            released_at=now,
        )
    )
    db.session.flush()
    holding.tell({batch}, now)
    rule = db.session.scalar(
        select(FindingRow.rule).where(
            FindingRow.producer_id == finding.producer_id, FindingRow.finding_id == finding.id
        )
    )
    audit.note(
        batch.producer_id,
        "hold.released",
        f"batch/{batch.id}",
        by=by.member,
        now=now,
        detail={"rule": rule},
    )


def _is_released(hold: Hold) -> bool:
    key = (hold.producer_id, hold.batch_id, hold.finding_producer_id, hold.finding_id)
    return db.session.get(HoldRelease, key) is not None
