"""Whatever is recorded, in whatever order: closure, kilograms and contents agree with an oracle.

The oracle keeps the messages and works everything out anew from all of them, the plain way.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

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
from traceapp.batches.hand_off_models import HandOffAcceptance
from traceapp.batches.lineage import ancestors, descendants
from traceapp.database.engine import db
from traceapp.findings.models import FindingRow
from traceapp.handoffs import operations as hand_offs
from traceapp.trace.facts import Ref as FactRef
from traceapp.web.endpoints import transaction

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

    def record(self, by: Business, kind: str, minute: int, **changes: Any) -> Message:
        when = (START + timedelta(minutes=minute)).isoformat()
        message = event(by, kind, event_time=when, **changes)
        with transaction():
            operations.record_event(by.actor, message, now=NOW)
        self.oracle.sent[by.producer_id, UUID(message["id"])] = message
        for each in message.get("outputs", ()):
            self.holds[by.producer_id].add(ref(by.producer_id, each))
        type(self).all_steps += 1
        return message

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
            self.oracle.sent[by.producer_id, UUID(ship["id"])] = ship | {
                "to": to.producer_id if to else None
            }
            self.shipments.append((by, to, ship))

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
            self.take_over((sender, ship_id), by)

    def take_over(self, shipment: Ref, by: Business) -> None:
        first = min(self.oracle.chain(shipment[0], self.oracle.sent[shipment]), key=self.age)
        root = (shipment[0], UUID(first))
        with transaction():
            hand_offs.accept(root, by=(by.producer_id, by.actor.member_id), now=NOW)
        accepted = set(
            db.session.scalars(
                select(HandOffAcceptance.accepted_id).where(
                    HandOffAcceptance.producer_id == by.producer_id
                )
            )
        )
        self.oracle.agreed |= {(by.producer_id, one) for one in accepted}

    def age(self, event_id: str) -> int:
        return [str(one) for _, one in self.oracle.sent].index(event_id)

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

    @precondition(lambda self: self.oracle.sent)
    @rule(which=small, quantity=small, minute=small)
    def correct(self, which: int, quantity: int, minute: int) -> None:
        """Correct a record that stands: other kilograms, other sources, another time."""
        with self.app.app_context():
            standing = self.oracle.valid()
            (author, event_id), wrong = standing[which % len(standing)]
            by = next(one for one in self.people if one.producer_id == author)
            changes: dict[str, Any] = {
                name: wrong[name] for name in ("about", "fields") if name in wrong
            }
            if wrong.get("inputs"):
                refs = [self.held(by, quantity + n) for n, _ in enumerate(wrong["inputs"])]
                changes["inputs"] = self.lines(refs, quantity)
            if wrong.get("outputs"):
                changes["outputs"] = [
                    each | {"quantity": str(quantity % 80)} for each in wrong["outputs"]
                ]
            if wrong.get("ship_event_id"):
                changes["ship_event_id"] = wrong["ship_event_id"]
            kind = wrong["step_kind"]
            right = self.record(by, kind, minute, corrects=str(event_id), **changes)
            if kind == "ship":
                self.oracle.sent[author, UUID(right["id"])] = right | {"to": wrong["to"]}

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
        """Compare after every seventh act, recorded or not, and at the end: it takes its time."""
        self.acts += 1
        if self.acts % 7 == 0:
            self.agrees()

    def teardown(self) -> None:
        self.agrees()

    def agrees(self) -> None:
        with self.app.app_context():
            self.family()
            self.kilograms()
            self.crates()
            self.two_sides()
            self.all_holders()

    def family(self) -> None:
        edges, aside = self.oracle.edges()
        assert (
            set(db.session.scalars(select(SetAsideParent.event_id).distinct()))
            & {event_id for _, event_id in self.oracle.sent}
            == aside
        )
        upwards = {(child, parent) for parent, child in edges}
        for one in self.batches[-4:]:
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

    def all_holders(self) -> None:
        """Shipped = received + on the way + difference, whoever has the goods."""
        for one in self.batches[-12:]:
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

    def crates(self) -> None:
        end = START + timedelta(days=30)
        for by in self.people:
            for mark in MARKS:
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
