"""Labels are issued once, never more than there are goods, voided by range, and printed again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from tests.builders import NOW, Business, batch, business, line, product, record
from traceapp import problem
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.label_facts import label_budget_of
from traceapp.findings.models import Attempt, FindingRow
from traceapp.labels.changing import Range, reprint, void
from traceapp.labels.issuing import MOST_LABELS, Order, Refused, issue
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.queries import changes_of, issues_of, last_issue
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

KG = 1_000_000


@dataclass(frozen=True)
class Shop:
    """Lan's co-operative with 510 kg of cabbage."""

    lan: Business
    lot: UUID

    @property
    def actor(self) -> Actor:
        return Actor(self.lan.producer_id, self.lan.actor.member_id)

    @property
    def left(self) -> Decimal:
        ref = Ref(self.lan.producer_id, self.lot)
        return Decimal(label_budget_of((self.lan.producer_id, ref)).left) / KG

    def order(self, labels: int = 5, **changes: object) -> Order:
        plain = Order(
            issue_id=new_id(),
            batch=Ref(self.lan.producer_id, self.lot),
            labels=labels,
            quantity=Decimal(1),
            uom="kg",
            stock="a4-24",
            template="full",
            site_id=self.lan.site_id,
        )
        return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def shop(app: Flask) -> Shop:
    with transaction():
        return cabbage("510")


def cabbage(kilograms: str) -> Shop:
    lan = business("HTX Bãi Xanh")
    lot = batch(lan, product(lan, name="Cải thảo"), "CT-VD07-S")
    fields = {"weigh_method": "scale"}
    plot = {"plot_id": str(lan.plot_id)}
    record(lan, "harvest", outputs=[line(lot, kilograms)], fields=fields, **plot)
    return Shop(lan, lot)


@contextmanager
def writing() -> Iterator[None]:
    db.session.rollback()
    with transaction():
        yield


def issued(shop: Shop, order: Order, *, may_exceed: bool = False) -> LabelIssue:
    with writing():
        row = issue(shop.actor, order, may_exceed=may_exceed, now=NOW)
    assert isinstance(row, LabelIssue)
    return row


def refused(shop: Shop, order: Order, *, may_exceed: bool = False) -> Refused:
    with writing():
        answer = issue(shop.actor, order, may_exceed=may_exceed, now=NOW)
    assert isinstance(answer, Refused)
    return answer


def test_700_are_refused_510_printed_10_voided_and_all_of_it_stays_visible(shop: Shop) -> None:
    too_many = refused(shop, shop.order(700))
    (finding,) = (one for one in too_many.verdict.findings if one.blocks)
    assert dict(finding.values)["max_labels"] == 510
    assert str(finding.message.vi).startswith("Lô CT-VD07-S còn 510 kg chưa có tem")
    row = issued(shop, shop.order(510))
    assert shop.left == 0
    with writing():
        void(shop.actor, row, Range(new_id(), 501, 510, "Tem ướt"), now=NOW)
    assert shop.left == 10
    (kept,) = db.session.scalars(select(Attempt))
    assert (kept.rule, kept.step_kind) == ("label_budget", "print_labels")
    assert [
        one.labels for one in issues_of(shop.lan.producer_id, Ref(shop.lan.producer_id, shop.lot))
    ] == [510]
    (change,) = changes_of(shop.lan.producer_id, [row.issue_id])
    assert (change.act, change.first, change.last, change.reason) == ("voided", 501, 510, "Tem ướt")


