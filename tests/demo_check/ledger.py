"""Books of the demo data, reckoned from its events alone: stock, use, sales, what is on its way.

Nothing of the product is asked, so that a mistake of either shows.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Content = dict[str, Any]
Holding = tuple[str, str]  # lot, who has it


def minutes(at: Content) -> int:
    """Give a moment of the data as minutes from the start of its day T."""
    hours, rest = at["time"].split(":")
    return int(at["day"]) * 1440 + int(hours) * 60 + int(rest)


def amount(item: Content) -> Fraction:
    """Give a quantity exactly as it was typed."""
    return Fraction(str(item["qty"]))


@dataclass(slots=True)
class Ledger:
    """What came of every accepted event, by the lot's id."""

    events: list[Content]
    effect: Mapping[str, str]  # kind of step -> what it does to stock
    stock: dict[Holding, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    sold_at: dict[Holding, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    totals: dict[str, dict[str, Fraction]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Fraction))
    )
    on_the_way: dict[str, dict[str, Fraction]] = field(default_factory=lambda: defaultdict(dict))
    overdrawn: list[str] = field(default_factory=list)
    made: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Book everything, a receipt after its shipment even where clocks say otherwise."""
        at = {event["id"]: minutes(event["at"]) for event in self.events}

        def order(event: Content) -> tuple[int, bool, int]:
            shipped = event["fields"].get("ship_event") if event["kind"] == "receive" else None
            when = max(at[event["id"]], at.get(shipped or "", at[event["id"]]))
            return when, event["kind"] == "receive", event["seq"]

        for event in sorted(self.accepted(), key=order):
            self._book(event)

    def accepted(self) -> Iterator[Content]:
        """Give the events that count."""
        return (event for event in self.events if event["status"] == "accepted")

    def _book(self, event: Content) -> None:
        effect, who = self.effect[event["kind"]], event["site"].partition("/")[0]
        account = {"transform": "consumed", "remove": "removed", "sell": "sold"}.get(effect)
        for item in event["inputs"]:
            self._take(event, item, who)
            if account:
                self.totals[item["lot"]][account] += amount(item)
            if effect == "sell":
                self.sold_at[item["lot"], who] += amount(item)
            if effect == "move_out":
                self.on_the_way[event["id"]][item["lot"]] = amount(item)
        for item in event["outputs"]:
            self._add(event, item, who, effect)

    def _take(self, event: Content, item: Content, who: str) -> None:
        held = self.stock[item["lot"], who] = self.stock[item["lot"], who] - amount(item)
        if held < 0:
            self.overdrawn.append(f"{event['seq']}: {item['code']} at {who} {float(held)}")

    def _add(self, event: Content, item: Content, who: str, effect: str) -> None:
        lot, shipped = item["lot"], event["fields"].get("ship_event")
        self.stock[lot, who] += amount(item)
        if effect == "move_in" and shipped:
            self.totals[lot]["discrepancy"] += self.on_the_way[shipped].pop(lot) - amount(item)
        else:
            self.totals[lot]["created"] += amount(item)
            self.made.add(lot)

    def of(self, lot: str) -> Content:
        """Give the figures of a lot as lots.json has them."""
        told = {
            name: float(self.totals[lot][name])
            for name in ("created", "consumed", "sold", "removed", "discrepancy")
        }
        moving = sum((lots.get(lot, Fraction()) for lots in self.on_the_way.values()), Fraction())
        held = {who: float(n) for (of, who), n in self.stock.items() if of == lot and n}
        return told | {"in_transit": float(moving), "stock": held}

    def sources(self) -> dict[str, set[str]]:
        """Give for each lot, by code, the codes of what it was made of."""
        found: dict[str, set[str]] = defaultdict(set)
        for event in self.accepted():
            if self.effect[event["kind"]] == "transform":
                for made in event["outputs"]:
                    found[made["code"]] |= {used["code"] for used in event["inputs"]}
        return found


def walk(start: str, ways: Mapping[str, set[str]]) -> set[str]:
    """Give all that is reached from a lot."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for following in ways.get(waiting.pop(), set()) - seen:
            seen.add(following)
            waiting.append(following)
    return seen


def turned(ways: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Give the same ways in the other direction."""
    found: dict[str, set[str]] = defaultdict(set)
    for one, others in ways.items():
        for other in others:
            found[other].add(one)
    return found
