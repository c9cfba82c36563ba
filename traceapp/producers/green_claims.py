"""Refusing general green claims about goods that no confirmed eco-label in force covers."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from traceapp import problem
from traceapp.claims import green
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.certificate_models import (
    IS_WITHDRAWN,
    Certificate,
    CertificateConfirmation,
    CertificateFile,
)
from traceapp.producers.models import Producer, Site
from traceapp.web.pages import HANOI

_HAS_PAGES = (
    select(CertificateFile.position)
    .where(
        CertificateFile.producer_id == Certificate.producer_id,
        CertificateFile.certificate_id == Certificate.certificate_id,
    )
    .correlate(Certificate)
    .exists()
)
_IS_CONFIRMED = and_(
    CertificateConfirmation.producer_id == Certificate.producer_id,
    CertificateConfirmation.certificate_id == Certificate.certificate_id,
    CertificateConfirmation.version == Certificate.version,
)


def refuse_unproven(
    producer_id: UUID, texts: Mapping[str, str | None], product_id: UUID | None = None
) -> None:
    """Refuse general green claims in texts that shoppers read, by the pointer of each.

    Raises InvalidInput that says why, unless they are about a product that an eco-label covers:
    its certificate is in force, shoppers can read its pages, and a body confirmed that it is of
    this product. An eco-label says nothing of all that somebody does.
    """
    if found := unproven(producer_id, texts, product_id):
        raise problem.InvalidInput(findings=found)


def unproven(
    producer_id: UUID, texts: Mapping[str, str | None], product_id: UUID | None = None
) -> list[problem.Finding]:
    """Give the general green claims in texts that have no basis today."""
    names, registered = _names(producer_id)
    found = [
        problem.Finding(pointer, "green_claim", claim.why, claim.instead, {"words": claim.words})
        for pointer, text in texts.items()
        for claim in green.find(text or "", names, registered)
    ]
    return [] if product_id and found and _has_basis(producer_id, product_id) else found


def texts_of_product(product: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what shoppers read of goods in their maker's own words, by pointer.

    What finished goods were made from is named on their page, so names of every role count.
    """
    named = {f"/{name}": product[name] for name in ("name", "name_en")}
    return named | dict(_texts_of_label(product)) if product["role"] == "finished" else named


def texts_of_producer(producer: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what a producer says of itself in sentences, by pointer."""
    return {f"/{name}": producer[name] for name in ("about", "about_en")}


def _texts_of_label(product: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "/brand", product.get("brand")
    label = product["label"] or {}
    for name in ("specifications", "use", "storage"):
        yield from _in_both(f"/label/{name}", label.get(name))
    for place, warning in enumerate(label.get("warnings") or ()):
        yield from _in_both(f"/label/warnings/{place}", warning)
    for place, standard in enumerate(label.get("standards") or ()):
        yield f"/label/standards/{place}", standard


def _in_both(
    pointer: str, text: Mapping[str, str | None] | None
) -> Iterator[tuple[str, str | None]]:
    for language in ("vi", "en"):
        yield f"{pointer}/{language}", (text or {}).get(language)


def _names(producer_id: UUID) -> tuple[list[str], list[str]]:
    """Give what the producer and their places are called, and what the producer is registered as.

    Whoever lets a producer in reads the latter; places are named by themselves.
    """
    own = select(Producer.name, Producer.name_en).where(Producer.producer_id == producer_id)
    places = select(Site.name, Site.name_en).where(Site.producer_id == producer_id)
    registered = [name for row in db.session.execute(own) for name in row if name]
    return [
        *registered,
        *(name for row in db.session.execute(places) for name in row if name),
    ], registered


def _has_basis(producer_id: UUID, product_id: UUID) -> bool:
    today = datetime.now(UTC).astimezone(HANOI).date()
    query = (
        select(Certificate.scheme, Certificate.scheme_en, Certificate.standard)
        .join(CertificateConfirmation, _IS_CONFIRMED)
        .where(
            Certificate.producer_id == producer_id,
            CertificateConfirmation.product_id == product_id,
            ~IS_WITHDRAWN,
            Certificate.is_public,
            _HAS_PAGES,
            Certificate.issued_on <= today,
            or_(Certificate.expires_on.is_(None), Certificate.expires_on >= today),
        )
    )
    names = (name for row in db.session.execute(query) for name in row if name)
    return any(green.is_basis(fold(name)) for name in names)
