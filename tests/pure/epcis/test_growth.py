"""The work of making a document grows with its events, and no faster."""

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from tests.pure.trace.builders import LAN, MINH, NOW, Tale, after
from traceapp.epcis.document import document
from traceapp.epcis.names import Names
from traceapp.epcis.reader import Reader
from traceapp.trace.facts import EventFact

READER = Reader(UUID(int=1), sees_all=True)


class Watched(EventFact):
    """A step that counts how often anything about any of them was asked."""

    asked = 0

    def __getattribute__(self, name: str) -> Any:
        Watched.asked += 1
        return super().__getattribute__(name)


def work(deliveries: int) -> int:
    """Give how often steps were looked at for a document of so many deliveries of one lot."""
    tale = Tale()
    tale.lot("greens")
    for number in range(deliveries):
        tale.sent("greens", after(number / 24), (LAN, MINH), transport=False)
    facts = tale.facts("greens")
    names = [field.name for field in fields(EventFact)]
    watched = [Watched(**{name: getattr(one, name) for name in names}) for one in facts.events]
    Watched.asked = 0
    told = document(
        replace(facts, events=tuple(watched)), Names("https://a.example", {}), READER, NOW
    )
    assert len(told["epcisBody"]["eventList"]) == 2 * deliveries
    return Watched.asked


def test_twice_as_many_deliveries_are_twice_the_work() -> None:
    assert work(80) <= 2.1 * work(40)
