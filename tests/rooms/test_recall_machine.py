"""Whatever is recorded and done, in whatever order: a recall reaches what a plain oracle says.

Steps are made up with an event time of their own and reach the server in any order, before and
after recalls are issued, widened, narrowed and released. The oracle keeps the edges that arrived
and works every case out by the plain rule: all below what is in it, never on through what left.
Lots of one season are ticked with a suspected one, as far as their harvest arrived by then.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from tests.builders import Business, batch, business, event, line, product
from tests.rooms.test_recall_cases import acting
from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.recalls import case_queries, cases
from traceapp.recalls.cases import Order, Suspicion, Wish
from traceapp.recalls.goods import kin, reach, scope
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NOW = START + timedelta(days=3)
ORDER = Order("Dư lượng", "high", "Mang trả", "Chi cục")
MOST_CASES, NEWEST = 3, 5
number = st.integers(0, 1_000)


@dataclass
class Followed:
    """A case as the oracle follows it."""

    ref: Ref
    subject: Any
    inside: set[Ref] = field(default_factory=set)
    left: set[Ref] = field(default_factory=set)
    is_widened: bool = False
    is_ended: bool = False


class Oracle:
    """Edges from what was used to what was made, and the cases."""

    def __init__(self) -> None:
        self.edges: set[tuple[Ref, Ref]] = set()
        self.seasons: dict[Ref, UUID] = {}
        self.cases: list[Followed] = []

    def arrive(self, sources: set[Ref], made: set[Ref]) -> None:
        self.edges |= {(one, two) for one in sources for two in made}
        for case in self.cases:
            self.follow(case)

    def above(self, lot: Ref) -> set[Ref]:
        """Give a lot and all that it was made from."""
        found = {lot}
        while new := {one for one, two in self.edges if two in found} - found:
            found |= new
        return found

    def of_the_season(self, lot: Ref) -> set[Ref]:
        """Give the lots of whoever made a lot that were harvested in a season it comes from."""
        seasons = {self.seasons[one] for one in self.above(lot) if one in self.seasons}
        return {
            one
            for one, season in self.seasons.items()
            if season in seasons and one.producer_id == lot.producer_id
        }

    def follow(self, case: Followed) -> None:
        if not case.is_ended:
            while (
                new := {two for one, two in self.edges if one in case.inside}
                - case.inside
                - case.left
            ):
                case.inside |= new

    def take_in(self, case: Followed, roots: set[Ref]) -> None:
        case.left -= roots
        case.inside |= roots
        self.follow(case)

    def let_go(self, case: Followed, some: set[Ref]) -> None:
        case.left |= some & case.inside
        case.inside -= some


class Machine(RuleBasedStateMachine):
    """Three makers whose phones send late, and two officers."""

    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self.context = self.app.app_context()
        self.context.push()
        with acting():
            self.people = [business(one, kinds=("processor",)) for one in ("Lan", "Minh", "Hoa")]
            self.products = {by.producer_id: product(by) for by in self.people}
            office = business("Chi cục", kinds=("authority",), role="officer")
            given = {"name": "Chị Tư", "roles": ["officer"]}
            ids = (office.actor.member_id, producers.add_member(office.producer_id, given))
        self.officers = [Actor(Ref(office.producer_id, one), is_authority=True) for one in ids]
        self.oracle, self.lots, self.names = Oracle(), list[Ref](), count(1)
        self.outbox: list[tuple[Business, dict[str, Any], set[Ref], set[Ref]]] = []
        self.sown = {by.producer_id: self.sow(by) for by in self.people}
        self.harvested: dict[str, tuple[Ref, UUID]] = {}
        self.seen: dict[Ref, set[Ref]] = {}
        self.clock = NOW
        for by in self.people:
            self.tell(by, "harvest", self.event_time(0), set(), {self.new_lot(by)})
        self.begin(0, 0)

    def teardown(self) -> None:
        db.session.remove()
        self.context.pop()

    def now(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    def event_time(self, minute: int) -> str:
        return (START + timedelta(minutes=minute)).isoformat()

    def new_lot(self, by: Business) -> Ref:
        with acting():
            made = batch(by, self.products[by.producer_id], f"L{next(self.names)}")
        self.lots.append(Ref(by.producer_id, made))
        return self.lots[-1]

    def sow(self, by: Business) -> list[UUID]:
        """Begin two seasons on the plot of a maker."""
        with acting():
            return [
                producers.start_season(
                    by.producer_id,
                    {"plot_id": str(by.plot_id), "name": name, "crop": "Cải ngọt"}
                    | {"started_on": "2026-10-01"},
                )
                for name in ("Vụ xuân", "Vụ hè")
            ]

    @rule(who=number, which=st.integers(0, 1), at_once=st.booleans())
    def harvest(self, who: int, which: int, at_once: bool) -> None:
        """Harvest a lot in a season; it is told at once or later."""
        by = self.people[who % 3]
        season, lot = self.sown[by.producer_id][which], self.new_lot(by)
        where = {"plot_id": str(by.plot_id), "season_id": str(season)}
        message = self.message(by, "harvest", self.event_time(who), set(), {lot}, **where)
        self.harvested[message["id"]] = (lot, season)
        self.outbox.append((by, message, set(), {lot}))
        if at_once:
            self.arrive(len(self.outbox) - 1)

    @precondition(lambda self: len(self.oracle.cases) < MOST_CASES)
    @rule(which=number, who=st.integers(0, 1))
    def issue_with_its_season(self, which: int, who: int) -> None:
        """Issue a recall of a lot and, by one tick, of all lots of its season."""
        lot = self.lots[which % len(self.lots)]
        db.session.rollback()
        near = kin.kin_of(lot, lot.producer_id, "season")
        ticked = {one for group in near if group.reason == "season" for one in group.batches}
        wanted = self.oracle.of_the_season(lot) | {lot}
        case = self.begin(which, who, ticked)
        assert wanted <= case.inside  # what its recall reaches anyway is no tick
        assert ticked <= wanted

    def tell(
        self, by: Business, kind: str, at: str, sources: set[Ref], made: set[Ref], **more: Any
    ) -> None:
        """Make up a message, which goes out at once or later."""
        self.outbox.append((by, self.message(by, kind, at, sources, made, **more), sources, made))

    def message(
        self, by: Business, kind: str, at: str, sources: set[Ref], made: set[Ref], **more: Any
    ) -> dict[str, Any]:
        inputs, outputs = (
            [line(one.id, "1", producer_id=str(one.producer_id)) for one in sorted(some)]
            for some in (sources, made)
        )
        given = {"inputs": inputs, "outputs": outputs} | more
        return event(by, kind, event_time=at, **{name: one for name, one in given.items() if one})

    def send(self, by: Business, message: dict[str, Any]) -> None:
        with acting():
            batches.record_event(by.actor, message, now=self.now())

    @rule(who=number, some=st.sets(number, min_size=1, max_size=3), outputs=st.integers(1, 2))
    def work(self, who: int, some: set[int], outputs: int) -> None:
        """Pack, mix or split lots of whoever has them into new ones; something is sent by then."""
        by, newest = self.people[who % 3], self.lots[-NEWEST:]
        sources = {newest[one % len(newest)] for one in some}
        for one in sources:
            if one.producer_id != by.producer_id:
                self.hand_over(one, by, sum(some))
        made = {self.new_lot(by) for _ in range(outputs)}
        self.tell(by, "pack", self.event_time(sum(some)), sources, made)
        self.arrive(who)

    def hand_over(self, lot: Ref, to: Business, minute: int) -> None:
        """Ship a lot and receive it: whoever uses goods of others has them."""
        ship = self.shipment(lot, to, minute)
        self.send(self.maker(lot), ship)
        more = {"ship_event_id": ship["id"]}
        taken = self.message(to, "receive", self.event_time(minute + 1), set(), {lot}, **more)
        self.send(to, taken)

    @rule(which=number, who=number)
    def ship(self, which: int, who: int) -> None:
        """Ship a lot that may not be made yet; it is told later, and received by nobody."""
        lot, to = self.lots[which % len(self.lots)], self.people[who % 3]
        if to.producer_id != lot.producer_id:
            message = self.shipment(lot, to, which)
            self.outbox.append((self.maker(lot), message, set(), set()))

    def shipment(self, lot: Ref, to: Business, minute: int) -> dict[str, Any]:
        fields = {"to_site": str(to.site_id), "doc_no": f"PX-{next(self.names)}"}
        by, at = self.maker(lot), self.event_time(minute)
        return self.message(by, "ship", at, {lot}, set(), fields=fields)

    def maker(self, lot: Ref) -> Business:
        return next(one for one in self.people if one.producer_id == lot.producer_id)

    @precondition(lambda self: self.outbox)
    @rule(which=number)
    def arrives(self, which: int) -> None:
        self.arrive(which)

    def arrive(self, which: int) -> None:
        """A message arrives, in any order."""
        by, message, sources, made = self.outbox.pop(which % len(self.outbox))
        self.send(by, message)
        if message["id"] in self.harvested:
            lot, season = self.harvested[message["id"]]
            self.oracle.seasons[lot] = season
        self.oracle.arrive(sources, made)

    @precondition(lambda self: len(self.oracle.cases) < MOST_CASES)
    @rule(which=number, who=st.integers(0, 1))
    def issue(self, which: int, who: int) -> None:
        self.begin(which, who)

    def begin(self, which: int, who: int, more: Collection[Ref] = ()) -> Followed:
        """Issue a recall of a lot and some more, whether or not its making was told."""
        lot, by = self.lots[which % len(self.lots)], self.officers[who]
        with acting():
            ref = cases.open_case(by, Suspicion(lot, "batch", "Nghi"), now=self.now())
            cases.issue(ref, by, ORDER, {lot, *more}, now=self.now())
        case = Followed(ref, lot.producer_id)
        self.oracle.cases.append(case)
        self.oracle.take_in(case, {lot, *more})
        return case

    def running(self, which: int) -> Followed | None:
        open_ones = [one for one in self.oracle.cases if not one.is_ended]
        return open_ones[which % len(open_ones)] if open_ones else None

    @rule(which=number, some=st.sets(number, min_size=1, max_size=2))
    def widen(self, which: int, some: set[int]) -> None:
        case, lots = self.running(which), {self.lots[one % len(self.lots)] for one in some}
        if case is None or case.is_widened:
            return  # what then reaches others' lots waits, as test_recall_cases says
        own = {one for one in lots if one.producer_id == case.subject}
        if not own:
            return
        with acting():
            cases.widen(case.ref, self.officers[0], own, "Nghi thêm", now=self.now())
        self.oracle.take_in(case, own)

    @rule(which=number, some=st.sets(number, min_size=1, max_size=3), do=st.booleans())
    def let_go(self, which: int, some: set[int], do: bool) -> None:
        """Ask to narrow a recall; a second officer agrees or declines."""
        case = self.running(which)
        if case is None:
            return
        inside = sorted(case.inside)
        chosen = {inside[one % len(inside)] for one in some} if inside else set()
        if chosen and self.decide(case, Wish("narrow", "Lô khác", tuple(sorted(chosen))), do):
            self.oracle.let_go(case, chosen)
            self.seen[case.ref] -= chosen
            self.go_on_from(min(chosen), case)

    @rule(which=number, do=st.booleans())
    def release(self, which: int, do: bool) -> None:
        case = self.running(which)
        if case is not None and self.decide(case, Wish("release", "Đạt"), do):
            case.is_ended = True

    @rule(which=number)
    def agree_to_others(self, which: int) -> None:
        case = self.running(which)
        told = case_queries.find(case.ref) if case else None
        widening = (
            next((one for one in told.waiting if one.kind == "widen"), None) if told else None
        )
        if case is None or widening is None:
            return
        with acting():
            second = next(one for one in self.officers if one.member != widening.by)
            cases.agree(case.ref, widening.act_id, second, "Đồng ý", now=self.now())
        case.is_widened = True

    def go_on_from(self, lot: Ref, case: Followed) -> None:
        """Something is made of what was let go, and the case looks again for what it missed."""
        by, made = self.maker(lot), {self.new_lot(self.maker(lot))}
        self.send(by, self.message(by, "pack", self.event_time(0), {lot}, made))
        self.oracle.arrive({lot}, made)
        ids = {"case_producer_id": str(case.ref.producer_id), "case_id": str(case.ref.id)}
        deed = reach.catch_up_job(ids, self.now())
        with acting():
            deed()

    def decide(self, case: Followed, wish: Wish, do: bool) -> bool:
        first, second = self.officers
        with acting():
            cases.ask(case.ref, first, wish, now=self.now())
        told = case_queries.find(case.ref)
        assert told is not None
        (act,) = (one for one in told.waiting if one.kind == wish.kind)
        with acting():
            deed = cases.agree if do else cases.withdraw
            deed(case.ref, act.act_id, second, "Đã xem", now=self.now())
        return do

    @invariant()
    def reach_is_the_oracles_and_only_grows(self) -> None:
        db.session.rollback()
        for case in self.oracle.cases:
            reached = set(scope.batches_of(case.ref))
            assert reached == case.inside
            assert self.seen.setdefault(case.ref, set()) <= reached
            self.seen[case.ref] = reached


def run(app: Flask, *, examples: int, steps: int) -> None:
    class OnThis(Machine):
        pass

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


def test_a_recall_reaches_what_the_oracle_says(app: Flask) -> None:
    run(app, examples=25, steps=40)


@pytest.mark.long
def test_a_recall_reaches_what_the_oracle_says_for_long(app: Flask) -> None:
    run(app, examples=150, steps=60)
