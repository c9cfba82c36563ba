"""What everybody may know of a producer, as a document in both languages, and its words.

Public are the name, the commune, what it is and who let it in; never a street, a telephone number,
a person, or how much of anything there is.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from traceapp.chains import commitment_queries as commitments
from traceapp.chains import queries as chains
from traceapp.network.card import of_producer as cleaner_production
from traceapp.photos import queries as photos
from traceapp.problem import N_
from traceapp.public import producer_queries as queries
from traceapp.public.address import producer_path
from traceapp.public.framing import picture_url, whole_url
from traceapp.web.pages import HANOI

Document = dict[str, Any]

FORMAT = "traceapp/producer/1"
KIND_WORDS: Mapping[str, str] = {
    "farm": N_("Grows crops or keeps animals"),
    "coop": N_("Co-operative"),
    "slaughterhouse": N_("Slaughterhouse"),
    "processor": N_("Makes food or goods"),
    "collector": N_("Buys from farms and sells on"),
    "packer": N_("Packing house"),
    "distributor": N_("Wholesaler"),
    "shop": N_("Shop or market stall"),
    "carrier": N_("Carrier"),
    "lab": N_("Laboratory"),
    "authority": N_("Authority"),
    "operator": N_("Runs this site"),
}


def document_of(producer_id: UUID, today: date) -> Document | None:
    """Make the document of a producer that was let in; None for any other."""
    found = queries.producer(producer_id)
    if found is None:
        return None
    rows = queries.lots(producer_id, today)
    return {
        "format": FORMAT,
        "id": str(producer_id),
        "url": whole_url(producer_path(producer_id)),
        "name": {"vi": found.name, "en": found.name_en},
        "legal_form": found.legal_form,
        "kinds": queries.kinds(producer_id),
        "commune_kind": found.commune_kind,
        "commune": found.commune,
        "province": found.province,
        "website": found.website,
        "about": {"vi": found.about, "en": found.about_en},
        "admission": {
            "by": {"vi": found.by, "en": found.by_en} if found.by else None,
            "on": found.decided_at.astimezone(HANOI).date().isoformat(),
        },
        "renamed": _renamed(queries.renaming(producer_id, found.name)),
        "products": _products(producer_id, rows[: queries.MOST_LOTS]),
        "has_more_products": len(rows) > queries.MOST_LOTS,
        "chains": _chains(producer_id),
        "commitment": _commitment(producer_id),
        "cleaner_production": cleaner_production(producer_id),
        "certificates": [_certificate(row) for row in queries.certificates(producer_id, today)],
    }


def _renamed(row: queries.Found | None) -> Document | None:
    if row is None:
        return None
    return {
        "from": row.former_name,
        "by": {"vi": row.by, "en": row.by_en} if row.by else None,
        "on": row.done_at.astimezone(HANOI).date().isoformat(),
    }


def _chains(producer_id: UUID) -> list[Document]:
    return [
        {"chain": stay.chain, "since": stay.since.isoformat()}
        for stay in chains.chains_of(producer_id)
    ]


def _commitment(producer_id: UUID) -> Document | None:
    """Tell of the commitment that the programme accepted; never who signed it."""
    found = commitments.holding([producer_id]).get(producer_id)
    if found is None:
        return None
    accepted = next(step for step in found.steps if step.state == "accepted")
    key = (producer_id, found.photo)
    paper = photos.renditions([key], public_only=True).get(key, {}).get("large")
    return {
        "year": found.year,
        "text": found.words.document(),
        "signed_on": found.signed_on.isoformat(),
        "accepted_by": accepted.body.document(),
        "accepted_on": accepted.at.astimezone(HANOI).date().isoformat(),
        "picture": picture_url(paper.file_name) if paper else None,
    }


def kind_words(kinds: Iterable[str]) -> str:
    """Say what a producer is, in the reader's language."""
    return " · ".join(_(KIND_WORDS.get(kind, kind)) for kind in kinds)


def _products(producer_id: UUID, rows: Iterable[queries.Found]) -> list[Document]:
    rows = list(rows)
    photos = {row.product_id: bytes(row.photo_sha256) for row in rows if row.photo_sha256}
    pictures = queries.pictures(producer_id, list(set(photos.values())))
    products: dict[UUID, Document] = {}
    for row in rows:
        file_name = pictures.get(photos.get(row.product_id, b""))
        product = products.setdefault(
            row.product_id,
            {
                "name": {"vi": row.name, "en": row.name_en},
                "picture": picture_url(file_name) if file_name else None,
                "batches": [],
            },
        )
        product["batches"].append(_batch(row))
    return list(products.values())


def _batch(row: queries.Found) -> Document:
    return {
        "lot": row.lot,
        "code": row.code,
        "url": whole_url(f"/B/{row.code}"),
        "production_date": _day(row.production_date),
        "packing_date": _day(row.packing_date),
        "expiry_date": _day(row.expiry_date),
    }


def _certificate(row: queries.Found) -> Document:
    return {
        "number": row.number,
        "scheme": {"vi": row.scheme, "en": row.scheme_en},
        "standard": row.standard,
        "issuer": row.issuer,
        "scope": {"vi": row.scope, "en": row.scope_en},
        "issued_on": _day(row.issued_on),
        "expires_on": _day(row.expires_on),
        "stars": row.stars,
    }


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
