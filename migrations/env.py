"""How migrations run: online only, on SQLite with foreign keys off and checked at the end."""

from alembic import context
from sqlalchemy import Connection

from traceapp.accounts import models as _accounts
from traceapp.api import models as _api
from traceapp.audit import models as _audit
from traceapp.batches import hand_off_models as _hand_off_answers
from traceapp.batches import models as _batches
from traceapp.chains import models as _chains
from traceapp.codes import models as _codes
from traceapp.database.engine import db
from traceapp.demo import models as _demo
from traceapp.exchange import models as _exchange
from traceapp.findings import models as _findings
from traceapp.freshness import models as _freshness
from traceapp.handoffs import models as _hand_offs
from traceapp.jobs import models as _jobs
from traceapp.labels import models as _labels
from traceapp.labels import unit_models as _units
from traceapp.links import models as _links
from traceapp.network import models as _network
from traceapp.network import programme_models as _programme
from traceapp.photos import models as _photos
from traceapp.producers import certificate_models as _certificates
from traceapp.producers import models as _producers
from traceapp.public import models as _public
from traceapp.purchasing import models as _purchasing
from traceapp.push import models as _push
from traceapp.questions import models as _questions
from traceapp.recalls import case_models as _recall_cases
from traceapp.recalls.stops import models as _recalls
from traceapp.stalls import models as _stalls
from traceapp.voices import models as _voices

# Importing a room's models puts its tables into the metadata that migrations are compared with.
ROOMS = (
    *(_accounts, _api, _audit, _batches, _certificates, _codes, _demo, _exchange, _freshness),
    _chains,
    *(_findings, _hand_off_answers, _hand_offs, _labels, _units, _network),
    _programme,
    *(_links, _jobs, _photos, _producers, _public, _questions, _recalls, _recall_cases, _stalls),
    *(_purchasing, _push, _voices),
)


def run() -> None:
    """Run the migrations in one transaction on one connection."""
    engine = db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _run_on_sqlite(connection)
        else:
            with connection.begin():
                _migrate(connection)


def _run_on_sqlite(connection: Connection) -> None:
    # Rebuilding a table (batch mode) would trip the foreign keys that point at it; the pragma is
    # ignored inside a transaction, so it is set before one begins, on the driver's own connection.
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.execution_options(will_write=True).begin():
            _migrate(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"foreign keys broken by a migration: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    context.run_migrations()


run()
