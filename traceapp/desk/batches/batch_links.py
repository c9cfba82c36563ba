"""Where the page of a batch is: its address ends in the batch's code, else in its id."""

from flask import url_for

from traceapp.batches.queries import Ref
from traceapp.codes import queries as codes


def code_of(batch: Ref) -> str | None:
    """Give the code of a batch; None for a batch without a public page."""
    found = codes.of_batch(*batch)
    return found.code if found else None


def batch_page(batch: Ref) -> str:
    """Give the address of the page of a batch."""
    return url_for("desk_batches.show_batch", code=code_of(batch) or batch[1])
