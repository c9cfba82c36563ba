"""When eco-labels cover goods, as bodies confirmed: a basis for general green claims about them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from traceapp.claims import green
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.certificate_models import (
    IS_WITHDRAWN,
    Certificate,
    CertificateConfirmation,
    CertificateFile,
)
from traceapp.trace.rules.keeping_dates import covers
from traceapp.web.pages import HANOI

# What databases find without folding, to be looked at closely.
MAY_BE_ECO_LABELS = ("%sinh th%", "%xanh vi%", "%eco%label%", "%14024%")
HAS_PAGES = (
    select(CertificateFile.position)
    .where(
        CertificateFile.producer_id == Certificate.producer_id,
        CertificateFile.certificate_id == Certificate.certificate_id,
    )
    .correlate(Certificate)
    .exists()
)
IS_OF = and_(
    CertificateConfirmation.producer_id == Certificate.producer_id,
    CertificateConfirmation.certificate_id == Certificate.certificate_id,
)
_COUNTS = and_(
    CertificateConfirmation.version == Certificate.version,
    ~IS_WITHDRAWN,
    Certificate.is_public,
    HAS_PAGES,
)


@dataclass(frozen=True, slots=True)
class EcoLabels:
    """The first and last days of the eco-labels that cover a product; some have no last day."""

    periods: tuple[tuple[date, date | None], ...]

    def are_in_force(self, day: date) -> bool:
        """Tell whether one of them covers the product on a day."""
        return any(covers(first, last, day) for first, last in self.periods)

    def until(self, day: date) -> datetime | None:
        """Give when what holds on a day ends by time alone; None where it never does."""
        is_now = self.are_in_force(day)
        edges = {first for first, _ in self.periods}
        edges |= {last + timedelta(days=1) for _, last in self.periods if last is not None}
        changes = (edge for edge in sorted(edges) if edge > day)
        then = next((edge for edge in changes if self.are_in_force(edge) is not is_now), None)
        return None if then is None else datetime.combine(then, time(), HANOI)


def of_goods(producer_id: UUID) -> Mapping[UUID, EcoLabels]:
    """Give them for the products of which a body ever confirmed a certificate, and no others."""
    query = (
        select(
            *(CertificateConfirmation.product_id, _COUNTS.label("counts")),
            *(Certificate.issued_on, Certificate.expires_on),
            *(Certificate.scheme, Certificate.scheme_en, Certificate.standard),
        )
        .join(Certificate, IS_OF)
        .where(CertificateConfirmation.producer_id == producer_id)
    )
    found: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    for one in db.session.execute(query):
        periods = found[one.product_id]
        if one.counts and is_one(one):
            periods.append((one.issued_on, one.expires_on))
    return {product_id: EcoLabels(tuple(periods)) for product_id, periods in found.items()}


def is_one(certificate: Any) -> bool:  # noqa: ANN401 - a row with the names of a scheme
    """Tell whether a certificate is an eco-label."""
    names = (certificate.scheme, certificate.scheme_en, certificate.standard)
    return any(green.is_basis(fold(name)) for name in names if name)


def cover(producer_id: UUID, product_id: UUID, day: date) -> bool:
    """Tell whether an eco-label covers a product on a day."""
    of_product = of_goods(producer_id).get(product_id)
    return of_product is not None and of_product.are_in_force(day)
