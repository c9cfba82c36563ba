"""Erasing a person's values: name, phone, sign-in and all that was theirs goes; records stay.

Events, hashes, the ledger and the book of acts name people by id alone. The id stays, and nobody
can tell whose it was. A job removes what the producer had exported before. On SQLite what is
deleted is overwritten (PRAGMA secure_delete) and a job empties the write-ahead log; on PostgreSQL
the job vacuums the tables. Backups that were made before keep what they have until they are thrown
away.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, delete, select

from traceapp import problem
from traceapp.accounts import phones
from traceapp.accounts.models import Account, ApiToken, OneTimeCode, Passkey, SignedInDevice
from traceapp.admission import people
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.freshness import operations as freshness
from traceapp.freshness.models import PublicSnapshot
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.mail import operations as mail
from traceapp.producers.models import Membership, Plot
from traceapp.voices import operations as voices

CLEAN = "admission.clean_after_erasure"
FORGET_EXPORTS = "export.forget_made"  # the room beside this one does it
TABLES = (
    *("membership", "account", "signed_in_device", "one_time_code", "passkey", "job"),
    *("api_token", "public_snapshot", "phone", "plot", "push_subscription"),
)

Member = tuple[UUID, UUID]


class StillReadError(RuntimeError):
    """Somebody reads an older state, so the log cannot be emptied yet; the job comes again."""


def erase(by: Member, member_id: UUID, *, now: datetime) -> None:
    """Erase a person's values; someone still here leaves first. Raises ValidationError."""
    row = db.session.get(Membership, (by[0], member_id))
    if row is None or row.erased_at is not None:
        raise problem.NotFound
    if row.ended_at is None:
        people.end(by, member_id, now=now)
    account_id = row.account_id
    _erase_household(by[0], row.name)
    row.name = row.phone = None
    row.public_name_consent = False
    row.account_id = None
    row.erased_at = now
    db.session.flush()
    if account_id is not None and not _works_elsewhere(account_id):
        _erase_account(account_id)
    of_member = (ApiToken.producer_id == by[0], ApiToken.member_id == member_id)
    db.session.execute(delete(ApiToken).where(*of_member))  # its name is what the person wrote
    phones.forget_names((by[0], member_id))
    voices.erase_all_of((by[0], member_id), now=now)
    _forget_pages()
    made = {"producer_id": str(by[0]), "made_until": now.isoformat()}
    jobs.enqueue(FORGET_EXPORTS, made, now=now)
    note(by[0], "member_erased", f"member/{member_id}", by=by, now=now)
    jobs.enqueue(CLEAN, {}, now=now)


def clean_job(_payload: Payload, _now: datetime) -> Deed:
    """Do a job of the kind CLEAN: see that no file of the database keeps what was erased.

    Raises StillReadError while an older state is being read.
    """
    db.session.rollback()
    engine = db.engine
    if engine.dialect.name == "sqlite":
        _empty_log(engine)
    else:
        _vacuum(engine)
    return _nothing


def _nothing() -> None:
    """Record nothing: the job is done when the files are clean."""


def _works_elsewhere(account_id: UUID) -> bool:
    query = select(Membership.member_id).where(Membership.account_id == account_id).limit(1)
    return db.session.scalar(query) is not None


def _erase_household(producer_id: UUID, name: str | None) -> None:
    """Empty the household of plots that was named after the person."""
    if not name:
        return
    for plot in db.session.scalars(select(Plot).where(Plot.producer_id == producer_id)):
        if plot.household and fold(plot.household).split() == fold(name).split():
            plot.household = None


def _erase_account(account_id: UUID) -> None:
    account = db.session.get_one(Account, account_id)
    if account.email:
        mail.forget(account.email)
    for table in (SignedInDevice, OneTimeCode, Passkey):
        db.session.execute(delete(table).where(table.account_id == account_id))
    db.session.delete(account)
    db.session.flush()


def _forget_pages() -> None:
    """Drop every kept page: any of them may tell the name, where the person had agreed to that."""
    freshness.step()
    db.session.execute(delete(PublicSnapshot))


def _empty_log(engine: Engine) -> None:
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if raw is None:
            raise StillReadError
        is_busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_busy:
        raise StillReadError


def _vacuum(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"VACUUM {table}")
