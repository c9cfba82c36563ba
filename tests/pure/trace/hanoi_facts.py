"""Turn the Hanoi demo files into facts in memory, at one fixed day, without a database.

For tests only: the product's loader goes through the same operations as everything else.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.pure.trace.builders import folded
from traceapp.trace.facts import (
    BatchFact,
    EdgeFact,
    EventFact,
    EventStatus,
    EvidenceFact,
    EvidenceLevel,
    FieldValue,
    ItemFact,
    OriginFact,
    PartyFact,
    PersonFact,
    PlaceFact,
    Ref,
    TraceFacts,
)
from traceapp.trace.lineage import Lineage
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.trace.words import Words

HANOI_TIME = timezone(timedelta(hours=7))
TODAY = date(2026, 11, 22)
NOW = datetime.combine(TODAY, time(12), HANOI_TIME)

_HOME = Path(__file__).resolve().parents[3] / "traceapp" / "demo" / "hanoi"


class Hanoi:
    """The demo data set, looked up by key, and its facts for any lot."""

    def __init__(self, home: Path) -> None:
        def read(name: str) -> Any:
            return json.loads((home / name).read_text(encoding="utf-8"), parse_float=Decimal)

        operators = read("operators.json")
        self.operators = {o["key"]: o for o in operators["operators"]}
        self.partners = {p["key"]: p for p in operators["partners"]}
        self.products = {p["key"]: p for p in read("products.json")["products"]}
        lots = read("lots.json")
        self.seasons = {s["key"]: UUID(s["id"]) for s in lots["seasons"]}
        self.lots = {lot["id"]: lot for lot in lots["lots"]}
        self.raw = read("events.json")["events"]
        self.expected = read("expected.json")
        everyone = self.operators.values()
        self.members = {m["key"]: (o, m) for o in everyone for m in o["members"]}
        self.sites = {s["key"]: s for o in everyone for s in o["sites"]}
        self.plots = {p["key"]: (p, _household(o, p)) for o in everyone for p in o["plots"]}
        self.events = folded(self.event(e) for e in self.raw if e["act"] == 1)
        self.edges = tuple(self._edges())

    def finished(self) -> list[str]:
        """Give the codes of the lots sold to consumers."""
        return [lot["code"] for lot in self.lots.values() if lot["role"] == "finished"]

    def ref(self, lot_id: str) -> Ref:
        """Give the key of a lot; lots of parties without account belong to who received them."""
        lot = self.lots[lot_id]
        if lot["operator"] in self.operators:
            return Ref(UUID(self.operators[lot["operator"]]["id"]), UUID(lot_id))
        holder = next(e for e in self.raw if any(o["lot"] == lot_id for o in e["outputs"]))
        return Ref(UUID(self.operators[holder["operator"]]["id"]), UUID(lot_id))

    def code(self, code: str) -> Ref:
        """Find a lot by the code a person reads."""
        return self.ref(next(lot["id"] for lot in self.lots.values() if lot["code"] == code))

    def facts(self, code: str) -> TraceFacts:
        """Give everything about a lot, as the SQL side would hand it over, and no more."""
        subject = self.code(code)
        lineage = Lineage(self.edges)
        tree = {subject, *lineage.ancestors(subject)}
        edges = tuple(e for e in self.edges if e.child in tree)
        named = [e for e in self.events if _names(e) & tree]
        seasons = {e.season_id for e in named} - {None}
        ships = {e.ref.id for e in named}
        events = tuple(
            e
            for e in self.events
            if _names(e) & tree or e.season_id in seasons or e.ship_event_id in ships
        )
        return TraceFacts(subject, tuple(self.batch(r) for r in tree), events, edges)

    def batch(self, ref: Ref) -> BatchFact:
        lot = self.lots[str(ref.id)]
        product = self.products[lot["product"]]
        partner = self.partners.get(lot["operator"])
        owner = next(o for o in self.operators.values() if UUID(o["id"]) == ref.producer_id)
        return BatchFact(
            ref=ref,
            producer=_party(owner),
            product=Words(product["name_vi"], product["name_en"]),
            family=product["family"],
            lot=lot["code"],
            unit=lot["unit"],
            production_date=_day(lot["production"]),
            packing_date=_day(lot["packed"]),
            expiry_date=_day(lot["expiry"]),
            origin=_origin(partner),
            season_id=self.seasons.get(lot["season"]),
            place=_place(owner["address"], None),
            path=f"/B/{lot['code']}" if lot["role"] == "finished" else None,
        )

    def event(self, raw: dict[str, Any]) -> EventFact:
        operator = self.operators[raw["operator"]]
        plot, household = self.plots.get(raw["plot"], (None, None))
        site = self.sites.get(raw["site"])
        fields = {k: _plain(v) for k, v in raw["fields"].items()}
        ship = raw["fields"].get("ship_event")
        return EventFact(
            ref=Ref(UUID(operator["id"]), UUID(raw["id"])),
            step_kind=raw["kind"],
            event_time=_time(raw["at"]),
            record_time=_time(raw["recorded"]),
            author=self.person(raw["actor"]),
            status=EventStatus.ATTEMPT if raw["status"] == "blocked" else EventStatus.ACCEPTED,
            skew_minutes=raw["device_skew_min"] or None,
            place=_place(site, site["kind"]) if site else None,
            household=household,
            land_owner_id=self._land_owner(raw["site"]),
            plot_id=UUID(plot["id"]) if plot else None,
            season_id=self.seasons.get(raw["season"]),
            corrects=UUID(raw["corrects"]) if raw["corrects"] else None,
            ship_event_id=UUID(ship) if ship else None,
            receiver_id=self._land_owner(raw["fields"].get("to_site")),
            inputs=tuple(self._item(i) for i in raw["inputs"]),
            outputs=tuple(self._item(i) for i in raw["outputs"]),
            about=tuple(self.ref(touched["lot"]) for touched in raw["lots"]),
            fields=fields,
            evidence=tuple(self._evidence(raw)),
        )

    def _land_owner(self, site: str | None) -> UUID | None:
        owners = (o["id"] for o in self.operators.values() for s in o["sites"] if s["key"] == site)
        return next((UUID(owner) for owner in owners), None)

    def person(self, key: str) -> PersonFact:
        operator, member = self.members[key]
        name = member["name"] if member["public_name_consent"] else None
        return PersonFact(_party(operator), member["role"], name)

    def _evidence(self, raw: dict[str, Any]) -> Iterable[EvidenceFact]:
        level, by = EvidenceLevel(raw["evidence"]["level"]), raw["evidence"]["by"]
        official = level in {EvidenceLevel.INSPECTOR, EvidenceLevel.LAB}
        if level is EvidenceLevel.SELF or (by == raw["actor"] and not official):
            return
        if by in self.members:
            yield EvidenceFact(level, self.person(by))
        else:
            partner = self.partners[by]
            name = Words(partner["name_vi"], partner["name_en"])
            yield EvidenceFact(level, PersonFact(PartyFact(None, name), partner["kind"]))

    def _edges(self) -> Iterable[EdgeFact]:
        for raw, event in ((r, self.event(r)) for r in self.raw if r["act"] == 1):
            if (
                raw["status"] == "accepted"
                and STEP_KINDS[raw["kind"]].stock_effect is StockEffect.TRANSFORM
            ):
                for output in event.outputs:
                    for item in event.inputs:
                        yield EdgeFact(
                            child=output.batch,
                            parent=item.batch,
                            event=event.ref,
                            quantity=item.quantity,
                            uom=item.uom,
                            mass_kg=item.mass_kg,
                            packaging=item.packaging,
                        )

    def _item(self, raw: dict[str, Any]) -> ItemFact:
        quantity = Decimal(str(raw["qty"]))
        mass = raw.get("mass_kg", quantity if raw["unit"] == "kg" else None)
        return ItemFact(
            batch=self.ref(raw["lot"]),
            quantity=quantity,
            uom=raw["unit"],
            mass_kg=None if mass is None else Decimal(str(mass)),
            packaging=bool(raw.get("packaging")),
        )


@cache
def hanoi() -> Hanoi:
    """Load the data set once."""
    return Hanoi(_HOME)


def _names(event: EventFact) -> set[Ref]:
    return {*(i.batch for i in (*event.inputs, *event.outputs)), *event.about}


def _household(operator: dict[str, Any], plot: dict[str, Any]) -> int:
    households = list(dict.fromkeys(p["household"] for p in operator["plots"]))
    return households.index(plot["household"]) + 1


def _party(operator: dict[str, Any]) -> PartyFact:
    name = Words(operator["name_vi"], operator["name_en"])
    cooperative = operator["legal_form"] in {"hợp tác xã", "nhóm hộ"}
    return PartyFact(UUID(operator["id"]), name, cooperative)


def _origin(partner: dict[str, Any] | None) -> OriginFact | None:
    if partner is None:
        return None
    return OriginFact(Words(partner["name_vi"], partner["name_en"]), _place(partner, None))


def _place(raw: dict[str, Any], kind: str | None) -> PlaceFact:
    return PlaceFact(kind, raw.get("commune"), raw.get("commune_kind"), raw.get("province"))


def _day(raw: dict[str, Any] | None) -> date | None:
    return TODAY + timedelta(days=raw["day"]) if raw else None


def _time(raw: dict[str, Any]) -> datetime:
    clock = time.fromisoformat(raw["time"])
    return datetime.combine(TODAY + timedelta(days=raw["day"]), clock, HANOI_TIME)


def _plain(value: Any) -> FieldValue:
    if isinstance(value, dict):
        return _time(value).isoformat() if "time" in value else str(_day(value))
    plain: FieldValue = value
    return plain
