"""What a plain reading of all messages says: closure, kilograms, counts, crates, deliveries.

Kept apart from the code it is held against, and slow on purpose: all is worked out anew each time.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from traceapp.batches.books.stock import ACCOUNTS

Ref = tuple[UUID, UUID]
Message = dict[str, Any]

MICRO = 1_000_000
ACCOUNT_OF = {
    "harvest": (None, "made"),
    "pack": ("used", "made"),
    "split": ("used", "made"),
    "merge": ("used", "made"),
    "ship": ("shipped", None),
    "receive": (None, "received"),
    "waste": ("lost", None),
    "sell": ("sold", None),
}


@dataclass
class Oracle:
    """All that was recorded, by author; what was corrected does not count."""

    sent: dict[Ref, Message] = field(default_factory=dict)
    agreed: set[tuple[UUID, UUID]] = field(default_factory=set)

    def valid(self) -> list[tuple[Ref, Message]]:
        corrected = {
            (author, UUID(message["corrects"]))
            for (author, _), message in self.sent.items()
            if message.get("corrects")
        }
        told = [(ref, message) for ref, message in self.sent.items() if ref not in corrected]
        return sorted(told, key=lambda one: (one[1]["event_time"], one[0][1], one[0][0]))

    def edges(self) -> tuple[set[tuple[Ref, Ref]], set[UUID]]:
        """Give (parent, child) of the steps that count, and the steps set aside."""
        edges: set[tuple[Ref, Ref]] = set()
        aside: set[UUID] = set()
        for (author, event_id), message in self.valid():
            if ACCOUNT_OF.get(message["step_kind"]) != ("used", "made"):
                continue
            own = {
                (ref(author, parent), ref(author, child))
                for parent in message.get("inputs", ())
                for child in message.get("outputs", ())
            }
            if any(parent in reach(edges | own, child) for parent, child in own):
                aside.add(event_id)
            else:
                edges |= own
        return edges, aside

    def balances(self) -> dict[tuple[UUID, Ref], dict[str, int]]:
        found: dict[tuple[UUID, Ref], dict[str, int]] = defaultdict(
            lambda: dict.fromkeys(ACCOUNTS, 0)
        )
        for (author, _), message in self.valid():
            accounts = ACCOUNT_OF.get(message["step_kind"], (None, None))
            if (author, UUID(message.get("ship_event_id") or str(author))) in self.sent:
                accounts = (None, "returned_in")  # one's own shipment has come back
            for name, account in zip(("inputs", "outputs"), accounts, strict=True):
                for each in message.get(name, ()):
                    if account is not None:
                        found[author, ref(author, each)][account] += micro(each)
        return found

    def counts(self) -> dict[tuple[UUID, Ref], tuple[str, int]]:
        """Give moment and amount of the last count of each batch at each holder."""
        return {
            (author, ref(author, about)): (
                message["event_time"],
                int(message["fields"]["counted"]) * MICRO,
            )
            for (author, _), message in self.valid()
            if message["step_kind"] == "stock_count"
            for about in message["about"]
        }

    def until(self, holding: tuple[UUID, Ref], moment: str) -> int:
        then = Oracle({r: m for r, m in self.valid() if m["event_time"] <= moment})
        return left(then.balances()[holding])

    def chain(self, author: UUID, message: Message) -> set[str]:
        """Give the ids of all versions of a record, from the first to this one."""
        ids = {message["id"]}
        while message.get("corrects"):
            message = self.sent[author, UUID(message["corrects"])]
            ids.add(message["id"])
        return ids

    def deliveries(self) -> Iterator[tuple[Ref, Ref, str, UUID | None]]:
        """Give (shipment, batch, state, last receipt) of what went from one business to another."""
        received = [one for one in self.valid() if one[1]["step_kind"] == "receive"]
        for (sender, ship_id), ship in self.valid():
            if ship["step_kind"] != "ship":
                continue
            to, ids = ship["to"], self.chain(sender, ship)
            for batch_ref in dict.fromkeys(ref(sender, each) for each in ship["inputs"]):
                receipts = [
                    (receipt_id, message, by)
                    for (by, receipt_id), message in received
                    if message["ship_event_id"] in ids
                    and batch_ref in {ref(by, each) for each in message["outputs"]}
                    and (to is None or by == to)
                ]
                if receipts and {by for _, _, by in receipts} == {sender}:
                    continue  # goods moved within one business
                sent = total(batch_ref, sender, ship["inputs"])
                came = sum(total(batch_ref, by, m["outputs"]) for _, m, by in receipts)
                state = "agreed" if abs(came - sent) * 100 <= sent else "disputed"
                by_sender = all(
                    (sender, receipt_id) in self.agreed for receipt_id, _, _ in receipts
                )
                by_other = any((by, ship_id) in self.agreed for _, _, by in receipts)
                if state == "disputed" and (by_sender or by_other):
                    state = "agreed"
                last = receipts[-1][0] if receipts else None
                yield (sender, ship_id), batch_ref, state if receipts else "on_the_way", last

    def handed_on(self, batch_ref: Ref) -> tuple[int, int, int]:
        """Give on the way, difference and unmatched of a batch, delivery by delivery."""
        answered = {ship for ship, of, _, last in self.deliveries() if of == batch_ref and last}
        way = difference = 0
        matched: set[Ref] = set()
        for (sender, ship_id), ship in self.valid():
            sent = total(batch_ref, sender, ship.get("inputs", []))
            if ship["step_kind"] != "ship" or batch_ref not in {
                ref(sender, each) for each in ship["inputs"]
            }:
                continue
            ids, arrived = self.chain(sender, ship), 0
            for (by, receipt_id), message in self.valid():
                if message.get("ship_event_id") not in ids:
                    continue
                matched.add((by, receipt_id))
                came = total(batch_ref, by, message["outputs"])
                back = by == sender and ship["to"] is not None
                arrived += 0 if back else came
                way -= came if back else 0
            if (sender, ship_id) in answered:
                difference += sent - arrived
            else:
                way += sent - arrived
        unmatched = sum(
            total(batch_ref, by, message["outputs"])
            for (by, receipt_id), message in self.valid()
            if message["step_kind"] == "receive" and (by, receipt_id) not in matched
        )
        return way, difference, unmatched

    def inside(self, author: UUID, mark: str) -> dict[Ref, int]:
        """Give what is inside; whoever has a batch in hand takes it out under the same mark."""
        told = [
            (by, message)
            for (by, _), message in self.valid()
            if message.get("fields", {}).get("container") == mark
        ]
        own = {ref(by, one) for by, m in told if by == author for one in m.get("inputs", ())}
        there: dict[Ref, int] = defaultdict(int)
        for by, message in told:
            lines = [(ref(by, each), micro(each)) for each in message.get("inputs", ())]
            if message["step_kind"] == "aggregate":
                for batch_ref, amount in lines if by == author else ():
                    there[batch_ref] += amount
            elif not lines and by == author:
                there.clear()
            else:
                for batch_ref, amount in lines:
                    if batch_ref in own and there.get(batch_ref, 0) <= amount:
                        there.pop(batch_ref, None)
                    elif batch_ref in own:
                        there[batch_ref] -= amount
        return dict(there)


known_id = lru_cache(maxsize=None)(UUID)  # the same few, read again and again


def ref(author: UUID, each: Message) -> Ref:
    given = each.get("producer_id")
    return known_id(given) if given else author, known_id(each["batch_id"])


def total(batch_ref: Ref, author: UUID, lines: list[Message]) -> int:
    return sum(micro(each) for each in lines if ref(author, each) == batch_ref)


def micro(each: Message) -> int:
    return int(each["quantity"]) * MICRO


def left(balance: dict[str, int]) -> int:
    signs = {name: 1 if name in {"made", "received", "returned_in"} else -1 for name in ACCOUNTS}
    return sum(signs[name] * balance[name] for name in ACCOUNTS)


def reach(edges: set[tuple[Ref, Ref]], start: Ref) -> set[Ref]:
    """Give all below a batch, itself included."""
    seen, waiting = {start}, [start]
    while waiting:
        one = waiting.pop()
        for parent, child in edges:
            if parent == one and child not in seen:
                seen.add(child)
                waiting.append(child)
    return seen
