"""Writing down producers and what belongs to them. Callers own the transaction.

Every function takes the shape of `schemas`, raises marshmallow's ValidationError for a wrong one
and gives the id of the new record.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.producers import green_claims, schemas
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import (
    Admission,
    Commune,
    Membership,
    MembershipRole,
    Partner,
    Plot,
    Producer,
    ProducerKind,
    Season,
    Site,
)

PRODUCER = schemas.ProducerSchema()
DETAILS = schemas.ProducerDetailsSchema()
SITE = schemas.SiteSchema()
PLOT = schemas.PlotSchema()
MEMBER = schemas.MemberSchema()
PARTNER = schemas.PartnerSchema()
CERTIFICATE = schemas.CertificateSchema()
SEASON = schemas.SeasonSchema()

Given = Mapping[str, Any]
Row = TypeVar("Row")


def register_producer(given: Given, *, now: datetime, is_demo: bool = False) -> UUID:
    """Register a producer of one or several kinds at an address that exists."""
    data = _with_id(PRODUCER.load(given), "producer_id")
    kinds = data.pop("kinds")
    require_commune(data)
    row = Producer(**data, folded_name=fold(data["name"]), is_demo=is_demo, created_at=now)
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        ProducerKind(producer_id=row.producer_id, kind=kind) for kind in dict.fromkeys(kinds)
    )
    db.session.flush()
    green_claims.refuse_unproven(row.producer_id, green_claims.texts_of_producer(data))
    return row.producer_id


def decide_admission(
    producer_id: UUID,
    *,
    admitted: bool,
    by: tuple[UUID, UUID] | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Write down whether a producer is let in, and by which member of which body.

    Whoever calls also lets the codes that waited for it go live (`admission.operations`).
    """
    producer, member = by or (None, None)
    _add(
        Admission(
            producer_id=producer_id,
            admission_id=new_id(),
            decision="admitted" if admitted else "refused",
            reason=reason,
            decided_at=now,
            by_producer_id=producer,
            by_member_id=member,
        )
    )


def add_site(producer_id: UUID, given: Given) -> UUID:
    """Add a place of the producer."""
    data = _with_id(SITE.load(given), "site_id")
    require_commune(data)
    return _add(Site(producer_id=producer_id, **data)).site_id


def add_plot(producer_id: UUID, given: Given) -> UUID:
    """Add a field or a pen to one of the producer's sites."""
    data = _with_id(PLOT.load(given), "plot_id")
    return _add(Plot(producer_id=producer_id, **data)).plot_id


def add_member(producer_id: UUID, given: Given) -> UUID:
    """Add a person with roles."""
    data = _with_id(MEMBER.load(given), "member_id")
    roles = data.pop("roles")
    member = _add(Membership(producer_id=producer_id, **data))
    for role in dict.fromkeys(roles):
        _add(MembershipRole(producer_id=producer_id, member_id=member.member_id, role=role))
    return member.member_id


def add_partner(producer_id: UUID, given: Given) -> UUID:
    """Add a supplier, customer, carrier or laboratory that has no account."""
    data = _with_id(PARTNER.load(given), "partner_id")
    return _add(Partner(producer_id=producer_id, **data)).partner_id


def add_certificate(producer_id: UUID, given: Given) -> UUID:
    """Add a certificate or declaration."""
    data = _with_id(CERTIFICATE.load(given), "certificate_id")
    return _add(Certificate(producer_id=producer_id, **data)).certificate_id


def start_season(producer_id: UUID, given: Given) -> UUID:
    """Start a season on one of the producer's plots or pens."""
    data = _with_id(SEASON.load(given), "season_id")
    return _add(Season(producer_id=producer_id, **data)).season_id


def _with_id(data: dict[str, Any], name: str) -> dict[str, Any]:
    data[name] = data[name] or new_id()
    return data


def _add(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row


def require_commune(data: Mapping[str, Any]) -> None:
    """Refuse a place in a commune that is not in the list."""
    key = (data["province"], data["commune_kind"], data["commune"])
    if db.session.get(Commune, key) is None:
        raise problem.InvalidInput(
            findings=[
                problem.Finding(
                    "/commune",
                    "commune_unknown",
                    problem.N_("There is no {commune} in the list of communes since July 2025."),
                    problem.N_("Choose the commune from the list."),
                    {"commune": f"{data['commune_kind']} {data['commune']}, {data['province']}"},
                )
            ]
        )
