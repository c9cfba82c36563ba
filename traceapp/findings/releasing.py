"""Letting goods on hold go: by somebody in charge, with a reason that stays. Callers commit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from marshmallow import Schema
from sqlalchemy import exists, select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.database.engine import db
from traceapp.findings import holding
from traceapp.findings.models import FindingRow, Hold, HoldRelease
from traceapp.producers.models import ProducerKind
from traceapp.trace.facts import Ref
from traceapp.web.fields import PlainText

MOST = 2000
# Who releases in more than one role does so as the first of these.
IN_CHARGE = ("officer", "owner")
OF_AUTHORITY = problem.Finding(
    "/",
    "held_by_authority",
    problem.N_("The authority holds these goods; a producer cannot release them."),
    problem.N_("Ask the authority, and send it what has changed."),
)


class ReleaseSchema(Schema):
    """Why goods are released."""

    reason = PlainText(MOST, required=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """The hold that somebody lets go, as he saw it: by which finding, and about how much."""

    finding: Ref
    amount: int


@dataclass(frozen=True, slots=True)
class InCharge:
    """The member who releases, and in which roles."""

    member: Ref
    roles: Collection[str]


def release(batch: Ref, seen: Seen, by: InCharge, reason: str, *, now: datetime) -> None:
    """Release a batch from one hold, up to what was seen of it.

    Raises NotFound where it is not held for that, InvalidInput where only an officer releases it.
    """
    finding = seen.finding
    hold = db.session.get(Hold, (*batch, *finding), with_for_update=True)
    if hold is None or hold.ended_at is not None:
        raise problem.NotFound
    amount = min(seen.amount, hold.amount)
    if _is_released(hold, amount):
        raise problem.NotFound
    if not may_release(finding, by.roles):
        raise problem.InvalidInput(findings=[OF_AUTHORITY])
    role = next(role for role in IN_CHARGE if role in by.roles)
    db.session.add(
        HoldRelease(
            producer_id=batch.producer_id,
            batch_id=batch.id,
            finding_producer_id=finding.producer_id,
            finding_id=finding.id,
            amount=amount,
            by_producer_id=by.member.producer_id,
            by_member_id=by.member.id,
            role=role,
            reason=reason,
            released_at=now,
        )
    )
    db.session.flush()
    holding.tell({batch}, now)
    audit.note(
        batch.producer_id,
        "hold.released",
        f"batch/{batch.id}",
        by=by.member,
        now=now,
        detail={"rule": _rule(finding)},
    )


def may_release(finding: Ref, roles: Collection[str]) -> bool:
    """Tell whether these roles let goods go: what an authority wrote down holds until it does."""
    authority = exists().where(
        ProducerKind.producer_id == finding.producer_id, ProducerKind.kind == "authority"
    )
    return "officer" in roles or not db.session.scalar(select(authority))


def _rule(finding: Ref) -> str | None:
    return db.session.scalar(
        select(FindingRow.rule).where(
            FindingRow.producer_id == finding.producer_id, FindingRow.finding_id == finding.id
        )
    )


def _is_released(hold: Hold, amount: int) -> bool:
    released = exists().where(
        HoldRelease.producer_id == hold.producer_id,
        HoldRelease.batch_id == hold.batch_id,
        HoldRelease.finding_producer_id == hold.finding_producer_id,
        HoldRelease.finding_id == hold.finding_id,
        HoldRelease.amount >= amount,
    )
    return bool(db.session.scalar(select(released)))
