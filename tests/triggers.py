"""Writing past the triggers of append-only tables, in tests alone."""

from sqlalchemy import text

from traceapp.database.engine import db


def disarm(*tables: str) -> None:
    """Take the triggers of these tables away, in the transaction at hand."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    for table in tables:
        for name in ("no_update", "no_delete", "append_only"):
            place = "" if is_sqlite else f" ON {table}"
            db.session.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name}{place}"))
