"""Column types that hold equal values on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, LargeBinary, Uuid
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Identifier(TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite, uuid on PostgreSQL."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid(as_uuid=True, native_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], Any] | None:
        """Hand ids to the driver; a row has many, so the database is asked for once."""
        return None if dialect.name == "postgresql" else _as_bytes

    def result_processor(
        self,
        dialect: Dialect,
        coltype: object,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> Callable[[UUID | bytes | None], UUID | None] | None:
        """Take ids from the driver."""
        return None if dialect.name == "postgresql" else _as_id


def _as_bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


@lru_cache(maxsize=16384)  # the same few ids stand in row after row
def _as_id(value: UUID | bytes | None) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(bytes=bytes(value))


class Instant(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970 in UTC; naive times are refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn an aware time into microseconds."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn microseconds into an aware time in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


def to_microseconds(moment: datetime) -> int:
    """Give the microseconds since 1970 of an aware time. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without an offset is not a moment")
    return (moment - EPOCH) // timedelta(microseconds=1)


Key = Annotated[UUID, mapped_column(Identifier, primary_key=True)]
Reference = Annotated[UUID, mapped_column(Identifier)]
Moment = Annotated[datetime, mapped_column(Instant)]
