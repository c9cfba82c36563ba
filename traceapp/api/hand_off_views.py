"""Routes of hand-offs: what either side sees of them. Confirming one is an event, `receive`."""

from datetime import UTC, datetime
from typing import Any

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import hand_off_answers, hand_off_queries, shapes
from traceapp.api.contract import operation
from traceapp.api.rooms import hand_offs


@hand_offs.get("/hand-offs")
@may(Act.READ)
@operation({200: hand_off_answers.HAND_OFFS}, query=shapes.HandOffPageSchema())
def list_hand_offs(query: dict[str, Any]) -> dict[str, Any]:
    """List the deliveries you are a side of; `direction=incoming&state=on_the_way` are open offers.

    To confirm one, send an event `receive` with its id as `ship_event_id` and what you counted as
    `outputs`; to refuse it, `reject` with the batches as `about`. A receiver reads what the sender
    recorded once it has answered. `disputed` ends when one side corrects its event or, at the desk,
    agrees with the other.
    """
    return hand_off_queries.listed(member().producer_id, query, datetime.now(UTC))
