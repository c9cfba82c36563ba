"""The driver beneath SQLAlchemy, for what is done often: SQLAlchemy costs more than the database.

Statements run in the transaction of the session, whoever listens to statements hears of them, and
what goes wrong is said in the words of SQLAlchemy.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from traceapp.database.engine import db


def connected() -> Connection:
    """Give the connection of this transaction; what waits to be written is written first."""
    session = db.session()
    session.flush()
    return session.connection()


def driver_of(connection: Connection) -> Any:  # noqa: ANN401 - a connection of either driver
    """Give the driver's own connection."""
    return connection.connection.driver_connection


def execute(connection: Connection, text: str, values: Any) -> Any:  # noqa: ANN401 - of the driver
    """Execute a statement; give its cursor."""
    with told(connection, text, values):
        return driver_of(connection).execute(text, values)


def execute_each(connection: Connection, text: str, values: Sequence[Any]) -> None:
    """Execute a statement for each of these values."""
    with told(connection, text, values, many=True):
        driver_of(connection).cursor().executemany(text, values)


@contextmanager
def told(
    connection: Connection,
    text: str,
    values: Any = (),  # noqa: ANN401 - as the driver takes them
    *,
    many: bool = False,
) -> Iterator[None]:
    """Tell who listens to statements of one, and name what goes wrong as SQLAlchemy does."""
    dialect, dispatch = connection.dialect, connection.dispatch
    dispatch.before_cursor_execute(connection, None, text, values, None, many)
    try:
        yield
    except dialect.dbapi.Error as error:  # type: ignore[union-attr]
        raise DBAPIError.instance(
            text,
            (),
            error,
            dialect.dbapi.Error,  # type: ignore[union-attr]
            hide_parameters=True,  # what people typed is in no log
            dialect=dialect,
        ) from error
