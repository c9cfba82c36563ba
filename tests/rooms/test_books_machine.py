"""Whatever is recorded, in whatever order: closure, kilograms and contents agree with an oracle.

The oracle keeps the messages and works everything out anew from all of them, the plain way.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product
from tests.conftest import Tell
from tests.rooms.oracle import Message, Oracle, Ref, left, reach, ref
from traceapp.batches import operations
from traceapp.batches.books import containers
from traceapp.batches.books.handed_on import handed_on
from traceapp.batches.books.models import HandOff, SetAsideParent, Stock
from traceapp.batches.books.stock import ACCOUNTS, IN_STOCK, SOLD_BY_COUNT
from traceapp.batches.family.lineage import ancestors, descendants
from traceapp.batches.hand_off_models import HandOffAcceptance
from traceapp.database.engine import db
from traceapp.findings.models import FindingRow
from traceapp.handoffs import operations as hand_offs
from traceapp.trace.facts import Ref as FactRef
from traceapp.web.endpoints import transaction

if TYPE_CHECKING:
    from uuid import UUID

START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
ENOUGH = 1_000
MARKS = ("T1", "T2", "PL")
small = st.integers(0, 1_000)


class Machine(RuleBasedStateMachine):
    """Three businesses at work, their phones sending late and out of order."""

    app: Flask
    all_steps = 0

    def __init__(self) -> None:
        super().__init__()
        with self.app.app_context(), transaction():
            self.people = [business(name) for name in ("Lan", "Minh", "Hoa")]
            self.products = {by.producer_id: product(by) for by in self.people}
        self.oracle = Oracle()
        self.acts = 0
        self.batches: list[Ref] = []
        self.shipments: list[tuple[Business, Business | None, Message]] = []
        self.holds: dict[UUID, set[Ref]] = defaultdict(set)
        self.awaited: list[tuple[Business, Message]] = []

    def new_batch(self, by: Business) -> Ref:
        with transaction():
            made = batch(by, self.products[by.producer_id], f"L{len(self.batches)}")
        self.batches.append((by.producer_id, made))
        self.holds[by.producer_id].add(self.batches[-1])
        return self.batches[-1]

    def own(self, by: Business, which: int) -> Ref:
        """Give a batch of this business: a new one now and then."""
        own = [one for one in self.batches if one[0] == by.producer_id]
        return self.new_batch(by) if not own or which % 3 == 0 else own[which % len(own)]

    def held(self, by: Business, which: int) -> Ref:
        held = sorted(self.holds[by.producer_id])
        return held[which % len(held)] if held else self.new_batch(by)

    def message(self, by: Business, kind: str, minute: int, **changes: Any) -> Message:
        when = (START + timedelta(minutes=minute)).isoformat()
        return event(by, kind, event_time=when, **changes)

    def record(self, by: Business, kind: str, minute: int, **changes: Any) -> Message:
        return self.send(by, self.message(by, kind, minute, **changes))

    def send(self, by: Business, message: Message) -> Message:
        with transaction():
            operations.record_event(by.actor, message, now=NOW)
        to = self.sent_to(message)
        self.oracle.add(by.producer_id, message | {"to": to.producer_id if to else None})
        for each in message.get("outputs", ()):
            self.holds[by.producer_id].add(ref(by.producer_id, each))
        type(self).all_steps += 1
        return message

    def sent_to(self, message: Message) -> Business | None:
        """Give to which business a shipment goes."""
        site = message.get("fields", {}).get("to_site")
        return next((one for one in self.people if str(one.site_id) == site), None)

    def lines(self, refs: list[Ref], quantity: int) -> list[Message]:
        return [
            line(one[1], str(quantity % 90 + n), producer_id=str(one[0]))
            for n, one in enumerate(dict.fromkeys(refs), start=1)
        ]

    def who(self, which: int) -> Business:
        return self.people[which % len(self.people)]

    @rule(who=small, which=small, quantity=small, minute=small)
    def make(self, who: int, which: int, quantity: int, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            self.record(by, "harvest", minute, outputs=self.lines([self.own(by, which)], quantity))

    @rule(who=small, sources=st.lists(small, min_size=1, max_size=3), which=small, minute=small)
    def transform(self, who: int, sources: list[int], which: int, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            inputs = self.lines([self.held(by, one) for one in sources], which)
            outputs = self.lines([self.own(by, which)], minute)
            self.record(by, "pack", minute, inputs=inputs, outputs=outputs)

    @rule(who=small, which=small, quantity=small, minute=small)
    def split(self, who: int, which: int, quantity: int, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            parts = self.lines([self.new_batch(by), self.own(by, which)], quantity)
            inputs = self.lines([self.held(by, which)], quantity)
            self.record(by, "split", minute, inputs=inputs, outputs=parts)

    @rule(who=small, sources=st.lists(small, min_size=2, max_size=3), minute=small)
    def merge(self, who: int, sources: list[int], minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            inputs = self.lines([self.held(by, one) for one in sources], minute)
            outputs = self.lines([self.new_batch(by)], minute)
            self.record(by, "merge", minute, inputs=inputs, outputs=outputs)

    @rule(who=small, which=small, mark=st.sampled_from(MARKS), quantity=small, minute=small)
    def aggregate(self, who: int, which: int, mark: str, quantity: int, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            lines = self.lines([self.own(by, which)], quantity)
            fields = {"container": mark, "count": 1}
            self.record(by, "aggregate", minute, inputs=lines, fields=fields)

    @rule(who=small, which=small, mark=st.sampled_from(MARKS), whole=st.booleans(), minute=small)
    def disaggregate(self, who: int, which: int, mark: str, *, whole: bool, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            lines = [] if whole else self.lines([self.own(by, which)], minute)
            fields = {"container": mark, "count": 1}
            self.record(by, "disaggregate", minute, inputs=lines, fields=fields)

    @rule(who=small, which=small, quantity=small, minute=small)
    def ship(self, who: int, which: int, quantity: int, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            lines = self.lines([self.held(by, which)], quantity)
            to = None if quantity % 3 == 0 else self.who(who + 1)
            fields = {"to_site": str(to.site_id), "doc_no": "PX"} if to else {}
            ship = self.record(by, "ship", minute, inputs=lines, fields=fields)
            self.shipments.append((by, to, ship))
            if to:  # who uses, counts or sells it before the receipt comes
                self.holds[to.producer_id].update(ref(by.producer_id, one) for one in lines)

    @precondition(lambda self: self.shipments)
    @rule(who=small, which=small, short=st.integers(0, 3), minute=small)
    def receive(self, who: int, which: int, short: int, minute: int) -> None:
        """Receive a shipment, whole or disputed by a few kilograms; now and then twice."""
        with self.app.app_context():
            sender, to, shipped = self.shipments[which % len(self.shipments)]
            by = self.who(who) if to is None else sender if who % 4 == 0 else to
            outputs = [
                each | {"quantity": str(max(int(each["quantity"]) - short, 0))}
                for each in shipped["inputs"]
            ]
            self.record(by, "receive", minute, outputs=outputs, ship_event_id=shipped["id"])

    @rule(which=small, side=st.booleans())
    def agree(self, which: int, *, side: bool) -> None:
        """Let one side of a disputed shipment take over the other's figures."""
        with self.app.app_context():
            disputed = sorted({one[0] for one in self.oracle.deliveries() if one[2] == "disputed"})
            if not disputed:
                return
            sender, ship_id = disputed[which % len(disputed)]
            mine = [one for one in self.oracle.deliveries() if one[0] == (sender, ship_id)]
            receipts = {last for _, _, state, last in mine if state == "disputed" and last}
            (by,) = (one for one in self.people if one.producer_id == sender)
            if side:
                by = next(
                    one
                    for one in self.people
                    if any((one.producer_id, receipt) in self.oracle.sent for receipt in receipts)
                )
            first, _corrections = self.oracle.way((sender, ship_id))
            self.take_over((sender, first), by)

    def take_over(self, shipment: Ref, by: Business) -> None:
        with transaction():
            hand_offs.accept(shipment, by=(by.producer_id, by.actor.member_id), now=NOW)
        accepted = set(
            db.session.scalars(
                select(HandOffAcceptance.accepted_id).where(
                    HandOffAcceptance.producer_id == by.producer_id
                )
            )
        )
        self.oracle.agree({(by.producer_id, one) for one in accepted})

    @rule(who=small, which=small, kind=st.sampled_from(("waste", "sell")), minute=small)
    def take(self, who: int, which: int, kind: str, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            self.record(by, kind, minute, inputs=self.lines([self.held(by, which)], minute))

    @rule(who=small, which=small, counted=st.integers(0, 50), minute=small)
    def count(self, who: int, which: int, counted: int, minute: int) -> None:
        with self.app.app_context():
            by = self.who(who)
            producer_id, batch_id = self.held(by, which)
            about = [{"producer_id": str(producer_id), "batch_id": str(batch_id)}]
            fields = {"counted": counted, "counted_unit": "kg"}
            self.record(by, "stock_count", minute, about=about, fields=fields)

    def like(self, by: Business, other: Message, quantity: int, minute: int) -> Message:
        """Make a record of the same kind: other kilograms, other sources, another time."""
        kept = ("about", "fields", "ship_event_id")
        changes: dict[str, Any] = {name: other[name] for name in kept if name in other}
        if other.get("inputs"):
            refs = [self.held(by, quantity + n) for n, _ in enumerate(other["inputs"])]
            changes["inputs"] = self.lines(refs, quantity)
        if other.get("outputs"):
            changes["outputs"] = [
                each | {"quantity": str(quantity % 80)} for each in other["outputs"]
            ]
        return self.message(by, other["step_kind"], minute, **changes)

    def author(self, record: Ref) -> Business:
        return next(one for one in self.people if one.producer_id == record[0])

    @precondition(lambda self: self.oracle.sent)
    @rule(which=small, quantity=small, minute=small)
    def correct(self, which: int, quantity: int, minute: int) -> None:
        """Correct a record that stands."""
        with self.app.app_context():
            standing = self.oracle.valid()
            record, wrong = standing[which % len(standing)]
            by = self.author(record)
            right = self.like(by, wrong, quantity, minute)
            self.send(by, right | {"corrects": wrong["id"]})

    @precondition(lambda self: any(one.get("corrects") for one in self.oracle.sent.values()))
    @rule(which=small, quantity=small, minute=small)
    def correct_again(self, which: int, quantity: int, minute: int) -> None:
        """Correct what was corrected already, knowing nothing of the other correction."""
        with self.app.app_context():
            corrections = [one for one in self.oracle.sent.items() if one[1].get("corrects")]
            record, rival = corrections[which % len(corrections)]
            by = self.author(record)
            right = self.like(by, rival, quantity, minute)
            self.send(by, right | {"corrects": rival["corrects"]})

    @precondition(lambda self: self.oracle.sent)
    @rule(which=small, quantity=small, minute=small, later=small)
    def correct_early(self, which: int, quantity: int, minute: int, later: int) -> None:
        """Correct a record that is still under way."""
        with self.app.app_context():
            record, other = list(self.oracle.sent.items())[which % len(self.oracle.sent)]
            by = self.author(record)
            wrong = self.like(by, other, later, minute)
            right = self.like(by, wrong, quantity, later)
            self.awaited.append((by, wrong))
            if other["step_kind"] == "ship":
                self.shipments.append((by, self.sent_to(wrong), wrong))
            self.send(by, right | {"corrects": wrong["id"]})

    @precondition(lambda self: self.awaited)
    @rule(which=small)
    def arrive(self, which: int) -> None:
        """Send what was corrected before."""
        with self.app.app_context():
            self.send(*self.awaited.pop(which % len(self.awaited)))

    @precondition(lambda self: self.oracle.sent)
    @rule(which=small)
    def send_again(self, which: int) -> None:
        with self.app.app_context():
            sent = list(self.oracle.sent.items())
            (author, _), message = sent[which % len(sent)]
            by = next(one for one in self.people if one.producer_id == author)
            told = {name: value for name, value in message.items() if name != "to"}
            with transaction():
                assert not operations.record_event(by.actor, told, now=NOW).is_new

    @invariant()
    def agrees_now_and_then(self) -> None:
        """Compare after every seventh act, recorded or not, one part in turn; all at the end."""
        self.acts += 1
        if self.acts % 7 == 0:
            turn = self.acts // 7 % 3
            self.agrees(self.batches[turn::3][-4:], MARKS[turn : turn + 1])

    def teardown(self) -> None:
        self.agrees(self.batches, MARKS)

    def agrees(self, some: Sequence[Ref], marks: Sequence[str]) -> None:
        with self.app.app_context():
            self.family(some)
            self.kilograms()
            self.crates(marks)
            self.two_sides()
            self.all_holders(some)

    def family(self, some: Sequence[Ref]) -> None:
        edges, aside = self.oracle.edges()
        assert (
            set(db.session.scalars(select(SetAsideParent.event_id).distinct()))
            & {event_id for _, event_id in self.oracle.sent}
            == aside
        )
        upwards = {(child, parent) for parent, child in edges}
        for one in some:
            assert descendants(one) == reach(edges, one) - {one}
            assert ancestors(one) == reach(upwards, one) - {one}

    def kilograms(self) -> None:
        told = self.oracle.balances()
        counts = self.oracle.counts()
        people = [by.producer_id for by in self.people]
        rows = db.session.execute(
            select(Stock, IN_STOCK, SOLD_BY_COUNT).where(Stock.producer_id.in_(people))
        ).all()
        for row, in_stock, sold_by_count in rows:
            holding = (row.producer_id, (row.batch_producer_id, row.batch_id))
            balance = told.pop(holding, dict.fromkeys(ACCOUNTS, 0))
            assert {name: getattr(row, name) for name in ACCOUNTS} == balance
            if holding not in counts:
                assert (in_stock, sold_by_count) == (left(balance), None)
                continue
            moment, counted = counts[holding]
            booked = self.oracle.until(holding, moment)
            assert sold_by_count == booked - counted
            assert in_stock == counted + left(balance) - booked
        assert all(not any(balance.values()) for balance in told.values())

    def all_holders(self, some: Sequence[Ref]) -> None:
        """Shipped = received + on the way + difference, whoever has the goods."""
        for one in some:
            told = handed_on(FactRef(*one))
            assert told is not None
            way, difference, unmatched = self.oracle.handed_on(one)
            assert (told.on_the_way, told.difference, told.unmatched) == (
                way,
                difference,
                unmatched,
            )
            assert told.shipped == told.received + way + difference

    def two_sides(self) -> None:
        people = [by.producer_id for by in self.people]
        rows = db.session.scalars(select(HandOff).where(HandOff.producer_id.in_(people))).all()
        told = {
            ((row.producer_id, row.record_id), (row.batch_producer_id, row.batch_id)): (
                "agreed" if row.state in {"matched", "settled"} else row.state
            )
            for row in rows
            if row.state != "unmatched"
        }
        deliveries = list(self.oracle.deliveries())
        assert told == {(ship, of): state for ship, of, state, _ in deliveries}
        standing = select(FindingRow.event_id).where(
            FindingRow.rule == "qty_mismatch",
            FindingRow.cleared_at.is_(None),
            FindingRow.producer_id.in_(people),
        )
        disputed = [last for _, _, state, last in deliveries if state == "disputed"]
        assert sorted(map(str, db.session.scalars(standing))) == sorted(map(str, disputed))

    def crates(self, marks: Sequence[str]) -> None:
        end = START + timedelta(days=30)
        for by in self.people:
            for mark in marks:
                told = containers.contents(by.producer_id, mark, end)
                assert told == self.oracle.inside(by.producer_id, mark)


def _run(app: Flask, *, examples: int, steps: int) -> int:
    class OnThis(Machine):
        all_steps = 0

    OnThis.app = app
    run_machine(
        OnThis,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    return OnThis.all_steps


@pytest.fixture
def outside(make_app: Callable[..., Flask]) -> Flask:
    """An application, and no context around the whole run: each step has its own."""
    return make_app()


def test_a_thousand_steps_agree_with_the_oracle(outside: Flask, tell: Tell) -> None:
    steps = 0
    while steps < ENOUGH:
        steps += _run(outside, examples=5, steps=150)
    tell(f"recorded {steps} steps")


@pytest.mark.long
def test_many_thousand_steps_agree_with_the_oracle(outside: Flask) -> None:
    assert _run(outside, examples=200, steps=100) >= 10_000
