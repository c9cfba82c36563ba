"""A trace as a table to download: a row for each batch, whatever their number."""

from collections.abc import Iterator

from flask_babel import gettext as _

from traceapp.desk.batches import batch_words
from traceapp.desk.tracing import trace_telling
from traceapp.desk.tracing.trace_telling import Source
from traceapp.trace.units import from_micro
from traceapp.tracing.family import Lineage, Node
from traceapp.web import lists
from traceapp.web.languages import say

Row = tuple[Node, tuple[Source, ...]]
"""A batch and what went into it."""


def rows(lineage: Lineage) -> Iterator[Row]:
    """Give the batches of a family, the one asked for first."""
    return zip(lineage.nodes, trace_telling.sources(lineage), strict=True)


def columns() -> dict[str, lists.Reader]:
    """Name the columns, and how each is read from a row."""
    return {
        _("Step"): lambda row: row[0].step,
        _("Product"): lambda row: say(row[0].product),
        _("Lot"): lambda row: row[0].lot,
        _("Producer"): lambda row: say(row[0].origin or row[0].producer),
        _("Code"): lambda row: row[0].code,
        _("State"): lambda row: row[0].state and batch_words.state_words(row[0].state).name,
        _("Made on"): lambda row: row[0].production_date,
        _("Use by"): lambda row: row[0].expiry_date,
        _("Made from"): _sources,
        _("In stock"): _left,
        _("Unit"): lambda row: row[0].uom,
        _("Hand-offs"): _hand_overs,
    }


def _sources(row: Row) -> str:
    """Write each source with the step, how much of it went in, and its part."""
    return "; ".join(
        " · ".join(filter(None, (one.name, one.step, one.amount, one.share))) for one in row[1]
    )


def _left(row: Row) -> str:
    """Write what each holder has left."""
    node, _went_in = row
    return "; ".join(
        f"{trace_telling.holder(one)}: {format(from_micro(abs(one.amount), node.uom), 'f')}"
        for one in node.holdings
        if one.amount is not None and one.amount > 0
    )


def _hand_overs(row: Row) -> str:
    return "; ".join(f"{sides}: {words}" for sides, words in trace_telling.hand_overs(row[0]))