def test_an_issue_tells_batch_paper_pack_count_who_and_when(shop: Shop) -> None:
    order = shop.order(24, quantity=Decimal("0.50"), start_position=7, template="code")
    issued(shop, order)
    row = last_issue(shop.lan.producer_id, shop.actor.member_id)
    assert row is not None
    assert (row.batch_id, row.labels, row.net, row.quantity, row.uom) == (
        *(shop.lot, 24, KG // 2),
        *("0.50", "kg"),
    )
    assert (row.stock, row.template, row.start_position) == ("a4-24", "code", 7)
    assert (row.by_member_id, row.issued_at, row.reason) == (shop.actor.member_id, NOW, None)


def test_the_same_order_again_is_the_same_issue_and_another_of_its_id_is_refused(
    shop: Shop,
) -> None:
    order = shop.order(24)
    assert issued(shop, order).issue_id == issued(shop, order).issue_id
    assert shop.left == 510 - 24
    with pytest.raises(problem.ContentConflict), writing():
        issue(shop.actor, replace(order, labels=25), may_exceed=False, now=NOW)
    db.session.rollback()
    assert shop.left == 510 - 24


def test_only_who_may_exceeds_and_only_with_a_reason_that_stays(shop: Shop) -> None:
    reason = "Tem cho hộp quà, in thêm để dự phòng"
    refused(shop, shop.order(600, reason=reason))
    refused(shop, shop.order(600), may_exceed=True)
    row = issued(shop, shop.order(600, reason=reason), may_exceed=True)
    assert row.reason == reason
    assert shop.left == -90
    (marked,) = db.session.scalars(select(FindingRow).where(FindingRow.rule == "label_budget"))
    assert (marked.event_id, marked.cleared_at) == (row.issue_id, None)
    within = issued(shop, shop.order(1, reason=reason), may_exceed=True)
    assert within.reason == reason  # there is less than nothing left


def test_a_reason_does_not_overrule_what_else_stands_against_it(app: Flask) -> None:
    with transaction():
        shop = cabbage("10")
        lot = batch(shop.lan, product(shop.lan, name="Cải ngọt"), "CN-1")
        record(shop.lan, "harvest", outputs=[line(lot, "10")])  # its plot was never told
    answer = refused(
        Shop(shop.lan, lot), Shop(shop.lan, lot).order(20, reason="vì"), may_exceed=True
    )
    assert not answer.is_only_too_many


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"labels": 0}, "too_few"),
        ({"labels": -5}, "too_few"),
        ({"labels": 10_000_000}, "too_many"),
        ({"labels": MOST_LABELS + 1}, "too_many"),
        ({"quantity": Decimal(0)}, "unknown_size"),
        ({"quantity": Decimal(-1)}, "unknown_size"),
        ({"uom": "lít"}, "unknown_size"),
        ({"uom": "quả"}, "unknown_size"),
        ({"quantity": Decimal("0.0000000001")}, "unknown_size"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    shop: Shop, changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(problem.InvalidInput) as told, writing():
        issue(shop.actor, shop.order(**changes), may_exceed=False, now=NOW)
    assert [one.rule for one in told.value.findings] == [rule]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(LabelIssue)) == 0
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_batch_of_nothing_prints_nothing(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        shop = Shop(lan, batch(lan, product(lan), "L0"))
    answer = refused(shop, shop.order(1))
    assert answer.is_only_too_many


def test_another_producers_batch_is_not_there(shop: Shop) -> None:
    with writing():
        minh = business("HTX Minh")
    with pytest.raises(problem.Problem), writing():
        issue(minh.actor, replace(shop.order(1), site_id=minh.site_id), may_exceed=False, now=NOW)
    db.session.rollback()
    assert shop.left == 510


@pytest.mark.parametrize(
    ("first", "last", "reason", "rule"),
    [
        (0, 3, "ướt", "outside"),
        (20, 25, "ướt", "outside"),
        (5, 4, "ướt", "outside"),
        (1, 3, "  ", "required"),
        (10, 12, "ướt", "voided_before"),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    shop: Shop, first: int, last: int, reason: str, rule: str
) -> None:
    row = issued(shop, shop.order(24))
    with writing():
        void(shop.actor, row, Range(new_id(), 12, 13, "Rách"), now=NOW)
    for act in (void, reprint):
        with pytest.raises(problem.InvalidInput) as told, writing():
            act(shop.actor, row, Range(new_id(), first, last, reason), now=NOW)
        assert [one.rule for one in told.value.findings] == [rule]
    db.session.rollback()
    assert shop.left == 510 - 22


def test_labels_printed_again_are_no_new_labels(shop: Shop) -> None:
    row = issued(shop, shop.order(510))
    jam = Range(new_id(), 25, 48, "Kẹt giấy", start_position=3)
    for _ in range(2):  # sent twice
        with writing():
            reprint(shop.actor, row, jam, now=NOW + timedelta(minutes=1))
    assert shop.left == 0
    (change,) = changes_of(shop.lan.producer_id, [row.issue_id])
    assert (change.act, change.first, change.last, change.start_position) == (
        "reprinted",
        25,
        48,
        3,
    )


@pytest.mark.parametrize(("act", "last"), [(void, 48), (reprint, 47)])
def test_something_else_under_the_id_of_a_change_is_refused(
    shop: Shop, act: Callable[..., object], last: int
) -> None:
    row, other = issued(shop, shop.order(60)), issued(shop, shop.order(60))
    jam = Range(new_id(), 25, 48, "Kẹt giấy")
    with writing():
        reprint(shop.actor, row, jam, now=NOW)
    with pytest.raises(problem.ContentConflict), writing():
        act(shop.actor, row, replace(jam, last=last), now=NOW)
    with pytest.raises(problem.ContentConflict), writing():
        reprint(shop.actor, other, jam, now=NOW)
    db.session.rollback()
    assert shop.left == 510 - 120


def test_voids_of_packs_of_different_size_give_back_their_own(shop: Shop) -> None:
    large = issued(shop, shop.order(10, quantity=Decimal(5)))
    issued(shop, shop.order(10, quantity=Decimal(1)))
    with writing():
        void(shop.actor, large, Range(new_id(), 1, 2, "Rách"), now=NOW)
    assert shop.left == 510 - 50 - 10 + 10


@pytest.mark.parametrize("table", [LabelIssue, LabelChange])
def test_the_records_are_never_changed(shop: Shop, table: type[LabelIssue]) -> None:
    row = issued(shop, shop.order(24))
    with writing():
        void(shop.actor, row, Range(new_id(), 1, 1, "Rách"), now=NOW)
    for statement in ("UPDATE {} SET reason = 'x'", "DELETE FROM {}"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement.format(table.__tablename__)))
        db.session.rollback()


def test_two_tills_at_once_never_issue_more_than_there_is(app: Flask) -> None:
    rounds = 200
    with transaction():
        lan = business("HTX Lan")
        cabbages = product(lan, name="Cải thảo")
        lots = [batch(lan, cabbages, f"R{n}") for n in range(rounds)]
        for lot in lots:
            plot = {"plot_id": str(lan.plot_id)}
            fields = {"weigh_method": "scale"}
            record(lan, "harvest", outputs=[line(lot, "100")], fields=fields, **plot)
    start = Barrier(2)

    def till(now: datetime) -> int:
        done = 0
        for lot in lots:
            with app.app_context():
                start.wait(300)
                shop = Shop(lan, lot)
                with transaction():
                    answer = issue(shop.actor, shop.order(60), may_exceed=False, now=now)
                    done += isinstance(answer, LabelIssue)
        return done

    with ThreadPoolExecutor(2) as pool:
        tills = [pool.submit(till, NOW + timedelta(seconds=n)) for n in range(2)]
        assert sum(one.result(600) for one in tills) == rounds
    db.session.rollback()
    per_lot = select(func.sum(LabelIssue.labels)).group_by(LabelIssue.batch_id)
    assert set(db.session.scalars(per_lot)) == {60}
    assert [Shop(lan, lot).left for lot in lots] == [40] * rounds
