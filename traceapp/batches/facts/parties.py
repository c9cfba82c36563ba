"""Rows of people and parties as facts; shared by everything that reads a timeline's facts."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from traceapp.producers.models import Membership, MembershipRole, Producer
from traceapp.trace.facts import PartyFact, PersonFact
from traceapp.trace.units import MICRO
from traceapp.trace.words import Words

# People of one co-operative or group of households check each other's records.
COOPERATIVES = frozenset({"hợp tác xã", "nhóm hộ"})

AnyRow = Row[*tuple[Any, ...]]


def person_columns() -> tuple[Any, ...]:
    """Give the columns `person` reads, of a query over membership and producer."""
    role = (
        select(MembershipRole.role)
        .where(
            MembershipRole.producer_id == Membership.producer_id,
            MembershipRole.member_id == Membership.member_id,
        )
        .order_by(MembershipRole.role)
        .limit(1)
        .scalar_subquery()
    )
    return (
        Membership.name.label("person"),
        Membership.public_name_consent,
        role.label("role"),
        Producer.name.label("organisation"),
        Producer.name_en.label("organisation_en"),
        Producer.legal_form,
    )


def person(row: AnyRow, producer_id: UUID) -> PersonFact:
    """Make a person of a row; the name leaves the database only with consent."""
    organisation = party(producer_id, row.organisation, row.organisation_en, row.legal_form)
    return PersonFact(organisation, row.role, row.person if row.public_name_consent else None)


def party(producer_id: UUID, name: str, name_en: str | None, legal_form: str) -> PartyFact:
    """Make a party of a row's values."""
    return PartyFact(producer_id, Words(name, name_en or name), legal_form in COOPERATIVES)


def kilograms(mass: int | None) -> Decimal | None:
    """Give the kilograms of a stored mass (millionths of a kilogram)."""
    return None if mass is None else Decimal(mass) / MICRO
