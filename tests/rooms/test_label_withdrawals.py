"""More labels than goods are issued, or taken back: never both, whoever is quicker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from time import sleep

from flask import Flask

from tests.builders import NOW, batch, business, line, product, record
from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.labels.allowing import allow, withdraw
from traceapp.labels.issuing import Order, issue
from traceapp.labels.models import LabelAllowance, LabelIssue
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

ROUNDS = 40
LATER_BY = 0.001  # seconds, each round; issuing takes some 40 ms


def test_taken_back_while_they_are_issued_it_is_one_of_both(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        body = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        greens = product(lan, name="Cải ngọt")
        lots = [Ref(lan.producer_id, batch(lan, greens, f"R{n}")) for n in range(ROUNDS)]
        by = Ref(body.producer_id, body.actor.member_id)
        keys = []
        for lot in lots:
            goods, plot = [line(lot.id, "10")], {"plot_id": str(lan.plot_id)}
            record(lan, "harvest", outputs=goods, fields={"weigh_method": "scale"}, **plot)
            given = {"id": new_id(), "holder": lan.producer_id, "labels": 5, "reason": "Tem ướt"}
            given |= {"quantity": Decimal(1), "uom": "kg"}
            keys.append((lan.producer_id, allow(lot, given, by, now=NOW).allowance_id))
    start, later = Barrier(2), NOW + timedelta(hours=1)

    def till() -> list[bool]:
        done = []
        for lot in lots:
            with app.app_context():
                start.wait(300)
                asks = Order(
                    *(new_id(), lot, 15, Decimal(1), "kg", "a4-24", "full", lan.site_id),
                )
                with transaction():
                    made = issue(lan.actor, asks, may_exceed=False, now=later)
                    done.append(isinstance(made, LabelIssue))
        return done

    def office() -> list[bool]:
        done = []
        for nth, key in enumerate(keys):
            with app.app_context():
                start.wait(300)
                sleep(nth * LATER_BY)  # sooner or later, while the labels are being issued
                try:
                    with transaction():
                        row = db.session.get_one(LabelAllowance, key)
                        withdraw(row, "Đã tìm thấy", by, now=later)
                    done.append(True)
                except problem.InvalidInput:
                    done.append(False)
        return done

    with ThreadPoolExecutor(2) as pool:
        printing, taking_back = pool.submit(till), pool.submit(office)
        outcomes = list(zip(printing.result(600), taking_back.result(600), strict=True))
    assert [one for one in outcomes if one[0] is one[1]] == []
