"""Reading operators.json: who and where. `networks` are told in participants.json."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from traceapp.demo.record import Record
from traceapp.demo.shapes import Directory, Entry

KINDS = {"trader": "collector"}  # "trader" is the data set's word
# The data set knows no officers; these two act as ones (the rest keep their roles).
OFFICERS = frozenset({"cq-truong", "cq-dl"})

Ids = Mapping[str, tuple[UUID, UUID]]


def read(file: Record) -> Directory:
    """Read the directory; refuse what is damaged."""
    operators = [(record, record.identity("id")) for record in file.many("operators")]
    site_ids = _ids(operators, "sites")
    return Directory(
        producers=tuple(Entry(o.where, id_, _producer(o)) for o, id_ in operators),
        sites=_entries(operators, "sites", _site),
        plots=tuple(_plots(operators, site_ids)),
        members=_entries(operators, "members", _member),
        certificates=_entries(operators, "certificates", _certificate),
        partners={record.text("key"): record for record in file.many("partners")},
        producer_ids={record.text("key"): id_ for record, id_ in operators},
        site_ids=site_ids,
        plot_ids=_ids(operators, "plots"),
        member_ids=_ids(operators, "members"),
        certificate_ids=_ids(operators, "certificates"),
    )


def partner(record: Record) -> dict[str, Any]:
    """Give a partner's shape, without the id it has under each producer."""
    in_commune = "commune" in record.content
    return {
        "name": record.text("name_vi"),
        "name_en": record.text("name_en"),
        "kind": record.text("kind"),
        "province": record.text("province"),
        "commune_kind": record.text("commune_kind") if in_commune else None,
        "commune": record.text("commune") if in_commune else None,
    }


Operators = Iterable[tuple[Record, UUID]]


def _ids(operators: Operators, name: str) -> Ids:
    ids: dict[str, tuple[UUID, UUID]] = {}
    for operator, producer_id in operators:
        for record in operator.many(name):
            if record.text("key") in ids:
                record.refuse("key", "is used twice")
            ids[record.text("key")] = (producer_id, record.identity("id"))
    return ids


def _entries(operators: Operators, name: str, shape: Any) -> tuple[Entry, ...]:  # noqa: ANN401
    return tuple(
        Entry(record.where, producer_id, shape(record))
        for operator, producer_id in operators
        for record in operator.many(name)
    )


def _producer(record: Record) -> Mapping[str, Any]:
    address = record.one("address")
    return {
        "producer_id": str(record.identity("id")),
        "name": record.text("name_vi"),
        "name_en": record.text("name_en"),
        "legal_form": record.text("legal_form"),
        "kinds": [KINDS.get(kind, kind) for kind in record.texts("kinds")],
        "phone": record.text("phone"),
        "tax_code": record.text_or_none("tax_code"),
        "gln": record.text_or_none("gln"),
        "street": address.text("street"),
        "legacy_address": address.text_or_none("legacy_text"),
        "about": record.text_or_none("about_vi"),
        "about_en": record.text_or_none("about_en"),
        **_commune(address),
        **_point(record),
    }


def _site(record: Record) -> Mapping[str, Any]:
    return {
        "site_id": str(record.identity("id")),
        "name": record.text("name_vi"),
        "name_en": record.text("name_en"),
        "kind": record.text("kind"),
        "location_code": record.text_or_none("location_code"),
        **_commune(record),
        **_point(record),
    }


def _plots(operators: Operators, site_ids: Ids) -> Iterable[Entry]:
    for operator, producer_id in operators:
        numbers: dict[str, int] = {}
        for record in operator.many("plots"):
            household = record.text("household")
            number = numbers.setdefault(household, len(numbers) + 1)
            yield Entry(record.where, producer_id, _plot(record, household, number, site_ids))


def _plot(record: Record, household: str, number: int, site_ids: Ids) -> Mapping[str, Any]:
    return {
        "plot_id": str(record.identity("id")),
        "site_id": str(record.known("site", site_ids)[1]),
        "name": record.text("key"),
        "area_m2": record.whole("area_m2"),
        "household": household,
        "household_number": number,
        "main_crop": record.text("main_crop"),
        "planting_area_code": record.text_or_none("planting_area_code"),
        **_point(record),
    }


def _member(record: Record) -> Mapping[str, Any]:
    is_officer = record.text("key") in OFFICERS
    return {
        "member_id": str(record.identity("id")),
        "name": record.text("name"),
        "phone": record.text("phone"),
        "language": record.text("language"),
        "public_name_consent": record.flag("public_name_consent"),
        "roles": ["officer" if is_officer else record.text("role")],
    }


def _certificate(record: Record) -> Mapping[str, Any]:
    expires = record.day_or_none("expires")
    return {
        "certificate_id": str(record.identity("id")),
        "number": record.text("number"),
        "scheme": record.text("scheme"),
        "scheme_en": record.text("scheme_en"),
        "standard": record.text("standard"),
        "issuer": record.text("issuer"),
        "scope": record.text("scope_vi"),
        "scope_en": record.text("scope_en"),
        "issued_on": record.day("issued").isoformat(),
        "expires_on": expires.isoformat() if expires else None,
        "is_public": record.flag("public_badge"),
        "stars": record.whole("stars") if "stars" in record.content else None,
    }


def _commune(record: Record) -> dict[str, str]:
    return {name: record.text(name) for name in ("province", "commune_kind", "commune")}


def _point(record: Record) -> dict[str, float]:
    return {"latitude": float(record.number("lat")), "longitude": float(record.number("lon"))}
