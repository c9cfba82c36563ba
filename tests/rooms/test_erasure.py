"""Erasing a person: nothing personal is left in the database or its files, and records stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business, batch, business, line, product, record
from traceapp.accounts import tokens
from traceapp.accounts.models import Account, Passkey, SignedInDevice
from traceapp.accounts.operations import create_account
from traceapp.accounts.sessions import open_session
from traceapp.admission import erasure, newcomers, people
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.exchange import leaving
from traceapp.exchange.models import ExportFile
from traceapp.jobs import operations as jobs
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.photos.storage import Storage
from traceapp.producers.models import Membership, Plot
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
NAME, PHONE = "Canary Vàng Anh", "+84912345678"
SIGN_IN, EMAIL, DEVICE = "canary.bird", "canary@example.vn", "Canary Browser"
CANARIES = ("Canary Vàng", "canary vàng", PHONE, SIGN_IN, EMAIL, DEVICE, "canary secret")
RECORDS = ("event", "event_item", "ledger_entry", "event_evidence", "batch", "public_code")


@pytest.fixture
def lan(app: Flask) -> Business:
    assert app
    with transaction():
        return business("HTX Lan", kinds=("coop",), role="owner")


def hire(lan: Business) -> Business:
    """Let the canary work here, with everything a person can leave behind."""
    given = {"name": "Canary Vàng trước", "phone": PHONE, "roles": ["clerk"]}
    with transaction():
        by = (lan.producer_id, lan.actor.member_id)
        member_id = people.add(by, given, now=NOW)
    with transaction():
        db.session.get_one(Plot, (lan.producer_id, lan.plot_id)).household = NAME.lower()
    with transaction():  # an older name stays in free pages unless they are overwritten
        people.change(by, member_id, given | {"name": NAME, "public_name_consent": True}, now=NOW)
    with transaction():
        account_id = create_account(SIGN_IN, "mưa nắng hai mùa", phone=PHONE, email=EMAIL, now=NOW)
        row = db.session.get_one(Membership, (lan.producer_id, member_id))
        row.account_id = account_id
        db.session.get_one(Account, account_id).tf_totp_secret = "canary secret"
        member = (lan.producer_id, member_id)
        open_session(account_id, member, name=DEVICE, now=NOW)
        tokens.create(member, name=DEVICE, scope="read", days=None, by=None, now=NOW)
        db.session.add(_passkey(account_id))
    return Business(lan.producer_id, lan.site_id, lan.plot_id, type(lan.actor)(*by[:1], member_id))


def _passkey(account_id: Any) -> Passkey:
    return Passkey(
        passkey_id=new_id(),
        account_id=account_id,
        credential_id=b"canary secret",
        public_key=b"key",
        sign_count=0,
        backup_state=False,
        device_type="single_device",
        create_datetime=NOW,
        lastuse_datetime=NOW,
        name=DEVICE,
        usage="first",
    )


def erase(app: Flask, lan: Business, who: Business) -> None:
    with transaction():
        by = (lan.producer_id, lan.actor.member_id)
        erasure.erase(by, who.actor.member_id, now=NOW)
    assert Runner(app, lambda: NOW).run_due() == 2
    assert set(db.session.scalars(select(Job.last_error))) == {None}
    db.session.remove()


def rows_of(table: str) -> list[tuple[Any, ...]]:
    found = db.session.execute(select(db.metadata.tables[table])).all()
    return sorted(tuple(map(repr, row)) for row in found)


def test_the_records_of_an_erased_person_stay_as_they_were(app: Flask, lan: Business) -> None:
    canary = hire(lan)
    with transaction():
        made = batch(lan, product(lan), "L-1")
        record(canary, "harvest", outputs=[line(made, "5")])
    before = {table: rows_of(table) for table in RECORDS}
    assert before["event"]
    db.session.rollback()
    erase(app, lan, canary)
    assert {table: rows_of(table) for table in RECORDS} == before
    row = db.session.get_one(Membership, (lan.producer_id, canary.actor.member_id))
    assert (row.name, row.phone, row.account_id) == (None, None, None)
    assert row.erased_at == row.ended_at == NOW


def test_no_row_of_any_table_names_the_person(app: Flask, lan: Business) -> None:
    canary = hire(lan)
    erase(app, lan, canary)
    for table in db.metadata.tables:
        told = str(rows_of(table))
        assert not [secret for secret in CANARIES if secret in told], table
    assert db.session.scalars(select(Account)).all() == []
    assert db.session.scalars(select(SignedInDevice)).all() == []


def test_no_file_of_the_database_holds_the_person(
    app: Flask, lan: Business, request: pytest.FixtureRequest
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's files are its server's; the tables are vacuumed")
    canary = hire(lan)
    folder = Path(str(db.engine.url.database)).parent
    assert [name for name in CANARIES if holding(folder, name)] == list(CANARIES)
    erase(app, lan, canary)
    assert [name for name in CANARIES if holding(folder, name)] == []
    assert request


def holding(folder: Path, secret: str) -> list[str]:
    """Name the files of the database that hold a text."""
    return [path.name for path in folder.glob("test.db*") if secret.encode() in path.read_bytes()]


def test_no_export_made_before_keeps_the_person(app: Flask, lan: Business) -> None:
    canary = hire(lan)
    made = ask_for_export(app, lan, NOW)
    assert len(exports()) == 1
    erase(app, lan, canary)
    assert db.session.get(ExportFile, (lan.producer_id, made)) is None
    assert exports() == []


def test_an_export_made_afterwards_stays(app: Flask, lan: Business) -> None:
    erase(app, lan, hire(lan))
    made = ask_for_export(app, lan, LATER)
    forget = {"producer_id": str(lan.producer_id), "made_until": NOW.isoformat()}
    with transaction():
        jobs.enqueue(leaving.FORGET_MADE, forget, now=LATER)
    Runner(app, lambda: LATER).run_due()
    assert db.session.get(ExportFile, (lan.producer_id, made)) is not None
    assert len(exports()) == 1


def ask_for_export(app: Flask, lan: Business, now: datetime) -> UUID:
    """Let the worker make an export."""
    with transaction():
        export_id = leaving.ask(lan.producer_id, lan.actor.member_id, now=now)
    Runner(app, lambda: now).run_due()
    db.session.remove()
    return export_id


def exports() -> list[str]:
    """Name the exports in the storage."""
    paths = Storage(settings().storage_url).paths()
    return [path for path in paths if path.startswith("exports/")]


def test_someone_who_works_elsewhere_keeps_the_sign_in(app: Flask, lan: Business) -> None:
    canary = hire(lan)
    with transaction():
        minh = business("Minh", role="owner")
        account_id = db.session.scalars(select(Account.account_id)).one()
        row = db.session.get_one(Membership, (minh.producer_id, minh.actor.member_id))
        row.account_id = account_id
    erase(app, lan, canary)
    account = db.session.scalars(select(Account)).one()
    assert (account.sign_in_name, account.active) == (SIGN_IN, True)


def test_a_second_person_with_the_same_values_can_come(app: Flask, lan: Business) -> None:
    erase(app, lan, hire(lan))
    with transaction():
        by = (lan.producer_id, lan.actor.member_id)
        again = people.add(by, {"name": NAME, "phone": PHONE, "roles": ["clerk"]}, now=NOW)
        code = newcomers.invite_member((lan.producer_id, again), by=by, now=NOW)
        chosen = {"code": code, "sign_in_name": SIGN_IN, "password": "mưa nắng hai mùa"}
        newcomers.join(chosen, now=NOW)
    assert db.session.scalars(select(Account.sign_in_name)).one() == SIGN_IN
