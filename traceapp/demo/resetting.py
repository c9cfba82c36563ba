"""Emptying the demo database. Append-only tables refuse DELETE, so the schema is made anew."""

from flask_migrate import downgrade, upgrade

from traceapp.database.engine import db
from traceapp.demo.operations import require_demo


def empty() -> None:
    """Drop every table of the demo database and make them again.

    Raises DemoRefused where this is not the demo or a real producer exists.
    """
    require_demo()
    db.session.remove()  # PostgreSQL would wait for this session's transaction for ever
    downgrade(revision="base")
    upgrade()
