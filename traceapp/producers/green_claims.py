"""Refusing general green claims of who keeps no eco-label's certificate in force."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from traceapp import problem
from traceapp.claims import green
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.certificate_models import Certificate
from traceapp.web.pages import HANOI


def refuse_unproven(producer_id: UUID, texts: Mapping[str, str | None]) -> None:
    """Refuse general green claims in texts that shoppers read, by the pointer of each.

    Raises InvalidInput that says why, unless an eco-label's certificate is in force.
    """
    found = [
        problem.Finding(pointer, "green_claim", claim.why, green.INSTEAD, {"words": claim.words})
        for pointer, text in texts.items()
        for claim in green.find(text or "")
    ]
    if found and not _has_basis(producer_id):
        raise problem.InvalidInput(findings=found)


def texts_of_product(product: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what shoppers read of finished goods in their maker's own words, by pointer."""
    return dict(_texts(product)) if product["role"] == "finished" else {}


def _texts(product: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name in ("name", "name_en"):
        yield f"/{name}", product[name]
    for name in ("specifications", "use"):
        text = (product["label"] or {}).get(name) or {}
        for language in ("vi", "en"):
            yield f"/label/{name}/{language}", text.get(language)


def _has_basis(producer_id: UUID) -> bool:
    today = datetime.now(UTC).astimezone(HANOI).date()
    query = select(Certificate.scheme, Certificate.scheme_en, Certificate.standard).where(
        Certificate.producer_id == producer_id,
        Certificate.issued_on <= today,
        or_(Certificate.expires_on.is_(None), Certificate.expires_on >= today),
    )
    names = (name for row in db.session.execute(query) for name in row if name)
    return any(green.is_basis(fold(name)) for name in names)
