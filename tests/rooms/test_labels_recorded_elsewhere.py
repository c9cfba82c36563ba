"""Labels issued here and records made elsewhere: goods never get labels twice, in any file."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, event, line, product
from tests.builders import batch as new_batch
from tests.rooms.test_label_budget import at, marked, send
from tests.rooms.test_label_issues import Shop, cabbage, issued, writing
from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.label_facts import label_budget_of
from traceapp.labels.changing import Range, Unused, reprint, void, void_unused
from traceapp.labels.issuing import issue
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.standing import standing
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction


@pytest.fixture
def shop(app: Flask) -> Shop:
    with transaction():
        return cabbage("510")


def told(shop: Shop, kind: str, fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    about = [{"batch_id": str(shop.lot)}]
    return event(shop.lan, kind, event_time=NOW.isoformat(), about=about, fields=fields, **changes)


@pytest.mark.parametrize(
    ("packed", "each"),
    [(("0.5", "kg"), 500_000), (("500", "g"), 500_000), ((None, None), 1_000_000)],
)
def test_labels_of_no_told_size_stand_for_a_pack_each_or_a_unit_of_the_batch(
    app: Flask, packed: tuple[str | None, str | None], each: int
) -> None:
    with transaction():
        shop = cabbage("510")
        goods = product(shop.lan, name="Cải ngọt", net_quantity=packed[0], net_uom=packed[1])
        lot = new_batch(shop.lan, goods, "L1")
    send(shop.lan, event(shop.lan, "harvest", event_time=at(6), outputs=[line(lot, "100")]))
    about = [{"batch_id": str(lot)}]
    many = 100_000_000 // each + 1
    for labels in (60, many):
        fields = {"labels": labels}
        made = event(shop.lan, "print_labels", event_time=at(9), about=about, fields=fields)
        send(shop.lan, made)
    budget = label_budget_of((shop.lan.producer_id, Ref(shop.lan.producer_id, lot)))
    assert budget.labelled == (60 + many) * each
    assert len(marked()) == 1


def test_labels_that_a_phone_voided_are_in_no_file_and_are_voided_no_second_time(
    shop: Shop,
) -> None:
    row = issued(shop, shop.order(510))
    send(shop.lan, told(shop, "void_labels", {"labels": 10, "reason": "Tem ướt"}))
    assert shop.left == 10
    assert standing(row) == [*range(1, 501)]
    with writing():
        again = issue(shop.actor, shop.order(10), may_exceed=False, now=NOW + timedelta(hours=1))
    assert isinstance(again, LabelIssue)
    assert (len(standing(row)), len(standing(again))) == (500, 10)
    with writing(), pytest.raises(problem.InvalidInput):
        void_unused(shop.actor, row, Unused(new_id(), 501, "Tem ướt"), now=NOW)
    for act in (void, reprint):
        with writing(), pytest.raises(problem.InvalidInput) as caught:
            act(shop.actor, row, Range(new_id(), 495, 501, "Tem ướt"), now=NOW)
        assert [one.rule for one in caught.value.findings] == ["voided_before"]
    assert db.session.scalars(select(LabelChange)).all() == []


def test_a_corrected_number_of_labels_is_what_is_printed(shop: Shop) -> None:
    row = issued(shop, shop.order(510))
    with writing():
        void(shop.actor, row, Range(new_id(), 1, 10, "Tem ướt"), now=NOW)
    fewer = told(shop, "print_labels", {"labels": 400, "net_kg": 1}, corrects=str(row.issue_id))
    send(shop.lan, fewer)
    assert shop.left == 120
    assert standing(row) == [*range(11, 401)]


def test_labels_that_were_never_printed_after_all_are_in_no_file(shop: Shop) -> None:
    row = issued(shop, shop.order(510))
    with writing():
        other = new_batch(shop.lan, product(shop.lan, name="Cải ngọt"), "CN")
    moved = told(shop, "print_labels", {"labels": 510, "net_kg": 1}, corrects=str(row.issue_id))
    moved["about"] = [{"batch_id": str(other)}]
    send(shop.lan, moved)
    assert shop.left == 510
    assert standing(row) == []
