"""What a database holds, told by a count and a hash for each table, whatever the order of rows."""

import hashlib
import operator
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

WAKE_UPS = "huey_"  # tables of wake-ups: they hold no data and are not copied
ROWS_AT_ONCE = 1000
MODULUS = 2**256


@dataclass(frozen=True, slots=True)
class TableSum:
    """How many rows a table has, and the sum of their hashes."""

    rows: int
    sha256: str


def take(connection: Connection) -> dict[str, TableSum]:
    """Read every table of the transaction at hand."""
    return {table: _sum_of(connection, table) for table in tables(connection)}


def tables(connection: Connection) -> list[str]:
    """Name the tables that hold data."""
    return sorted(
        name for name in inspect(connection).get_table_names() if not name.startswith(WAKE_UPS)
    )


def differences(before: Mapping[str, TableSum], after: Mapping[str, TableSum]) -> list[str]:
    """Name the tables that are not the same in both."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def _sum_of(connection: Connection, table: str) -> TableSum:
    quote = connection.dialect.identifier_preparer.quote
    names = sorted(map(operator.itemgetter("name"), inspect(connection).get_columns(table)))
    columns = ", ".join(map(quote, names))
    count = total = 0
    # Names come from the database's own catalogue, quoted.
    rows = connection.exec_driver_sql(
        f"SELECT {columns} FROM {quote(table)}",  # noqa: S608
        execution_options={"stream_results": True, "yield_per": ROWS_AT_ONCE},
    )
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
    return TableSum(count, f"{total % MODULUS:064x}")
