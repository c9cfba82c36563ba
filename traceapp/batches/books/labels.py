"""Labels that a step issues or voids: a number of them tells of one batch."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traceapp import problem
from traceapp.batches.recording.grants import Item
from traceapp.trace.rules.labelling import PRINT, VOID


def faults(data: Mapping[str, Any], items: Sequence[Item]) -> Iterator[problem.Finding]:
    """Find a number of labels that is told of several batches at once."""
    if data["step_kind"] in (PRINT, VOID) and len(items) > 1 and data["fields"].get("labels"):
        yield problem.Finding(
            "/about",
            "one_at_a_time",
            problem.N_("One figure cannot tell of several batches."),
            problem.N_("Tell of each batch in a record of its own."),
        )
