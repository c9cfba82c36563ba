"""Batches on sale in the demo, and a visitor who asks for their pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from tests.builders import LABEL, Business, batch, line, product, record
from traceapp.codes import queries
from traceapp.web.endpoints import transaction

PICTURE = "ab" * 32
TEA = "09520001000010"


def finished(owner: Business, lot: str = "CN-01", **changes: Any) -> str:
    """A batch on sale, complete in every fact; gives its code. Dates are those of the batch."""
    dates = {"production_date": "2026-11-21", "expiry_date": "2126-11-26"}
    dates |= {name: changes.pop(name) for name in list(changes) if name.endswith("_date")}
    given = {"role": "finished", "label": LABEL, "photo_sha256": PICTURE} | changes
    made = batch(owner, product(owner, **given), lot, **dates)
    record(owner, "harvest", outputs=[line(made, "12.5")], plot_id=str(owner.plot_id))
    return code_of(owner.producer_id, made)


def code_of(producer_id: UUID, batch_id: UUID) -> str:
    fact = queries.of_batch(producer_id, batch_id)
    assert fact is not None
    return fact.code


@contextmanager
def writing(reader: FlaskClient) -> Iterator[None]:
    with reader.application.app_context(), transaction():
        yield


def page(reader: FlaskClient, path: str, status: int = 200, language: str = "vi") -> str:
    answer = reader.get(path, headers={"Accept-Language": language})
    assert answer.status_code == status
    return answer.get_data(as_text=True)
