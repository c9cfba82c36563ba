"""Inserting what has the same key whoever sends it, also when two do at the same moment."""

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from traceapp.database.engine import Base, db


def insert_once(row: Base) -> bool:
    """Insert a row; False where it is there, also when another request is just inserting it."""
    kind = type(row)
    key = inspect(kind).primary_key_from_instance(row)
    if db.session.get(kind, key) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        if db.session.get(kind, key) is None:
            raise
        return False
    return True
