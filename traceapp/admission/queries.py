"""Reading who waits to be let in, and who among the others is alike to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from traceapp.admission.similarity import Known, Likeness, Match, matches
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.models import (
    Admission,
    Commune,
    Membership,
    MembershipRole,
    Producer,
    ProducerKind,
    Renaming,
)

State = Literal["waiting", "admitted", "refused"]


@dataclass(frozen=True, slots=True)
class Applicant:
    """A producer as whoever lets it in sees it; `by` and `decided_at` tell the newest decision."""

    producer_id: UUID
    name: str
    legal_form: str
    street: str
    commune_kind: str
    commune: str
    province: str
    phone: str | None
    tax_code: str | None
    created_at: datetime
    state: State
    reason: str | None
    decided_at: datetime | None
    by: str | None

    @property
    def address(self) -> str:
        """The address in one line."""
        return f"{self.street}, {self.commune_kind} {self.commune}, {self.province}"


def has_territories() -> bool:
    """Tell whether the list of communes is there."""
    return bool(db.session.scalar(select(exists().where(Commune.name.is_not(None)))))


def applicants() -> list[Applicant]:
    """List producers, those who have waited longest first; the demo's and the real ones alike."""
    query = _applicants().order_by(Producer.created_at, Producer.producer_id)
    return [_applicant(row) for row in db.session.execute(query).mappings()]


def is_alone() -> bool:
    """Tell whether there is no producer yet but the one who runs this."""
    return len(db.session.scalars(select(Producer.producer_id).limit(2)).all()) <= 1


def applicant(producer_id: UUID) -> Applicant | None:
    """Give a producer; None where there is none with this id."""
    query = _applicants().where(Producer.producer_id == producer_id)
    row = db.session.execute(query).mappings().one_or_none()
    return None if row is None else _applicant(row)


def count_waiting() -> int:
    """Count the producers that nobody has decided about, and those that ask for another name."""
    return count_undecided() + count_renaming()


def count_undecided() -> int:
    """Count the producers that nobody has decided about."""
    undecided = ~exists().where(Admission.producer_id == Producer.producer_id)
    return db.session.scalar(select(func.count()).select_from(Producer).where(undecided)) or 0


def count_renaming() -> int:
    """Count the producers that wait for a name they asked for."""
    query = select(func.count()).select_from(Renaming)
    return db.session.scalar(query.where(Renaming.act == "asked", is_newest_renaming())) or 0


def is_newest_renaming() -> ColumnElement[bool]:
    """Make the condition that this is what was last said of a name a producer asked for."""
    other = aliased(Renaming)
    newest = (
        select(other.renaming_id)
        .where(other.producer_id == Renaming.producer_id)
        .order_by(other.done_at.desc(), other.renaming_id.desc())
        .limit(1)
        .correlate(Renaming)
        .scalar_subquery()
    )
    return Renaming.renaming_id == newest


def alike(asking: Applicant) -> list[tuple[Applicant, Match]]:
    """Give the producers alike to one that asks, most alike first."""
    everybody = {one.producer_id: one for one in applicants()}
    known = [_known(one) for one in everybody.values()]
    return [(everybody[one.known.producer_id], one) for one in matches(_known(asking), known)]


def newly_alike(one: Applicant, name: str, tax_code: str | None) -> list[tuple[Applicant, Match]]:
    """Give the producers that another name or tax code would make one look like.

    What it looked like before was judged when it was let in.
    """
    before = {other.producer_id: match.likenesses for other, match in alike(one)}
    found = []
    for other, match in alike(replace(one, name=name, tax_code=tax_code)):
        known = set(before.get(other.producer_id, ()))
        if Likeness.SAME_NAME in known:
            known.add(Likeness.SIMILAR_NAME)
        if set(match.likenesses) - known - {Likeness.SAME_ADDRESS, Likeness.SAME_PHONE}:
            found.append((other, match))
    return found


def owners(producer_id: UUID) -> list[str]:
    """Name the owners of a producer, who answer for what it says."""
    return [
        name or ""
        for name in db.session.scalars(
            select(Membership.name)
            .join(
                MembershipRole,
                (MembershipRole.producer_id == Membership.producer_id)
                & (MembershipRole.member_id == Membership.member_id),
            )
            .where(
                Membership.producer_id == producer_id,
                MembershipRole.role == "owner",
                Membership.ended_at.is_(None),
            )
        )
    ]


def kinds(producer_id: UUID) -> list[str]:
    """Give what a producer is."""
    query = select(ProducerKind.kind).where(ProducerKind.producer_id == producer_id)
    return list(db.session.scalars(query.order_by(ProducerKind.kind)))


def _applicants() -> Any:  # noqa: ANN401 - a select that callers narrow
    body = aliased(Producer)
    return (
        select(
            *(Producer.producer_id, Producer.name, Producer.legal_form, Producer.street),
            *(Producer.commune_kind, Producer.commune, Producer.province, Producer.phone),
            *(Producer.tax_code, Producer.created_at),
            *(Admission.decision, Admission.reason, Admission.decided_at),
            body.name.label("by"),
        )
        .select_from(Producer)
        .outerjoin(Admission, _is_newest())
        .outerjoin(body, body.producer_id == Admission.by_producer_id)
    )


def _is_newest() -> ColumnElement[bool]:
    other = aliased(Admission)
    newest = (
        select(other.admission_id)
        .where(other.producer_id == Producer.producer_id)
        .order_by(other.decided_at.desc(), other.admission_id.desc())
        .limit(1)
        .correlate(Producer)
        .scalar_subquery()
    )
    return (Admission.producer_id == Producer.producer_id) & (Admission.admission_id == newest)


def _applicant(row: Any) -> Applicant:  # noqa: ANN401 - a mapping of the query
    values = {name: row[name] for name in row if name != "decision"}
    return Applicant(**values, state=row["decision"] or "waiting")


def _known(one: Applicant) -> Known:
    return Known(
        one.producer_id,
        fold(one.name),
        (one.province, one.commune_kind, one.commune),
        fold(one.street),
        one.phone,
        one.tax_code,
    )
