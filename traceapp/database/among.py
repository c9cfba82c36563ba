"""The condition that a column has one of many texts, however many."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.database.engine import db


def among(column: InstrumentedAttribute[str], texts: Sequence[str]) -> ColumnElement[bool]:
    """Make the condition; the texts go as one value, for drivers take only so many."""
    if db.engine.dialect.name == "postgresql":
        listed: ColumnElement[Any] = literal(list(texts), ARRAY(String))
        return column == any_(listed)
    each = func.json_each(json.dumps(list(texts))).table_valued("value")
    return column.in_(select(each.c.value))
