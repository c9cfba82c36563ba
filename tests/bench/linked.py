"""Chains, surveys, deliveries and a board for the establishments of the group `network`.

Each establishment is in one chain, is named by a survey, has a lot for sale on the board and sent
some of it to the next one; each has its own commune in turn.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.chains.vocabulary import CHAINS
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.gs1.batch_code import BatchCode
from traceapp.links.vocabulary import SECTORS
from traceapp.producers.models import Commune
from traceapp.trace.facts import Ref

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]
Area = dict[str, str]

LINKS_OF_A_SURVEY, NEEDS, KG = 500, 1_000, 1_000_000
FOOD_SURVEYS, FIRST_YEAR = 10, 2017


def areas() -> list[Area]:
    """Give every commune as the columns that name it."""
    query = select(Commune.province, Commune.kind, Commune.name)
    ordered = query.order_by(Commune.province, Commune.kind, Commune.name)
    return [
        {"province": province, "commune_kind": kind, "commune": name}
        for province, kind, name in db.session.execute(ordered)
    ]


def rows(ids: Sequence[UUID], by: Ref, now: datetime) -> Rows:
    """Give all rows of these establishments, written by one person."""
    lots = [(new_id(), new_id()) for _ in ids]
    for number, producer_id in enumerate(ids):
        yield from _joined(number, producer_id, by, now)
        yield from _lot(number, producer_id, lots[number], by, now)
        taker = ids[(number + 1) % len(ids)]
        yield "hand_off", _delivery(producer_id, taker, lots[number][1], now)
        if number % 3 == 0:
            yield "link_choice", _choice(producer_id, by, now)
    yield from _surveys(ids, by, now)
    place = areas()
    for number in range(NEEDS):
        yield need(number, ids[number], place[number % len(place)], by, now)


def _joined(number: int, producer_id: UUID, by: Ref, now: datetime) -> Rows:
    step = {"step_id": new_id(), "number": 1, "state": "joined", "on_day": date(2025, 1, 1)}
    chain = tuple(CHAINS)[number % len(CHAINS)]
    signed = {"by_member_id": by.id, "noted_at": now}
    yield "chain_step", {"producer_id": producer_id, "chain": chain, **step, **signed}


def _lot(number: int, producer_id: UUID, ids: tuple[UUID, UUID], by: Ref, now: datetime) -> Rows:
    """Give a product, a batch of it in stock with its code, and its place on the board."""
    product_id, batch_id = ids
    keys = {"producer_id": producer_id, "product_id": product_id}
    name = f"Rau cải {number % 50}"
    yield (
        "product",
        {
            **keys,
            "name": name,
            "folded_name": fold(name),
            "family": "vegetable",
            "role": "finished",
            "uom": "kg",
            "label": "{}",
            "is_chilled": False,
            "version": 1,
        },
    )
    batch = {"batch_id": batch_id, "lot": f"L{number}", "uom": "kg", "created_at": now}
    yield "batch", {**keys, **batch}
    nothing = dict.fromkeys(
        ("received", "returned_in", "used", "sold", "returned_out", "sampled", "lost", "destroyed"),
        0,
    )
    lot = {"producer_id": producer_id, "batch_producer_id": producer_id, "batch_id": batch_id}
    yield "stock", {**lot, **nothing, "made": 500 * KG, "shipped": 5 * KG}
    shown = {"shows": "range", "by_member_id": by.id, "changed_at": now}
    yield "board_product", {**keys, **shown}
    code = BatchCode.from_digest(sha256(batch_id.bytes).digest()).text
    minted = {"code": code, "state": "active", "minted_at": now}
    yield "public_code", {"producer_id": producer_id, "batch_id": batch_id, **minted}


def _delivery(sender: UUID, taker: UUID, batch_id: UUID, now: datetime) -> Row:
    return {
        "producer_id": sender,
        "event_id": new_id(),
        "record_id": new_id(),
        "batch_producer_id": sender,
        "batch_id": batch_id,
        "sender_id": sender,
        "receiver_id": taker,
        "answer_producer_id": taker,
        "answer_id": new_id(),
        **dict.fromkeys(("other_name", "folded_name", "folded_doc_no", "further_takers"), ""),
        "state": "matched",
        "sent_at": now - timedelta(days=1),
        "answered_at": now,
        **dict.fromkeys(("shipped_quantity", "received_quantity"), "5"),
        **dict.fromkeys(("shipped_uom", "received_uom"), "kg"),
        "is_from_producer": True,
    }


def _choice(producer_id: UUID, by: Ref, now: datetime) -> Row:
    said = {"names_links": True, "shows_kilograms": True, "by_member_id": by.id}
    return {"producer_id": producer_id, "choice_id": new_id(), **said, "chosen_at": now}


def _surveys(ids: Sequence[UUID], by: Ref, now: datetime) -> Rows:
    """Give surveys until each establishment was named: half of them of food."""
    sectors = ["food"] * FOOD_SURVEYS + [one for one in SECTORS if one != "food"] * 2
    for place, start in enumerate(range(0, len(ids), LINKS_OF_A_SURVEY)):
        keys = {"producer_id": by.producer_id, "survey_id": new_id()}
        sector, year = sectors[place % len(sectors)], FIRST_YEAR + place // len(sectors)
        told = {"sector": sector, "year": year, "made_by": f"Nhóm {place}", "asked": 600}
        yield "sector_survey", {**keys, **told, "by_member_id": by.id, "noted_at": now}
        named = ids[start : start + LINKS_OF_A_SURVEY]
        for number, producer_id in enumerate(named):
            party = {"role": ("supplier", "producer")[number % 2], "at_producer_id": producer_id}
            yield "survey_party", {**keys, "number": number, **party}
        for number in range(len(named)):
            ends = {"from_number": number, "to_number": (number + 1) % len(named)}
            yield "stated_link", {**keys, "position": number, **ends, "supplied": "Rau"}


def need(number: int, producer_id: UUID, area: Area, by: Ref, now: datetime) -> tuple[str, Row]:
    """Give a need that holds for a month."""
    day = now.date()
    return "purchase_need", {
        "producer_id": producer_id,
        "need_id": new_id(),
        "version": 1,
        "kind": "vegetable",
        "words": f"rau cải {number % 50}",
        "folded_words": f"rau cai {number % 50}",
        "quantity": "100",
        "uom": "kg",
        "from_on": day,
        "until_on": day + timedelta(days=30),
        **area,
        "reach": "anywhere",
        "level": "self",
        "certificates": "",
        "note": None,
        "is_named": True,
        "by_member_id": by.id,
        "noted_at": now,
    }
