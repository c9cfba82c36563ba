"""Makes the document behind a public page: the timeline, and what the label and producer say.

The document holds both languages and nothing that only some readers may see; it is kept until
something it tells of changes. What depends on the day or on the state of the code is not in it.
"""

from datetime import date, datetime
from typing import Any

from traceapp.batches import queries as batches
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.queries import BatchCard
from traceapp.findings.hold_queries import HoldTold, Release, releases_of
from traceapp.findings.words import ROLES
from traceapp.network.card import of_product as card_of_product
from traceapp.producers.certificate_models import Certificate, is_valid_on
from traceapp.producers.green_claims import Wording, wording_of_goods
from traceapp.public import queries
from traceapp.trace.document import as_document
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES
from traceapp.trace.timeline import build
from traceapp.trace.units import UNITS
from traceapp.web.pages import HANOI

Document = dict[str, Any]
WORDED = ("name", "brand", "specifications", "use", "storage", "warnings", "standards")


def document_of(ref: batches.Ref, now: datetime) -> Document:
    """Build the document of a batch that exists. A constant number of queries at any depth."""
    card = batches.batch_card(ref)
    if card is None:
        raise LookupError(ref)
    document: Document = dict(as_document(build(trace_facts(ref), now)))
    wording = wording_of_goods(card.producer_id, now.astimezone(HANOI).date())
    of_goods = wording.get(card.product_id, Wording())
    document["valid_until"] = _sooner(document["valid_until"], of_goods.until)
    document["product"] = _product(card, of_goods)
    document["producer"] = _producer(card)
    day = _day_of_making(document, card)
    document["certificates"] = [
        _certificate(one, claimed, day) for one, claimed in batches.certificates(ref)
    ]
    document["releases"] = [
        _release(told, one) for told in releases_of(Ref(*ref)) for one in told.releases
    ]
    document["cleaner_production"] = card_of_product(Ref(ref[0], card.product_id), wording)
    _place_centres(document["stops"])
    return document


def _sooner(until: str | None, then: datetime | None) -> str | None:
    known = [datetime.fromisoformat(until)] if until else []
    known += [then] if then else []
    return min(known).isoformat() if known else None


def _release(told: HoldTold, one: Release) -> Document:
    """Tell that goods were held and let go: by which rule, by whom and why."""
    role, body = ROLES[one.role], one.body
    return {
        "rule": RULES[told.finding.rule].name.document(),
        "held_on": told.since.astimezone(HANOI).date().isoformat(),
        "on": one.at.astimezone(HANOI).date().isoformat(),
        "by": {"vi": f"{role.vi}, {body.vi}", "en": f"{role.en}, {body.en}"},
        "reason": one.reason,
    }


def _product(card: BatchCard, wording: Wording) -> Document:
    """Tell of the product; `is_cut` where it may no longer say all that its maker wrote."""
    whole = _whole_product(card)
    told = wording.told(whole, WORDED)
    return told | {"is_cut": told != whole}


def _whole_product(card: BatchCard) -> Document:
    label = card.label or {}
    return {
        "name": {"vi": card.product_name, "en": card.product_name_en},
        "family": card.family,
        "brand": card.brand,
        "gtin": card.gtin,
        "net_quantity": label.get("net_quantity") or _net(card),
        **{
            name: label.get(name)
            for name in (
                *("origin", "ingredients", "specifications", "use", "storage"),
                "ethanol_percent",
            )
        },
        "warnings": label.get("warnings") or [],
        "standards": label.get("standards"),
        "picture": _picture(card.pictures),
    }


def _net(card: BatchCard) -> str | None:
    unit = UNITS.get(card.net_uom or "")
    return f"{card.net_quantity} {unit.symbol}" if card.net_quantity and unit else None


def _picture(pictures: dict[str, str]) -> Document | None:
    name = pictures.get("hero")
    if name is None:
        return None
    width, height = queries.picture_sizes([name]).get(name, (640, 400))
    return {"file": name, "width": width, "height": height, "large": pictures.get("large")}


def _producer(card: BatchCard) -> Document:
    return {
        "name": {"vi": card.producer_name, "en": card.producer_name_en},
        "street": card.street,
        "commune_kind": card.commune_kind,
        "commune": card.commune,
        "province": card.province,
        "legacy_address": card.legacy_address,
        "about": {"vi": card.about, "en": card.about_en},
        "admission": _admission(card),
    }


def _admission(card: BatchCard) -> Document | None:
    """Say who let the producer in and when; None where no body is on record for it."""
    found = queries.admitted_by(card.producer_id)
    if found is None:
        return None
    return {
        "by": {"vi": found.name, "en": found.name_en},
        "on": found.decided_at.astimezone(HANOI).date().isoformat(),
    }


def _certificate(one: Certificate, claimed: bool, day: date | None) -> Document:  # noqa: FBT001
    return {
        "number": one.number,
        "scheme": {"vi": one.scheme, "en": one.scheme_en},
        "standard": one.standard,
        "issuer": one.issuer,
        "scope": {"vi": one.scope, "en": one.scope_en},
        "issued_on": one.issued_on.isoformat(),
        "expires_on": one.expires_on.isoformat() if one.expires_on else None,
        "stars": one.stars,
        "named_for_batch": claimed,
        "valid_on_day": None if day is None else is_valid_on(one, day),
        "day": None if day is None else day.isoformat(),
    }


def _day_of_making(document: Document, card: BatchCard) -> date | None:
    """Give the day certificates are judged on: the harvest or making, else the label's date."""
    event = document["summary"]["key_event"]
    if event is None:
        return card.production_date
    return datetime.fromisoformat(event["until"] or event["time"]).date()


def _place_centres(stops: list[Document]) -> None:
    """Add the centre of each stop's commune, the nearest the public may know."""
    keys = [_territory(stop["place"]) for stop in stops]
    found = queries.centres(key for key in keys if key is not None)
    for stop, key in zip(stops, keys, strict=True):
        stop["centre"] = found.get(key) if key else None


def _territory(place: Document) -> queries.Territory | None:
    key = (place["province"], place["commune_kind"], place["commune"])
    return None if None in key else key
