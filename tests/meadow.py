"""Lan hands greens to Hoa where there is no network: both phones, and what each has saved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from tests.builders import Business, business, line, product
from tests.phones import phone_of, statuses
from tests.slips import Signer, pair, receipt
from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.models import Event, LedgerEntry
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.handoffs.models import HandOverSlip
from traceapp.jobs.runner import Runner
from traceapp.web.endpoints import transaction


@dataclass
class Meadow:
    """Lan's phone has a harvest, a shipment of 120 kg and its slip; Hoa's phone answers it."""

    app: Flask
    lan: Business
    hoa: Business
    giver: Signer
    taker: Signer
    made: dict[str, Any]
    shipped: dict[str, Any]
    slip: bytes

    @classmethod
    def met(cls, app: Flask, number: int = 0, *, has_keys: bool = True) -> Self:
        db.session.rollback()
        with transaction():
            lan = business(f"HTX Lan {number}", role="field_worker")
            hoa = business(f"Quầy Hoa {number}", kinds=("shop",), role="shop_seller")
            greens = product(lan)
        giver, taker = Signer(phone_of(app, lan)), Signer(phone_of(app, hoa))
        for one in (giver, taker) if has_keys else ():
            one.tell()
        made = giver.phone.harvest(greens, lot="CN-1")
        made["event"]["outputs"][0]["quantity"] = "300"
        to = {"to_site": str(hoa.site_id), "doc_no": "PX-1"}
        goods = line(made["batches"][0]["batch_id"], "120")
        shipped = giver.phone.record("ship", inputs=[goods], fields=to)
        there = cls(app, lan, hoa, giver, taker, made, shipped, b"")
        there.slip = there.offer()
        return there

    def offer(self, event_id: UUID | None = None, at: datetime | None = None) -> bytes:
        """Sign a slip on Lan's phone."""
        batch_id = UUID(self.made["batches"][0]["batch_id"])
        goods = (self.lan.producer_id, batch_id, "120", "kg")
        event_id = event_id or UUID(self.shipped["event"]["id"])
        return self.giver.slip(event_id, self.hoa.site_id, goods, at=at)

    def answered(self, *quantities: str) -> bytes:
        """Sign an answer on Hoa's phone."""
        return self.taker.counter(new_id(), self.slip, *quantities)

    def record(self, counter: bytes, slip: bytes | None = None) -> dict[str, Any]:
        """Save the receipt on Hoa's phone."""
        slip = slip or self.slip
        saved = self.taker.phone.record()
        return saved | {"event": receipt(slip, counter), "slip": pair(slip, counter)}

    def send(self, by: Signer, *records: dict[str, Any]) -> list[int]:
        """Send records that a phone has saved, and let the worker do what is due."""
        found = statuses(by.phone.results(*records))
        self.work()
        return found

    def give(self) -> None:
        """Send what Lan's phone has saved."""
        assert self.send(self.giver, self.made, self.shipped) == [201, 201]

    def bring(self, *pairs: Any) -> list[dict[str, Any]]:
        """Send answers to slips from Lan's phone."""
        answer = self.giver.phone.sync(slips=list(pairs))
        assert answer.status_code == 200, answer.text
        self.work()
        found: list[dict[str, Any]] = answer.get_json()["slips"]
        return found

    def work(self) -> None:
        """Let the worker do what is due."""
        db.session.rollback()
        Runner(self.app, lambda: datetime.now(UTC) + timedelta(seconds=1)).run_due()
        db.session.rollback()

    def state(self) -> dict[str, Any]:
        """Give all that follows: receipts, books and the index, without the ids of this meadow."""
        mine = {self.lan.producer_id: "Lan", self.hoa.producer_id: "Hoa"}
        entry = LedgerEntry
        queries = {
            "receipts": select(Event.producer_id, Event.step_kind).where(
                Event.step_kind == "receive", Event.producer_id.in_(mine)
            ),
            "hand-offs": select(
                *(HandOff.sender_id, HandOff.receiver_id, HandOff.state),
                *(HandOff.shipped_quantity, HandOff.received_quantity),
                *(HandOff.compared_shipped, HandOff.compared_received),
            ).where(HandOff.batch_producer_id.in_(mine)),
            "entries": select(
                entry.producer_id, entry.from_account, entry.to_account, entry.amount
            ).where(entry.producer_id.in_(mine)),
            "stocks": select(*(c for c in Stock.__table__.c if c.name != "batch_id")).where(
                Stock.producer_id.in_(mine)
            ),
            "slips": select(func.count()).where(HandOverSlip.producer_id.in_(mine)),
        }
        return {
            name: sorted(
                (
                    tuple(mine.get(value, value) for value in row)
                    for row in db.session.execute(query)
                ),
                key=repr,
            )
            for name, query in queries.items()
        }
