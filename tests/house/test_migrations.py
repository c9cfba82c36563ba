"""Migrations go forward and back, and match the tables of the code, on both databases."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.exc import DatabaseError

from tests.builders import NOW, Business, batch, business, event, line, product
from tests.conftest import NOON
from tests.trade import Trade, tell
from traceapp.batches.books.models import CorrectedEvent, HandOff
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.holding import held_among
from traceapp.findings.models import Hold, HoldRelease
from traceapp.findings.releasing import InCharge, Seen, release
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.recalls import cases
from traceapp.recalls.cases import ANSWERED_WITHIN, Order, Suspicion
from traceapp.recalls.notices import reminders
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction


@pytest.fixture
def postgresql_url(postgresql_copy: str) -> str:
    """A database with the tables of the migrations and no other."""
    return postgresql_copy


def test_the_migrated_schema_is_the_schema_of_the_code(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_check_constraint_of_the_code_is_in_the_database(app: Flask) -> None:
    inspector = inspect(db.engine)
    for table in db.metadata.tables.values():
        in_code = {str(c.name) for c in table.constraints if c.__visit_name__ == "check_constraint"}
        in_database = {str(c["name"]) for c in inspector.get_check_constraints(table.name)}
        assert in_code <= in_database, table.name


def test_only_the_first_key_of_an_event_begins_with_its_producer(app: Flask) -> None:
    # PostgreSQL took another for the check that the lines of an event belong to one: each line
    # then cost reading all events of its producer.
    if db.engine.dialect.name == "postgresql":
        others = inspect(db.engine).get_indexes("event")
        assert "producer_id" not in [index["column_names"][0] for index in others]


def test_migrations_go_all_the_way_back_and_forward_again(app: Flask) -> None:
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert "event" in inspect(db.engine).get_table_names()


def test_what_was_handed_over_before_there_was_an_index_is_indexed_by_a_job(app: Flask) -> None:
    trade = Trade()
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    db.session.remove()
    downgrade(revision="0005")
    assert "hand_off" not in inspect(db.engine).get_table_names()
    upgrade()
    assert db.session.scalars(select(HandOff)).all() == []
    db.session.rollback()
    Runner(app, lambda: NOON).run_due()
    assert [row.state for row in db.session.scalars(select(HandOff))] == ["disputed"]


def test_it_is_worked_out_which_deliveries_lead_here_from_the_producer(app: Flask) -> None:
    trade = Trade()
    got = trade.receive()["outputs"]
    with transaction():
        tung, tu = business("Ông Tùng"), business("Bà Tư")
    to_tu = {"to_site": str(tu.site_id), "doc_no": "9"}
    onward = [event(by, "ship", inputs=got, fields=to_tu) for by in (trade.hoa, tung)]
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    tell(tung, event(tung, "receive", outputs=got))
    for by, ship in zip((trade.hoa, tung), onward, strict=True):
        tell(by, ship)
    told = _from_producer()
    assert told == {
        trade.minh.producer_id: True,
        trade.hoa.producer_id: True,
        tung.producer_id: False,
    }
    db.session.remove()
    downgrade(revision="0013")
    upgrade()
    assert _from_producer() == told


def _from_producer() -> dict[UUID | None, bool]:
    sent = db.session.scalars(select(HandOff).where(HandOff.state != "unmatched"))
    return {row.sender_id: row.is_from_producer for row in sent}


def test_corrections_become_a_chain_on_the_way_back_that_says_the_same(
    app: Flask,
) -> None:
    trade = Trade()
    corrects = str(trade.ship_id)
    ids = [new_id() for _ in range(4)]
    others = [(corrects, "110"), (corrects, "100"), (str(ids[0]), "90"), (str(new_id()), "80")]
    for one, (wrong, kg) in zip(ids, others, strict=True):
        tell(trade.minh, trade.ship(kg, id=str(one), corrects=wrong))
    tell(trade.minh, trade.ship())
    told = _replaced()
    assert set(told.values()) == {ids[1]}
    db.session.remove()
    downgrade(revision="0011")
    with db.engine.connect() as connection:
        chain = connection.execute(
            select(Event.event_id, Event.corrects_event_id).where(Event.step_kind == "ship")
        )
        before = {row.event_id: row.corrects_event_id for row in chain}
    assert before == {
        trade.ship_id: None,
        ids[0]: trade.ship_id,
        ids[2]: ids[0],
        ids[1]: ids[2],
        ids[3]: None,
    }
    upgrade()
    assert _replaced() == told


def _replaced() -> dict[UUID, UUID]:
    rows = db.session.execute(select(CorrectedEvent.event_id, CorrectedEvent.replaced_by_id))
    return {row.event_id: row.replaced_by_id for row in rows}


def test_steps_from_before_are_found_by_what_they_say(app: Flask) -> None:
    trade = Trade()
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    numbers = select(Event.event_id, Event.likeness).order_by(Event.event_id)
    told = db.session.execute(numbers).all()
    assert len({row.likeness for row in told} - {None}) == len(told) > 2
    db.session.remove()
    downgrade(revision="0079")
    upgrade()
    assert db.session.execute(numbers).all() == told


def test_releases_from_before_cover_what_their_holds_were_about(app: Flask) -> None:
    lan, cut, made = _overuse_released(app)
    told = _amounts()
    assert told == [(20_000_000, [20_000_000])]
    db.session.remove()
    downgrade(revision="0015")
    upgrade()
    assert _amounts() == told
    tell(lan, event(lan, "sell", event_time="2026-11-17T08:00:00+07:00", inputs=[line(cut, "5")]))
    assert held_among({made})
    assert _amounts() == [(25_000_000, [20_000_000])]
    db.session.remove()
    downgrade(revision="0015")  # where a release lets all go, this one may not
    upgrade()
    assert _amounts() == [(25_000_000, [])]
    assert held_among({made})


def test_recalls_of_before_there_were_reminders_are_reminded_of_from_now_on(app: Flask) -> None:
    now = datetime.now(UTC)
    with transaction():
        office = business("Chi cục", kinds=("authority",), role="officer")
        lot = Ref(office.producer_id, batch(office, product(office), "L1"))
        by = Actor(Ref(office.producer_id, office.actor.member_id), is_authority=True)
        fresh, late, old = (issued_at(by, lot, now - timedelta(days=days)) for days in (0, 3, 30))
        db.session.execute(delete(Job))
    db.session.remove()
    downgrade(revision="0052")
    upgrade()
    db.session.rollback()
    jobs = {
        json.loads(one.payload)["case_id"]: (json.loads(one.payload)["number"], one.run_after)
        for one in db.session.scalars(select(Job).where(Job.kind == reminders.REMIND))
    }
    assert jobs[str(fresh.id)] == (0, reminders.due_at(now, now + ANSWERED_WITHIN, 0))
    deadline = now - timedelta(days=3) + ANSWERED_WITHIN
    assert jobs[str(late.id)] == (4, reminders.due_at(now, deadline, 4))
    assert str(old.id) not in jobs
    db.session.remove()
    downgrade(revision="0052")
    upgrade()  # again: what is asked for already is not asked for twice
    db.session.rollback()
    count = select(func.count()).select_from(Job).where(Job.kind == reminders.REMIND)
    assert db.session.scalar(count) == len(jobs)


def issued_at(by: Actor, lot: Ref, at: datetime) -> Ref:
    case = cases.open_case(by, Suspicion(lot, "batch", "Nghi"), now=at)
    cases.issue(case, by, Order("Dư lượng", "high", "Mang trả", "Chi cục"), [lot], now=at)
    return case


def _overuse_released(app: Flask) -> tuple[Business, UUID, Ref]:
    with transaction():
        lan = business("HTX Lan", role="owner")
        greens = product(lan)
        cut, bags = batch(lan, greens, "CUT"), batch(lan, greens, "BAGS")
    made = Ref(lan.producer_id, bags)
    tell(lan, event(lan, "harvest", outputs=[line(cut, "100")]))
    tell(lan, event(lan, "pack", inputs=[line(cut, "120")], outputs=[line(bags, "120")]))
    (hold,) = db.session.scalars(select(Hold))
    seen = Seen(Ref(hold.finding_producer_id, hold.finding_id), hold.amount)
    by = InCharge(Ref(lan.producer_id, lan.actor.member_id), {"owner"})
    db.session.rollback()
    with transaction():
        release(made, seen, by, "Cân lại đủ.", now=NOW)
    assert not held_among({made})
    return lan, cut, made


def _amounts() -> list[tuple[int, list[int]]]:
    releases = db.session.scalars(select(HoldRelease.amount)).all()
    return [(amount, list(releases)) for amount in db.session.scalars(select(Hold.amount))]


@pytest.mark.parametrize(
    "deed", ["UPDATE code_state_change SET actor = 'x'", "DELETE FROM code_state_change"]
)
def test_an_append_only_table_refuses_change(app: Flask, deed: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO public_code VALUES ('0123456789', :p, :p, 'active', NULL, 0)"),
            {"p": _id(connection)},
        )
        connection.execute(
            text("INSERT INTO code_state_change VALUES ('0123456789', 0, 'active', 'Lan', NULL)")
        )
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(deed))


def _id(connection: object) -> object:
    raw = bytes(range(16))
    if db.engine.dialect.name == "postgresql":
        return raw.hex()
    return raw


def test_a_process_that_has_migrated_nothing_knows_which_schemas_there_are() -> None:
    """As each start, the doctor and a restore do, before anything is migrated."""
    asks = "from traceapp.upkeep import schema; print(*schema.known())"
    done = subprocess.run(
        [sys.executable, "-c", asks],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split()[-1] == "0001"
