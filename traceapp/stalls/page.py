"""What everybody may know of a stall, as a document in both languages.

Public are its name, the commune, the seller, and which lots are there; never how much of anything.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from traceapp.codes.states import CodeState
from traceapp.problem import N_
from traceapp.public import producer_queries
from traceapp.public.address import producer_path
from traceapp.public.framing import whole_url
from traceapp.stalls.queries import Lot, ToldStall, on_stall

Document = dict[str, Any]

FORMAT = "traceapp/stall/1"


class StallState(StrEnum):
    """What the page of a stall says first."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_IN_USE = "not_in_use"


STATE_WORDS: Mapping[str, str] = {
    CodeState.NOT_ACTIVATED: N_("Not in use yet"),
    CodeState.HELD: N_("Held back"),
    CodeState.SALE_STOPPED: N_("Sale stopped"),
    CodeState.EXPIRED: N_("Past its use-by date"),
    CodeState.SUSPENDED: N_("Suspended by the authority"),
    CodeState.RECALLED: N_("Recalled"),
    CodeState.VOIDED: N_("Label cancelled"),
}


def document_of(stall: ToldStall, today: date) -> Document:
    """Make the document of a stall; of a seller who was not let in it tells nothing."""
    named: Document = {"format": FORMAT, "code": stall.code, "url": whole_url(f"/S/{stall.code}")}
    seller = producer_queries.producer(stall.producer_id)
    if seller is None:
        return named | {"state": StallState.NOT_IN_USE, "lots": []}
    is_closed = stall.archived_at is not None
    return named | {
        "state": StallState.CLOSED if is_closed else StallState.OPEN,
        "name": stall.name,
        "place": {
            "commune_kind": stall.commune_kind,
            "commune": stall.commune,
            "province": stall.province,
        },
        "seller": {
            "name": {"vi": seller.name, "en": seller.name_en},
            "url": whole_url(producer_path(stall.producer_id)),
        },
        "changed_at": stall.changed_at.isoformat(),
        "lots": [] if is_closed else [_lot(lot) for lot in on_stall(stall[:2], today)],
    }


def _lot(lot: Lot) -> Document:
    return {
        "code": lot.code,
        "url": whole_url(f"/B/{lot.code}"),
        "lot": lot.lot,
        "state": lot.state,
        "is_for_sale": lot.is_for_sale,
        "name": lot.name.document(),
        "producer": lot.producer.document(),
        "made_on": _day(lot.made_on),
        "expires_on": _day(lot.expires_on),
    }


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
