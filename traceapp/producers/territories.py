"""The provinces of Viet Nam since 1 July 2025 and the communes of Hanoi, as reference data.

Read from `territories.json` (source and licence: `LICENSE.vietnamadminunits.txt`). Codes of
communes differ between sources, so name, kind and province are the key.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import rfc8785
from sqlalchemy import inspect, select

from traceapp.database.engine import Base, db
from traceapp.producers.models import Commune, Province

Row = Mapping[str, Any]


def load() -> tuple[int, int]:
    """Write all provinces and communes, over those that are there; give how many of each.

    The caller owns the transaction. Loading again changes nothing.
    """
    provinces, communes = _content()
    _write(Province, provinces)
    _write(Commune, communes)
    return len(provinces), len(communes)


@cache
def _content() -> tuple[Sequence[Row], Sequence[Row]]:
    text = files("traceapp.producers").joinpath("territories.json").read_text(encoding="utf-8")
    content = json.loads(text)
    provinces = [
        {"name": row["name"], "kind": row["kind"], **_place(row)} for row in content["provinces"]
    ]
    communes = [
        {
            **{name: row[name] for name in ("province", "kind", "name")},
            **_place(row),
            "legacy": rfc8785.dumps(row["legacy"]).decode(),
        }
        for row in content["hanoi_communes"]
    ]
    return provinces, communes


def _place(row: Row) -> Row:
    return {"latitude": row["lat"], "longitude": row["lon"]}


def _write(kind: type[Base], rows: Sequence[Row]) -> None:
    """Write rows over those of the same key; all are looked up at once, and added at once."""
    key_of = inspect(kind).primary_key_from_instance
    known = {tuple(key_of(one)): one for one in db.session.scalars(select(kind))}
    for row in rows:
        one = kind(**row)
        there = known.get(tuple(key_of(one)))
        if there is None:
            db.session.add(one)
        else:
            for name, value in row.items():
                setattr(there, name, value)
    db.session.flush()
