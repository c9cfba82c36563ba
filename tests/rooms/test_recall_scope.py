"""The scope of a recall: sums and pages asked of the database are what the books say lot by lot."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest
from flask import Flask
from sqlalchemy import text, update

from tests.builders import LABEL, batch, business, line, product, record
from tests.rooms.test_recall_cases import NOW, acting, issued, owner
from tests.trade import Trade
from traceapp.batches.books.models import Stock
from traceapp.database.engine import db
from traceapp.recalls import answering
from traceapp.recalls.answering import Count
from traceapp.recalls.goods import scope, whole_tables
from traceapp.recalls.goods.held import Scope
from traceapp.recalls.goods.scope import Part
from traceapp.trace.facts import Ref

LOTS = 23
MOST = 9 * 10**18  # micro-units, nearly more than a column holds


class Herd:
    """A pig of which packs by weight, in bags of 300 g and in pieces are made, some sold."""

    def __init__(self) -> None:
        chance = Random(5)
        with acting():
            self.of = business("Lò mổ", kinds=("processor",))
            kinds = {
                product(self.of, name=name, role="finished", label=LABEL, **given): given["uom"]
                for name, given in PRODUCTS.items()
            }
            self.pig = Ref(self.of.producer_id, batch(self.of, next(iter(kinds)), "Lợn"))
            record(self.of, "harvest", outputs=[line(self.pig.id, "9000")])
            self.books: dict[Ref, tuple[str, Decimal, Decimal]] = {}
            for number in range(LOTS):
                kind = chance.choice(sorted(kinds))
                made, sold = chance.randint(10, 90), chance.randint(0, 10)
                self._pack(kind, kinds[kind], f"P-{number:02}", made, sold)

    def _pack(self, kind: object, uom: str, lot: str, made: int, sold: int) -> None:
        pack = batch(self.of, kind, lot, uom=uom)  # type: ignore[arg-type]
        of_pig = line(self.pig.id, "20")
        record(self.of, "pack", inputs=[of_pig], outputs=[line(pack, str(made), uom)])
        if sold:
            record(self.of, "sell", inputs=[line(pack, str(sold), uom)])
        self.books[Ref(self.of.producer_id, pack)] = (uom, Decimal(made - sold), Decimal(sold))

    @property
    def left_kg(self) -> Decimal:
        """Give the kilograms in hand that anybody knows of."""
        used = 20 * LOTS
        known = (WEIGHS.get(uom, 0) * left for uom, left, _ in self.books.values())
        return sum(known, Decimal(9000 - used))

    @property
    def sold_kg(self) -> Decimal:
        return sum((WEIGHS.get(uom, 0) * one for uom, _, one in self.books.values()), Decimal(0))


PRODUCTS = {
    "Thịt": {"uom": "kg"},
    "Túi": {"uom": "bao", "net_quantity": "0.3", "net_uom": "kg"},
    "Hộp": {"uom": "khay"},
}
WEIGHS = {"kg": Decimal(1), "bao": Decimal("0.3")}


def pages(herd: Herd, most: int) -> Sequence[Scope]:
    """Turn the pages of a scope until one is empty."""
    found = []
    for first in range(0, 10 * LOTS, most):
        found.append(scope.of_batches([herd.pig], Part(first=first, most=most)))
        if not found[-1].held:
            break
    return found


def test_sums_and_pages_say_what_the_books_say_lot_by_lot(app: Flask) -> None:
    herd = Herd()
    told = pages(herd, 7)
    held = [one for page in told for one in page.held]
    books = {one.batch: (one.uom, one.left, one.sold) for one in held}
    assert len(held) == len(books) == LOTS + 1
    assert books == herd.books | {herd.pig: ("kg", Decimal(9000 - 20 * LOTS), Decimal(0))}
    assert [one.lot for one in held] == sorted(one.lot for one in held)
    for one in (*told, scope.of_batches([herd.pig])):
        assert (one.lots, one.held_lots) == (LOTS + 1, LOTS + 1)
        assert (one.left_kg, one.sold_kg) == (herd.left_kg, herd.sold_kg)
        assert one.has_unknown_mass
        assert Counter({a.name.vi: a.lots for a in one.sums}) == Counter(a.name.vi for a in held)


def test_an_issued_recall_says_the_same_as_its_preview(app: Flask) -> None:
    herd = Herd()
    before = scope.of_batches([herd.pig])
    after = scope.of_case(issued(owner(herd.of), herd.pig))
    assert (after.sums, after.held, after.lots) == (before.sums, before.held, before.lots)


def test_a_family_that_is_large_among_all_batches_is_told_the_same_from_whole_tables(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    herd = Herd()
    before = pages(herd, 7)
    assert not asked_of_whole_tables(herd)
    monkeypatch.setattr(whole_tables, "FEWEST", LOTS + 1)
    monkeypatch.setattr(whole_tables, "batches_in_all", lambda: whole_tables.PART * (LOTS + 1))
    assert asked_of_whole_tables(herd) == (db.engine.dialect.name == "postgresql")
    assert pages(herd, 7) == before
    monkeypatch.setattr(whole_tables, "batches_in_all", lambda: whole_tables.PART * (LOTS + 2))
    assert not asked_of_whole_tables(herd)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_knows_about_how_many_batches_there_are(app: Flask) -> None:
    Herd()
    db.session.execute(text("ANALYZE batch"))
    assert whole_tables.batches_in_all() == LOTS + 1


def asked_of_whole_tables(herd: Herd) -> bool:
    """Tell whether PostgreSQL is told so for a herd, and only while it is asked."""
    with whole_tables.where_large(scope.family_of([herd.pig])):
        inside = nested_loops()
    assert nested_loops() in {"on", None}
    db.session.rollback()
    return inside == "off"


def nested_loops() -> str | None:
    if db.engine.dialect.name != "postgresql":
        return None
    found: str = db.session.execute(text("SHOW enable_nestloop")).scalar_one()
    return found


def test_what_is_more_than_a_column_holds_is_added_up_all_the_same(app: Flask) -> None:
    herd = Herd()
    with acting():
        db.session.execute(update(Stock).values(made=MOST, used=0, sold=0))
    found = scope.of_batches([herd.pig])
    assert {one.uom: one.left * 10**6 for one in found.sums} == {
        one.uom: one.lots * MOST for one in found.sums
    }


def test_a_maker_is_told_of_his_own_lots_alone(trade: Trade) -> None:
    herd = Herd()
    both = [herd.pig, Ref(trade.minh.producer_id, trade.greens)]
    found = scope.of_batches(both, Part(maker=trade.minh.producer_id))
    assert found.lots == LOTS + 2
    assert {one.batch for one in found.held} == {both[1]}
    assert {one.holder.vi for one in found.sums} == {"Xưởng Minh", "Quầy Hoa"}


def test_what_a_holder_said_stays_when_nothing_is_left_of_it(trade: Trade) -> None:
    greens, hoa = Ref(trade.minh.producer_id, trade.greens), trade.hoa.producer_id
    case = issued(owner(trade.minh), greens)
    with acting():
        said = Count(greens, Decimal(0), Decimal(118))
        answering.acknowledge(case, owner(trade.hoa).member, said, now=NOW)
        gone = update(Stock).where(Stock.producer_id == hoa)
        db.session.execute(gone.values(returned_out=Stock.received))
    found = scope.of_case(case, Part(most=0))
    (answered,) = found.answered
    assert answered.holder_id == hoa
    assert answered.left == answered.missing == 0
    assert found.held_lots == 2
    assert [one.holder_id for one in scope.held_by(case, hoa)] == [hoa]


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()
