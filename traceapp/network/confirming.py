"""A body confirms which goods a certificate of somebody else covers. Callers own the transaction.

It holds for the certificate as it was looked at: once its owner changes it or its pages, it waits
to be confirmed again. What was said is never changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from traceapp import problem
from traceapp.accounts.persons import works_for
from traceapp.audit import operations as audit
from traceapp.batches.family.lineage import product_family
from traceapp.batches.models import Product
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.network import faults
from traceapp.network.told import Check
from traceapp.problem import refuse
from traceapp.producers import eco_labels
from traceapp.producers.certificate_models import (
    IS_WITHDRAWN,
    Certificate,
    CertificateConfirmation,
    CertificateFile,
    CertificateWithdrawal,
)
from traceapp.producers.models import Membership, Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web.pages import HANOI


@dataclass(frozen=True, slots=True)
class Covered:
    """A product that a certificate covers, as a body confirmed."""

    product_id: UUID
    product: Words
    check: Check


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate as it is now, the pages it has, and which goods it was confirmed to cover."""

    certificate: Certificate
    pages: tuple[bytes, ...]
    covered: tuple[Covered, ...]


def confirm(
    certificate: Ref, products: Collection[UUID], how: str, by: Ref, *, now: datetime
) -> None:
    """Stand behind a certificate for these goods; what was said of it before stays as it is.

    Raises NotFound for goods of others, InvalidInput for one's own establishment, a certificate
    without pages or one that is not in force.
    """
    wait_for([certificate.id])
    kept = find(certificate)
    if works_for(by, certificate.producer_id):
        refuse(faults.OWN_CERTIFICATE)
    if not kept.pages:
        refuse(faults.NO_PAGES)
    _refuse_ended(kept.certificate, now.astimezone(HANOI).date())
    known = _said(kept.certificate)
    for product_id in sorted(set(products) - known):
        if db.session.get(Product, (certificate.producer_id, product_id)) is None:
            raise problem.NotFound
        db.session.add(
            CertificateConfirmation(
                producer_id=certificate.producer_id,
                certificate_id=certificate.id,
                product_id=product_id,
                version=kept.certificate.version,
                how=how,
                by_producer_id=by.producer_id,
                by_member_id=by.id,
                confirmed_at=now,
            )
        )
    db.session.flush()
    if not set(products) <= known:
        _forget_pages_of(certificate.producer_id, products)
        _note("certificate.confirmed", certificate, by, now)


def withdraw(
    certificate: Ref, products: Collection[UUID], why: str, by: Ref, *, now: datetime
) -> None:
    """Take back that a certificate covers these goods; so it stays until its owner changes it.

    Any body may. Raises NotFound for goods that it does not cover.
    """
    wait_for([certificate.id])
    kept = find(certificate)
    if not set(products) <= {one.product_id for one in kept.covered}:
        raise problem.NotFound
    for product_id in sorted(set(products)):
        keys = {"certificate_id": certificate.id, "product_id": product_id}
        keys |= {"producer_id": certificate.producer_id}
        signed = {"by_producer_id": by.producer_id, "by_member_id": by.id, "withdrawn_at": now}
        version = kept.certificate.version
        db.session.add(CertificateWithdrawal(**keys, **signed, version=version, why=why))
    db.session.flush()
    _forget_pages_of(certificate.producer_id, products)
    _note("certificate.withdrawn", certificate, by, now)


def find(certificate: Ref) -> Kept:
    """Give a certificate with what is confirmed of it. Raises NotFound."""
    row = db.session.get(Certificate, tuple(certificate))
    if row is None:
        raise problem.NotFound
    return next(iter(_kept([row])))


def of_producer(producer_id: UUID) -> list[Kept]:
    """Give all certificates of an establishment, the newest first."""
    query = (
        select(Certificate)
        .where(Certificate.producer_id == producer_id)
        .order_by(Certificate.issued_on.desc(), Certificate.certificate_id)
    )
    return list(_kept(db.session.scalars(query).all()))


