"""Who else stands behind an event, and who may say so.

self < coop < counterpart < inspector < lab. Nobody raises his own record; an official's and a
laboratory's own records start at their level. Callers own the transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.batches.models import Event, EventEvidence
from traceapp.batches.refreshing import refresh
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import MembershipRole, Partner, ProducerKind
from traceapp.trace.facts import EvidenceLevel

CHECKERS = frozenset({"owner", "clerk"})
OFFICIALS = frozenset({"inspector", "officer"})
LABORATORY = "lab"
OWN_RECORD = problem.Finding(
    "/level",
    "own_record",
    problem.N_("Nobody can confirm a record of their own."),
    problem.N_("Ask another person to confirm it."),
)
NOT_YOURS = problem.Finding(
    "/level",
    "level_not_yours",
    problem.N_("This check is not yours to give."),
    problem.N_("Ask an owner or clerk, the receiver, an inspector or the laboratory."),
)


@dataclass(frozen=True, slots=True)
class Witness:
    """Who stands behind somebody else's event: a member, or a partner of the author's producer."""

    producer_id: UUID
    member_id: UUID | None = None
    partner_id: UUID | None = None


def add_evidence(
    event: tuple[UUID, UUID], level: EvidenceLevel, by: Witness, *, now: datetime
) -> None:
    """Add a check of an event. Raises NotFound, and InvalidInput for a level not his to give."""
    row = db.session.get(Event, event)
    if row is None:
        raise problem.NotFound
    if not _may_give(level, by, row):
        raise _refusal(is_own=_is_own(by, row))
    db.session.add(
        EventEvidence(
            producer_id=row.producer_id,
            event_id=row.event_id,
            evidence_id=new_id(),
            level=level,
            by_producer_id=by.producer_id,
            by_member_id=by.member_id,
            by_partner_id=by.partner_id,
            given_at=now,
        )
    )
    db.session.flush()
    refresh([row], now)


def _is_own(by: Witness, event: Event) -> bool:
    return by.producer_id == event.producer_id and by.member_id == event.author_member_id


def _may_give(level: EvidenceLevel, by: Witness, event: Event) -> bool:
    """Tell whether this witness may give this level (docs/users/roles.md)."""
    if by.partner_id is not None:
        # Whoever is only a name in the author's own directory confirms nothing; a report does.
        return level is EvidenceLevel.LAB and _is_laboratory_partner(by)
    match level:
        case EvidenceLevel.SELF:
            return _is_own(by, event)
        case EvidenceLevel.COOP:
            same = by.producer_id == event.producer_id and not _is_own(by, event)
            return same and bool(_roles(by) & CHECKERS)
        case EvidenceLevel.COUNTERPART:
            return by.producer_id != event.producer_id
        case EvidenceLevel.INSPECTOR:
            return _is_a(by, "authority") and bool(_roles(by) & OFFICIALS)
        case EvidenceLevel.LAB:
            return _is_a(by, LABORATORY)


def _roles(by: Witness) -> frozenset[str]:
    return frozenset(
        db.session.execute(
            select(MembershipRole.role).where(
                MembershipRole.producer_id == by.producer_id,
                MembershipRole.member_id == by.member_id,
            )
        ).scalars()
    )


def _is_a(by: Witness, kind: str) -> bool:
    return db.session.get(ProducerKind, (by.producer_id, kind)) is not None


def _is_laboratory_partner(by: Witness) -> bool:
    partner = db.session.get(Partner, (by.producer_id, by.partner_id))
    if partner is None:
        raise problem.NotFound
    return partner.kind == LABORATORY


def _refusal(*, is_own: bool) -> problem.InvalidInput:
    return problem.InvalidInput(findings=[OWN_RECORD if is_own else NOT_YOURS])
