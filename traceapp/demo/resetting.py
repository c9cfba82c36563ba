"""Emptying the demo database. Append-only tables refuse DELETE, so the schema is made anew."""

from flask_migrate import downgrade, upgrade
from sqlalchemy import update

from traceapp.database.engine import db
from traceapp.demo.operations import require_demo
from traceapp.freshness.models import PublicGeneration
from traceapp.freshness.queries import generation
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings


def empty() -> None:
    """Drop every table of the demo database and make them again.

    Raises DemoRefused where this is not the demo or a real producer exists.
    """
    if settings().demo:
        upgrade()  # there may be no tables yet to ask
    require_demo()
    before = generation()
    db.session.remove()  # PostgreSQL would wait for this session's transaction for ever
    downgrade(revision="base")
    upgrade()
    with transaction():
        # A server that runs on keeps pages by this number: it must never come back to an old one.
        db.session.execute(update(PublicGeneration).values(number=before + 1))
    db.session.remove()
