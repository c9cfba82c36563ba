"""Kept read models and whoever changes what they tell, at the same time."""

import threading
import time
from uuid import uuid4

import pytest
import sqlalchemy
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import NOON, AppMaker
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.freshness import queries as fresh
from traceapp.freshness.models import PublicGeneration, PublicSnapshot
from traceapp.web.endpoints import transaction

CODE = "7K3M9QRT2X"
REF = (uuid4(), uuid4())
SOON_S = 0.5  # time enough for a thread to reach the lock that it must wait for


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each thread has a context of its own."""
    return make_app()


def test_what_was_being_kept_while_a_batch_changed_is_forgotten_too(
    app: Flask, database_url: str
) -> None:
    def forget() -> None:
        with app.app_context(), transaction():
            freshness.forget([REF])

    other = sqlalchemy.create_engine(database_url)
    changing = threading.Thread(target=forget)
    with Session(other) as keeping, keeping.begin():
        generation = keeping.get_one(PublicGeneration, 1, with_for_update=True)
        keeping.add(
            PublicSnapshot(
                code=CODE, producer_id=REF[0], batch_id=REF[1], document="{}", built_at=NOON
            )
        )
        keeping.flush()
        before = generation.number
        changing.start()
        time.sleep(SOON_S)
    changing.join()
    other.dispose()
    with app.app_context():
        assert fresh.generation() == before + 1
        assert fresh.kept(CODE) is None
        db.session.rollback()
