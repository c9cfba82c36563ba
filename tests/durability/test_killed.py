"""Kill -9 amid acknowledged writes: none is lost, none is there twice, on both databases."""

import http.client
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.builders import Business, batch, business, product
from tests.conftest import REQUIRE_ALL, Tell, close, migrate, settings_for
from tests.durability.servers import Gunicorn, Postgres
from tests.postgres import PostgresMissingError
from tests.signing_in import token_of
from traceapp.app import create_app
from traceapp.batches.models import Event, EventItem, LedgerEntry
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction

SECRET = "a secret for tests that is long enough"
CLIENTS = 8
WRITES = 2000
BATCHES = 40
EVERY = 450  # acknowledged writes between two kills
PATIENCE_S = 120.0


@dataclass
class Clients:
    """Phones that send each record until the server says that it has it."""

    port: int
    headers: dict[str, str]
    bodies: list[dict[str, Any]]
    acknowledged: list[str] = field(default_factory=list)
    told_again: int = 0
    refused: list[str] = field(default_factory=list)

    def run(self) -> list[threading.Thread]:
        shares = [self.bodies[n::CLIENTS] for n in range(CLIENTS)]
        threads = [threading.Thread(target=self._send, args=(share,)) for share in shares]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, bodies: list[dict[str, Any]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for body in bodies:
            end = time.monotonic() + PATIENCE_S
            while not self._is_taken(connection, body):
                if time.monotonic() > end:
                    self.refused.append("nobody answers")
                    break
                time.sleep(0.05)
        connection.close()

    def _is_taken(self, connection: http.client.HTTPConnection, body: dict[str, Any]) -> bool:
        try:
            connection.request("POST", "/api/v1/events", json.dumps(body), self.headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return False
        if answer.status in {200, 201}:
            self.acknowledged.append(body["id"])
            self.told_again += answer.status == 200
            return True
        if answer.status < 500:
            self.refused.append(said.decode())
            return True
        return False


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL whose path is short enough for its socket."""
    room = Path(tempfile.mkdtemp(prefix="traceapp-kill-", dir="/tmp"))
    room.chmod(0o711)
    try:
        server = Postgres(room)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop_at_once()
    except PostgresMissingError as error:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(error))
    finally:
        shutil.rmtree(room, ignore_errors=True)


def harvests(by: Business, batches: list[UUID], count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": str(new_id()),
            "step_kind": "harvest",
            "event_time": "2026-11-21T05:40:00+07:00",
            "site_id": str(by.site_id),
            "outputs": [{"batch_id": str(batches[n % len(batches)]), "quantity": "1", "uom": "kg"}],
        }
        for n in range(count)
    ]


def kill_amid(url: str, folder: Path, server: Postgres | None, writes: int) -> str:
    """Write, kill, start again, and compare what is there with what was acknowledged."""
    app = create_app(settings_for(url, folder, SECRET_KEY=SECRET))
    with app.app_context():
        with transaction():
            lan = business("Lan")
            greens = product(lan)
            made = [batch(lan, greens, f"CN-{n}") for n in range(BATCHES)]
        headers = {"Content-Type": "application/json", **token_of(lan)}
        db.session.remove()
        web = Gunicorn(
            {
                **os.environ,
                "DATABASE_URL": url,
                "INSTANCE_DIR": str(folder / "instance"),
                "SECRET_KEY": SECRET,
            }
        )
        web.start()
        web.wait_until_it_answers()
        clients = Clients(web.port, headers, harvests(lan, made, writes))
        threads = clients.run()
        kills = 0
        while any(thread.is_alive() for thread in threads):
            if len(clients.acknowledged) >= EVERY * (kills + 1):
                web.kill()
                if server is not None and kills == 1:
                    server.stop_at_once()
                    server.start()
                web.start()
                kills += 1
            time.sleep(0.01)
        web.kill()
        assert clients.refused == []
        assert kills >= writes // EVERY - 1
        assert_each_is_there_once(clients.acknowledged, writes)
    close(app)
    return f"{kills} kills, {len(clients.acknowledged)} acknowledged, {clients.told_again} again"


def assert_each_is_there_once(acknowledged: list[str], writes: int) -> None:
    db.engine.dispose()
    stored = [str(found) for found in db.session.execute(select(Event.event_id)).scalars()]
    assert len(acknowledged) == writes
    assert set(acknowledged) - set(stored) == set()
    assert len(stored) == len(set(stored)) == writes
    items = db.session.execute(select(func.count()).select_from(EventItem)).scalar_one()
    assert items == writes
    rows = db.session.execute(select(LedgerEntry)).scalars().all()
    assert len({row.event_id for row in rows}) == writes
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_kill_minus_nine_loses_no_acknowledged_write_on_sqlite(
    sqlite_url: str, tmp_path: Path, tell: Tell
) -> None:
    tell(kill_amid(sqlite_url, tmp_path, None, WRITES))


def test_kill_minus_nine_and_a_fall_of_postgresql_lose_no_acknowledged_write(
    tmp_path: Path, tell: Tell
) -> None:
    with own_postgres() as server:
        migrate(server.url, tmp_path)
        tell(kill_amid(server.url, tmp_path, server, WRITES))


@pytest.mark.long
def test_ten_times_as_many_on_sqlite(sqlite_url: str, tmp_path: Path, tell: Tell) -> None:
    tell(kill_amid(sqlite_url, tmp_path, None, 10 * WRITES))
