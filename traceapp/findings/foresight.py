"""From when something is allowed: harvest after a spray, leaving after a drug."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from traceapp.batches.recording import grants
from traceapp.findings.ground_facts import grown_on, treatments_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules.growing import HARVEST, SPRAY, first_harvest
from traceapp.trace.rules.treating import LEAVING, TREAT, first_leaving


@dataclass(frozen=True, slots=True)
class Allowed:
    """The first day on which steps of these kinds are allowed."""

    step_kinds: frozenset[str]
    day: date


def allowed_from(author: UUID, data: Mapping[str, Any]) -> Allowed | None:
    """Say from when a harvest or a leaving is allowed, all that was recorded taken together.

    `data` is a step that was recorded. None where it is neither a spray nor a treatment.
    """
    day = None
    kinds = frozenset({HARVEST})
    if data["step_kind"] == SPRAY:
        data = grants.on_its_plot(grants.gather(author, [data]), data)
        land = data["site_producer_id"] or author
        plot = Ref(land, data["plot_id"]) if data["plot_id"] else None
        place = (Ref(land, data["site_id"]), plot)
        day = first_harvest(grown_on({place})[place])
    elif data["step_kind"] == TREAT:
        kinds = LEAVING
        lines = (*data["about"], *data["inputs"])
        herds = {Ref(line["producer_id"] or author, line["batch_id"]) for line in lines}
        treatments = [one for found in treatments_of(herds).values() for one in found]
        day = first_leaving(treatments)
    return Allowed(kinds, day) if day is not None else None
