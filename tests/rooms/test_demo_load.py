"""The demo is loaded whole, each record at its own time, and the kilograms agree."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Select, func, select

from tests.conftest import NOON
from tests.hanoi import FINISHED, LOTS, MEMBER_ID, PRODUCER_ID, Content, ref
from traceapp.batches import queries as batches
from traceapp.batches.models import Batch, Event, EventEvidence
from traceapp.codes.models import OpeningCount, PublicCode
from traceapp.database.engine import Base, db
from traceapp.demo import operations, queries
from traceapp.demo.clock import HANOI
from traceapp.desk.codes import opening_search
from traceapp.findings.models import Attempt
from traceapp.freshness.models import PublicSnapshot
from traceapp.jobs.models import Job
from traceapp.photos.models import Photo
from traceapp.producers.models import (
    Membership,
    MembershipRole,
    Partner,
    Plot,
    Producer,
    ProducerKind,
    Season,
)
from traceapp.public.models import ProblemReport

UNCHANGED_BY_ACT_2 = [lot for lot in LOTS["lots"] if lot["code"] not in {"CN-VD03-T", "CN-VD03-R"}]


def count(table: type[Base]) -> int:
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def pairs(query: Select[str, Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in db.session.execute(query)}


def test_everybody_and_everything_of_the_data_set_is_there(hanoi: Flask) -> None:
    tables = (Producer, Membership, Plot, Season, Batch, Event, Attempt, ProblemReport)
    assert {table.__tablename__: count(table) for table in tables} == {
        "producer": 17,
        "membership": 53,
        "plot": 26,
        "season": 18,
        "batch": 77,
        # Act 1 has 400, of which 5 are attempts, and 1 is a shopper's report.
        "event": 400 - 5 - 1,
        "attempt": 5,
        "problem_report": 1,
    }
    assert not queries.has_real_producer()


def test_the_pages_of_one_lot_alone_were_opened_so_often_that_it_is_worth_a_look(
    hanoi: Flask,
) -> None:
    assert db.session.scalar(select(func.sum(OpeningCount.opened))) == 97
    lots = select(OpeningCount.code, PublicCode.producer_id, Batch.lot).distinct()
    of_codes = lots.join(PublicCode, PublicCode.code == OpeningCount.code)
    rows = db.session.execute(of_codes.join(Batch, Batch.batch_id == PublicCode.batch_id)).all()
    t = NOON.astimezone(HANOI).date()
    days = {row.lot: opening_search.days_of(row.producer_id, row.code, t) for row in rows}
    assert len(days) == 6
    loud = {lot: (one.burst, one.total) for lot, one in days.items() if one.burst}
    assert loud == {"CX-BT-09": (t - timedelta(days=1), 63)}


def test_loading_again_does_nothing(hanoi: Flask) -> None:
    assert operations.load(NOON) is None


def test_each_event_is_recorded_at_its_own_time_and_none_after_noon(hanoi: Flask) -> None:
    first, last = db.session.execute(
        select(func.min(Event.record_time), func.max(Event.record_time))
    ).one()
    assert first < last <= NOON
    assert last.astimezone(HANOI).strftime("%d %H:%M") == "22 10:43"
    assert queries.loaded_on() == NOON.astimezone(HANOI).date()


@pytest.mark.parametrize("lot", UNCHANGED_BY_ACT_2, ids=lambda lot: lot["code"])
def test_the_ledger_of_a_lot_is_what_the_data_set_says(hanoi: Flask, lot: Content) -> None:
    books = {key: batches.balance(id_, ref(lot["code"])) for key, id_ in PRODUCER_ID.items()}

    def total(*accounts: str) -> Decimal:
        found = (book.get(a, Decimal(0)) for book in books.values() for a in accounts)
        return sum(found, Decimal(0))

    expected = {name: Decimal(str(n)) for name, n in lot["quantities"].items() if name != "stock"}
    stock = {one["operator"]: one["qty"] for one in lot["quantities"]["stock"]}
    assert {key: float(book["stock"]) for key, book in books.items() if book["stock"]} == stock
    assert total("used") == expected["consumed"]
    assert total("sold") == expected["sold"]
    assert total("sampled", "lost", "destroyed") == expected["removed"]
    # What came from a party without account was received and never made.
    entered = total("made") + total("received") - total("shipped")
    assert entered == expected["created"] - expected["in_transit"] - expected["discrepancy"]


def test_every_finished_lot_has_an_active_code_and_no_other_has_one(hanoi: Flask) -> None:
    codes = db.session.execute(select(PublicCode.batch_id, PublicCode.state)).all()
    assert {(batch_id, state) for batch_id, state in codes} == {
        (ref(lot)[1], "active") for lot in FINISHED
    }
    assert len(codes) == len(FINISHED) == 31


def test_the_code_of_a_lot_is_the_same_in_every_demo(hanoi: Flask) -> None:
    code = select(PublicCode.code).where(PublicCode.batch_id == ref("CN-VD03-T")[1])
    assert db.session.execute(code).scalar_one() == "7VE9GG75AE"


def test_nobody_raised_a_record_of_their_own_but_inspectors(hanoi: Flask) -> None:
    own = (
        select(EventEvidence.level, func.count())
        .join(
            Event,
            (Event.producer_id == EventEvidence.producer_id)
            & (Event.event_id == EventEvidence.event_id),
        )
        .where(EventEvidence.by_member_id == Event.author_member_id)
        .group_by(EventEvidence.level)
    )
    assert pairs(own) == {"inspector": 5}
    everybody = select(EventEvidence.level, func.count()).group_by(EventEvidence.level)
    levels = pairs(everybody)
    assert levels == {"coop": 25, "counterpart": 62, "inspector": 6, "lab": 3}


def test_a_shipment_is_confirmed_when_it_is_received(hanoi: Flask) -> None:
    mismatch = UUID("019b774a-0162-7007-af74-980c8830abd2")
    given_at = db.session.execute(
        select(EventEvidence.given_at).where(EventEvidence.event_id == mismatch)
    ).scalar_one()
    assert given_at.astimezone(HANOI).strftime("%d %H:%M") == "21 16:43"


def test_households_are_numbered_and_officers_are_officers(hanoi: Flask) -> None:
    numbers = select(Plot.name, Plot.household_number).where(
        Plot.producer_id == PRODUCER_ID["baixanh"]
    )
    by_plot = pairs(numbers)
    assert (by_plot["VD-01"], by_plot["VD-03"], by_plot["VD-05"]) == (1, 2, 3)
    assert set(by_plot.values()) == {1, 2, 3, 4, 5, 6}
    officers = select(MembershipRole.member_id).where(MembershipRole.role == "officer")
    assert set(db.session.execute(officers).scalars()) == {
        MEMBER_ID["cq-truong"],
        MEMBER_ID["cq-dl"],
    }
    kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == PRODUCER_ID["gom68"])
    assert db.session.execute(kinds).scalars().all() == ["collector"]


def test_what_came_from_a_household_without_account_says_so(hanoi: Flask) -> None:
    origin = select(Batch.producer_id, Partner.name, Partner.commune).join(
        Partner,
        (Partner.producer_id == Batch.producer_id) & (Partner.partner_id == Batch.partner_id),
    )
    rows = db.session.execute(origin.where(Batch.lot == "CN-BH-X")).all()
    assert [tuple(row) for row in rows] == [
        (PRODUCER_ID["gom68"], "Hộ trồng rau Bãi Hồng (mẫu), xã Yên Lãng", "Yên Lãng")
    ]


def test_nothing_derived_is_stored_and_nobody_is_notified(hanoi: Flask) -> None:
    assert count(PublicSnapshot) == 0
    jobs = Counter(db.session.execute(select(Job.kind)).scalars())
    assert jobs == {"photo.render": 54, "findings.judge_shipment": 33, "hand_offs.remind": 33}
    assert count(Photo) == 54  # 41 scenes, 12 signed papers
    assert db.session.execute(select(func.count()).where(~Photo.is_public)).scalar_one() == 12
