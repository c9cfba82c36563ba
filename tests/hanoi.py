"""The demo data set as it was typed, for tests that compare what was loaded with it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.conftest import NOON
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.demo.reading import HANOI
from traceapp.trace.document import as_document
from traceapp.trace.timeline import build

Content = dict[str, Any]


def content(name: str) -> Content:
    """Read one file of the data set."""
    read: Content = json.loads((HANOI / f"{name}.json").read_text(encoding="utf-8"))
    return read


EXPECTED, LOTS, OPERATORS = (content(name) for name in ("expected", "lots", "operators"))
PRODUCER_ID = {o["key"]: UUID(o["id"]) for o in OPERATORS["operators"]}
MEMBER_ID = {m["key"]: UUID(m["id"]) for o in OPERATORS["operators"] for m in o["members"]}
LOT_ID = {lot["code"]: UUID(lot["id"]) for lot in LOTS["lots"]}
FINISHED = [lot["code"] for lot in LOTS["lots"] if lot["role"] == "finished"]


def ref(lot: str) -> tuple[UUID, UUID]:
    """Find a lot of the data set in the database."""
    batch = select(Batch.producer_id).where(Batch.batch_id == LOT_ID[lot])
    return db.session.execute(batch).scalar_one(), LOT_ID[lot]


def lots(refs: set[tuple[UUID, UUID]]) -> set[str]:
    """Name batches by their lots."""
    name = {batch_id: lot for lot, batch_id in LOT_ID.items()}
    return {name[batch_id] for _, batch_id in refs}


def document(lot: str) -> Mapping[str, Any]:
    """Tell a lot's public story as of noon."""
    told: Mapping[str, Any] = as_document(build(trace_facts(ref(lot)), NOON))
    return told


def entries(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give every entry of a timeline, those of its sources too."""
    found: list[Mapping[str, Any]] = []
    for entry in told["entries"]:
        found.append(entry)
        for source in entry.get("sources", ()):
            found.extend(entries(source))
    return found