def waiting(day: date) -> list[Any]:
    """Give the eco-labels in force that no body has looked at as they are now, the oldest first.

    Only those that could be confirmed: shoppers may read them, there are pages and goods to sell.
    """
    looked_at = select(1).select_from(CertificateConfirmation)
    looked_at = looked_at.where(
        eco_labels.IS_OF, CertificateConfirmation.version == Certificate.version
    )
    has_goods = select(1).select_from(Product).correlate(Certificate)
    has_goods = has_goods.where(
        Product.producer_id == Certificate.producer_id, Product.role == "finished"
    )
    names = (Certificate.scheme, Certificate.scheme_en, Certificate.standard)
    query = (
        select(
            *(Certificate.producer_id, Certificate.certificate_id, Certificate.number, *names),
            *(Producer.name, Producer.name_en),
        )
        .join(Producer, Producer.producer_id == Certificate.producer_id)
        .where(
            Certificate.is_public,
            Certificate.issued_on <= day,
            or_(Certificate.expires_on.is_(None), Certificate.expires_on >= day),
            or_(*(name.ilike(one) for name in names for one in eco_labels.MAY_BE_ECO_LABELS)),
            eco_labels.HAS_PAGES,
            has_goods.exists(),
            ~looked_at.correlate(Certificate).exists(),
        )
        .order_by(Certificate.issued_on, Certificate.certificate_id)
    )
    return [one for one in db.session.execute(query) if eco_labels.is_one(one)]


def _said(certificate: Certificate) -> set[UUID]:
    """Give the goods of which it was confirmed as it is now, also where that was taken back."""
    query = select(CertificateConfirmation.product_id).where(
        CertificateConfirmation.producer_id == certificate.producer_id,
        CertificateConfirmation.certificate_id == certificate.certificate_id,
        CertificateConfirmation.version == certificate.version,
    )
    return set(db.session.scalars(query))


def _forget_pages_of(producer_id: UUID, products: Iterable[UUID]) -> None:
    """Make pages stale that tell of these goods: what they may say follows from their label."""
    freshness.forget({one for each in products for one in product_family(producer_id, each)})


def _note(act: str, certificate: Ref, by: Ref, now: datetime) -> None:
    member, about = (by.producer_id, by.id), f"certificate/{certificate.id}"
    for book in {certificate.producer_id, by.producer_id}:
        audit.note(book, act, about, by=member, now=now)


def _refuse_ended(certificate: Certificate, today: date) -> None:
    ends = certificate.expires_on
    if certificate.issued_on > today or (ends is not None and ends < today):
        refuse(faults.NOT_IN_FORCE)


def _kept(rows: Collection[Certificate]) -> Iterable[Kept]:
    keys = [one.certificate_id for one in rows]
    producers = {one.producer_id for one in rows}
    pages, covered = _pages(producers, keys), _covered(producers, keys)
    for one in rows:
        at = one.certificate_id
        yield Kept(one, tuple(pages[at]), tuple(covered[at]))


def _pages(producers: Collection[UUID], keys: Collection[UUID]) -> dict[UUID, list[bytes]]:
    found: dict[UUID, list[bytes]] = defaultdict(list)
    query = (
        select(CertificateFile.certificate_id, CertificateFile.sha256)
        .where(CertificateFile.producer_id.in_(producers), CertificateFile.certificate_id.in_(keys))
        .order_by(CertificateFile.position)
    )
    for certificate_id, sha256 in db.session.execute(query):
        found[certificate_id].append(bytes(sha256))
    return found


def _covered(producers: Collection[UUID], keys: Collection[UUID]) -> dict[UUID, list[Covered]]:
    said = CertificateConfirmation
    is_now = and_(
        Certificate.producer_id == said.producer_id,
        Certificate.certificate_id == said.certificate_id,
        Certificate.version == said.version,
    )
    is_product = and_(
        Product.producer_id == said.producer_id, Product.product_id == said.product_id
    )
    is_person = and_(
        Membership.producer_id == said.by_producer_id, Membership.member_id == said.by_member_id
    )
    query = (
        select(
            *(said.certificate_id, said.product_id, said.how, said.confirmed_at),
            *(Product.name, Product.name_en, Membership.name.label("person")),
            *(Producer.name.label("body"), Producer.name_en.label("body_en")),
        )
        .join(Certificate, is_now)
        .join(Product, is_product)
        .join(Membership, is_person)
        .join(Producer, Producer.producer_id == said.by_producer_id)
        .where(said.producer_id.in_(producers), said.certificate_id.in_(keys), ~IS_WITHDRAWN)
        .order_by(Product.folded_name, Product.product_id)
    )
    found: dict[UUID, list[Covered]] = defaultdict(list)
    for row in db.session.execute(query):
        check = Check(Words(row.body, row.body_en), row.person, row.how, row.confirmed_at)
        found[row.certificate_id].append(
            Covered(row.product_id, Words(row.name, row.name_en), check)
        )
    return found
