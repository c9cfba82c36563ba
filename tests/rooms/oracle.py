"""What a plain reading of all messages says: closure, kilograms, counts, crates, deliveries.

Kept apart from the code it is held against, and slow on purpose: all is worked out anew each time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from traceapp.batches.books.stock import ACCOUNTS

Ref = tuple[UUID, UUID]
Message = dict[str, Any]
Delivery = tuple[Ref, Ref, str, UUID | None]

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
    worked_out: dict[str, Any] = field(default_factory=dict)

    def add(self, author: UUID, message: Message) -> None:
        self.sent[author, UUID(message["id"])] = message
        self.worked_out.clear()

    def agree(self, records: set[tuple[UUID, UUID]]) -> None:
        self.agreed |= records
        self.worked_out.clear()

    def once(self, name: str, work_out: Callable[[], Any]) -> Any:
        """Work something out once for the messages as they are."""
        if name not in self.worked_out:
            self.worked_out[name] = work_out()
        return self.worked_out[name]

    def way(self, record: Ref) -> tuple[UUID, tuple[tuple[str, UUID], ...]]:
        """Give what a record corrects in the end, come or not, and all corrections from there."""
        author, event_id = record
        steps: list[tuple[str, UUID]] = []
        while (message := self.sent.get((author, event_id))) and message.get("corrects"):
            steps.insert(0, (message["event_time"], event_id))
            event_id = UUID(message["corrects"])
        return event_id, tuple(steps)

    def versions(self) -> dict[Ref, list[Ref]]:
        """Give all that is one step by what they correct in the end; the last of each holds.

        Of two ways from there the one that first comes to something later wins, and of two of
        which one goes on where the other ends, the one that goes on.
        """
        found: dict[Ref, list[Ref]] = defaultdict(list)
        for author, event_id in self.sent:
            found[author, self.way((author, event_id))[0]].append((author, event_id))
        for one in found.values():
            one.sort(key=lambda record: self.way(record)[1])
        return found

    def valid(self) -> list[tuple[Ref, Message]]:
        holding: list[tuple[Ref, Message]] = self.once("valid", self.all_valid)
        return holding

    def all_valid(self) -> list[tuple[Ref, Message]]:
        told = [(own[-1], self.sent[own[-1]]) for own in self.versions().values()]
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

    def chain(self, record: Ref) -> set[str]:
        """Give the ids of all versions of a record that have come.

        A receipt waits for the very shipment it names, whatever corrects that one already.
        """
        author, first = record[0], self.way(record)[0]
        versions: dict[Ref, list[Ref]] = self.once("versions", self.versions)
        return {str(event_id) for _, event_id in versions[author, first]}

    def deliveries(self) -> list[Delivery]:
        """Give (shipment, batch, state, last receipt) of what went from one business to another."""
        found: list[Delivery] = self.once("deliveries", lambda: list(self.all_deliveries()))
        return found

    def all_deliveries(self) -> Iterator[Delivery]:
        received = [one for one in self.valid() if one[1]["step_kind"] == "receive"]
        for (sender, ship_id), ship in self.valid():
            if ship["step_kind"] != "ship":
                continue
            to, ids = ship["to"], self.chain((sender, ship_id))
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
            arrived = 0
            for (by, receipt_id), message in self.answers((sender, ship_id)):
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

    def answers(self, shipment: Ref) -> list[tuple[Ref, Message]]:
        """Give the receipts that name any version of a shipment."""
        found: list[tuple[Ref, Message]] = self.once(
            f"answers of {shipment}",
            lambda: [
                one
                for ids in (self.chain(shipment),)
                for one in self.valid()
                if one[1].get("ship_event_id") in ids
            ],
        )
        return found

    def inside(self, author: UUID, mark: str) -> dict[Ref, int]:
        """Give what is inside; whoever has a batch in hand takes it out under the same mark.

        Of his own crate of that mark first: only what is not in it came to him inside another's.
        """
        there: dict[tuple[UUID, Ref], int] = {}
        for (by, _), message in self.valid():
            if message.get("fields", {}).get("container") != mark:
                continue
            if message["step_kind"] == "disaggregate" and not message.get("inputs"):
                there = {at: amount for at, amount in there.items() if at[0] != by}
            for each in message.get("inputs", ()):
                if message["step_kind"] == "aggregate":
                    own = (by, ref(by, each))
                    there[own] = there.get(own, 0) + micro(each)
                else:
                    there = without(there, by, ref(by, each), micro(each))
        return {batch_ref: amount for (by, batch_ref), amount in there.items() if by == author}


def without(
    there: dict[tuple[UUID, Ref], int], by: UUID, batch_ref: Ref, amount: int
) -> dict[tuple[UUID, Ref], int]:
    """Give what is in the crates of all once somebody took an amount of a batch out."""
    elsewhere = max(0, amount - there.get((by, batch_ref), 0))
    taken = {at: amount if at[0] == by else elsewhere for at in there if at[1] == batch_ref}
    return {at: kept for at, was in there.items() if (kept := was - taken.get(at, 0)) > 0}


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
