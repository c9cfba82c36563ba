"""What everybody may know of a producer, as a document in both languages, and its words.

Public are the name, the commune, what it is and who let it in; never a street, a telephone number,
a person, or how much of anything there is.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from traceapp.chains import shown as chains
from traceapp.network.card import of_producer as cleaner_production
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
        "renamed": _renamed(found),
        "products": _products(rows[: queries.MOST_LOTS]),
        "has_more_products": len(rows) > queries.MOST_LOTS,
        "chains": _chains(producer_id),
        "commitment": _commitment(producer_id),
        "cleaner_production": cleaner_production(producer_id, today),
        "certificates": [_certificate(row) for row in queries.certificates(producer_id, today)],
    }


def _renamed(found: queries.Found) -> Document | None:
    if found.renamed_at is None:
        return None
    return {
        "from": found.former_name,
        "by": {"vi": found.renamed_by, "en": found.renamed_by_en} if found.renamed_by else None,
        "on": found.renamed_at.astimezone(HANOI).date().isoformat(),
    }


def _chains(producer_id: UUID) -> list[Document]:
    return [
        {"chain": row.chain, "since": row.on_day.isoformat()}
        for row in chains.chains_of(producer_id)
    ]


def _commitment(producer_id: UUID) -> Document | None:
    """Tell of the commitment that the programme accepted; never who signed it."""
    found = chains.commitment_of(producer_id)
    if found is None:
        return None
    return {
        "year": found.year,
        "text": {"vi": found.text, "en": found.text_en},
        "signed_on": found.signed_on.isoformat(),
        "accepted_by": {"vi": found.body, "en": found.body_en},
        "accepted_on": found.noted_at.astimezone(HANOI).date().isoformat(),
        "picture": picture_url(found.paper) if found.paper else None,
    }


def kind_words(kinds: Iterable[str]) -> str:
    """Say what a producer is, in the reader's language."""
    return " · ".join(_(KIND_WORDS.get(kind, kind)) for kind in kinds)


def _products(rows: Iterable[queries.Found]) -> list[Document]:
    products: dict[UUID, Document] = {}
    for row in rows:
        product = products.setdefault(
            row.product_id,
            {
                "name": {"vi": row.name, "en": row.name_en},
                "picture": picture_url(row.picture) if row.picture else None,
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
