"""What a phone needs without a network, in sections; later only those that changed.

A version names the content of every section by a few letters of its hash, so that nothing has to be
kept here to know what a phone has.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.accounts import phone_users
from traceapp.accounts.acts import Act
from traceapp.accounts.models import Phone
from traceapp.accounts.visitor import Visitor
from traceapp.batches.recording import canonical_json
from traceapp.database.engine import db
from traceapp.phone import crates, goods, ground, habits
from traceapp.phone.fitting import fitted
from traceapp.producers.models import Membership

LETTERS = 8  # of the hash of a section: 48 bits

Answer = dict[str, Any]

SECTIONS: Mapping[str, Callable[[Visitor, datetime], Any]] = {
    "me": lambda asks, _now: _me(asks),
    "places": lambda asks, _now: ground.places(asks.producer_id),
    "seasons": lambda asks, now: ground.seasons(asks.producer_id, now),
    "products": lambda asks, _now: goods.products(asks.producer_id),
    "step_kinds": lambda asks, now: habits.step_kinds(asks.producer_id, asks.kinds, now),
    "substances": lambda asks, now: habits.substances(asks.producer_id, now),
    "batches": lambda asks, _now: goods.batches(asks.producer_id),
    "crates": lambda asks, now: crates.crates(asks.producer_id, now),
    "shipments": lambda asks, now: goods.shipments(asks.producer_id, now),
    "receivers": lambda asks, _now: goods.receivers(asks.producer_id),
    "people": lambda asks, _now: _people(asks.producer_id),
    "users": lambda asks, _now: _users(asks),
    "last": lambda asks, now: habits.last(asks.key, now),
}


def take(asks: Visitor, have: str, now: datetime) -> tuple[str, Answer]:
    """Give the version of what there is now, and the sections that are not those of `have`."""
    made = {name: make(asks, now) for name, make in SECTIONS.items()}
    sections, left_out = fitted(made)
    if more := goods.further_batches(asks.producer_id, len(made["batches"])):
        left_out["batches"] = left_out.get("batches", 0) + more
    if left_out:
        sections["me"] = sections["me"] | {"left_out": left_out}
    marks = {name: _mark(content) for name, content in sections.items()}
    had = _marks(have)
    changed = {name: sections[name] for name in SECTIONS if had.get(name) != marks[name]}
    return "".join(marks.values()), changed


def _mark(content: object) -> str:
    digest = hashlib.sha256(canonical_json.dumps({"": content})).digest()
    return base64.urlsafe_b64encode(digest)[:LETTERS].decode()


def _marks(version: str) -> dict[str, str]:
    """Part a version into the marks of its sections; a version of another form has none."""
    if len(version) != LETTERS * len(SECTIONS):
        return {}
    return {name: version[n * LETTERS : (n + 1) * LETTERS] for n, name in enumerate(SECTIONS)}


def _me(asks: Visitor) -> Answer:
    phone = asks.phone_id and db.session.get(Phone, (asks.producer_id, asks.phone_id))
    return {
        "member": {"id": str(asks.member_id), "name": asks.name},
        "producer": {
            "id": str(asks.producer_id),
            "name": asks.producer_name,
            "kinds": sorted(asks.kinds),
        },
        "roles": sorted(asks.roles),
        "may_print": asks.may(Act.PRINT_LABELS),
        "mark": phone.mark if phone else None,
    }


def _users(asks: Visitor) -> list[Answer]:
    """List who logs on this phone where several do, its own person first."""
    phone = asks.phone_id and db.session.get(Phone, (asks.producer_id, asks.phone_id))
    found = phone_users.users(phone) if phone else []
    return [
        {"member_id": str(one.member_id), "name": one.name, "pin_resets": one.pin_resets}
        for one in (found if len(found) > 1 else ())
    ]


def _people(producer_id: UUID) -> list[Answer]:
    query = (
        select(Membership.member_id, Membership.name)
        .where(Membership.producer_id == producer_id, Membership.ended_at.is_(None))
        .order_by(Membership.name, Membership.member_id)
    )
    return [
        {"member_id": str(row.member_id), "name": row.name or ""}
        for row in db.session.execute(query)
    ]
