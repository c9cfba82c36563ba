"""Minh sends greens to Hoa's shop: messages of both sides, to be recorded in any order."""

import re
from typing import Any, Self
from uuid import UUID

from tests import builders
from tests.builders import NOW, Business, line
from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction

SHIPPED = {"doc_no": "PX-1"}


class Trade:
    """Minh sends greens to Hoa's shop; each message is made first, and recorded in any order."""

    def __init__(self, *, on_sale: bool = False) -> None:
        with transaction():
            self.minh = builders.business("Xưởng Minh", kinds=("processor",))
            self.hoa = builders.business("Quầy Hoa", kinds=("shop",))
            self.greens = builders.batch(self.minh, self._product(on_sale=on_sale), "CN-1")
            builders.record(self.minh, "harvest", outputs=[line(self.greens, "300")])
        self.ship_id, self.other_id = new_id(), new_id()

    @classmethod
    def delivered(cls) -> Self:
        """Make the trade of goods on sale, of which Minh sent 120 kg and Hoa took 118."""
        made = cls(on_sale=True)
        with transaction():
            batches.record_event(made.minh.actor, made.ship(), now=NOW)
            batches.record_event(made.hoa.actor, made.receive(), now=NOW)
        return made

    def _product(self, *, on_sale: bool) -> UUID:
        if not on_sale:
            return builders.product(self.minh)
        return builders.product(self.minh, role="finished", label=builders.LABEL)

    def ship(self, kg: str = "120", **changes: Any) -> dict[str, Any]:
        to = {"to_site": str(self.hoa.site_id)} | SHIPPED
        return builders.event(
            self.minh,
            "ship",
            **{"id": str(self.ship_id), "inputs": [line(self.greens, kg)], "fields": to} | changes,
        )

    def receive(self, kg: str = "118", **changes: Any) -> dict[str, Any]:
        got = line(self.greens, kg, producer_id=str(self.minh.producer_id))
        facts = {
            "outputs": [got],
            "ship_event_id": str(self.ship_id),
            "event_time": "2026-11-21T08:00:00+07:00",
        }
        return builders.event(self.hoa, "receive", **facts | changes)

    def refuse(self, **changes: Any) -> dict[str, Any]:
        batch = {"batch_id": str(self.greens), "producer_id": str(self.minh.producer_id)}
        facts: dict[str, Any] = {"about": [batch], "ship_event_id": str(self.ship_id)}
        return builders.event(self.hoa, "reject", **facts | changes)


def numbers_in(text: str) -> set[str]:
    """Give the numbers that stand by themselves: not those in ids, codes, tokens and drawings."""
    written = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    return set(re.findall(r"(?<![\w-])\d+(?![\w-])", written))


def words_in(text: str) -> set[str]:
    """Give the words that stand by themselves: no tokens and codes, in which any may lie."""
    return set(re.findall(r"(?<![\w-])[\w-]+(?![\w-])", text))


def tell(by: Business, message: dict[str, Any]) -> UUID:
    db.session.rollback()
    with transaction():
        return batches.record_event(by.actor, message, now=NOW).event_id
