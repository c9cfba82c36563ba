"""Indexes of some rows of a table."""

from sqlalchemy import Index, text


def partly(where: str, name: str, *columns: str) -> Index:
    """Make an index of the rows that match a condition; a query that is to use it says the same."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))
