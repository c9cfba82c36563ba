"""The tables of a dossier as CSV for programs: ids, plain numbers, times with their offset."""

from collections.abc import Iterator, Sequence

from traceapp.batches.queries import signed_quantity
from traceapp.dossier import words
from traceapp.dossier.contents import Dossier
from traceapp.dossier.words import said
from traceapp.trace.units import from_micro
from traceapp.tracing.family import ref_of
from traceapp.web import csv_text
from traceapp.web.csv_text import Cell
from traceapp.web.pages import HANOI

EVENTS = (
    *("event_id", "producer_id", "batch_id", "lot", "product", "step_kind", "said"),
    *("event_time", "recorded_at", "place", "who", "author", "evidence", "evidence_words"),
    *("quantity", "uom", "more", "photos"),
)
LEDGER = ("holder_id", "holder", "event_id", "step_kind", "at", "account", "quantity", "uom")
LINEAGE = (
    *("generation", "producer_id", "batch_id", "lot", "product", "producer", "origin"),
    *("production_date", "packing_date", "expiry_date", "code", "state", "uom", "in_stock"),
    "is_claimed",
)
EDGES = (
    *("parent_batch_id", "parent_lot", "child_batch_id", "child_lot", "event_id", "step_kind"),
    *("event_time", "quantity", "uom", "share_pct", "is_packaging"),
)
PHOTOS = ("file", "of", "sha256_of_original")


def written(header: Sequence[Cell], rows: Iterator[Sequence[Cell]]) -> bytes:
    """Write a table as CSV that a spreadsheet opens without running anything."""
    return "".join(csv_text.lines(header, rows)).encode("utf-8")


def events(dossier: Dossier) -> Iterator[Sequence[Cell]]:
    """Give a row for each step."""
    for one in dossier.happenings:
        quantity, uom = one.amount or (None, None)
        yield (
            *(str(one.event.id), str(one.event.producer_id), str(one.batch.id)),
            *(one.lot, said(one.product), one.step.kind, said(one.step.sentence)),
            *(one.step.time.astimezone(HANOI), one.recorded_at.astimezone(HANOI)),
            said(one.step.place.words) if one.step.place else None,
            *(said(one.step.who.words), one.author),
            *(one.level.value, said(one.step.evidence.words), quantity, uom),
            *(words.more(one), " ".join(one.files)),
        )


def ledger(dossier: Dossier) -> Iterator[Sequence[Cell]]:
    """Give a row for each movement; what went out is negative."""
    for book in dossier.books:
        for move in book.moves:
            yield (
                *(str(book.holder_id), said(book.holder), str(move.event[1]), move.step_kind),
                *(move.at.astimezone(HANOI), move.account, move.quantity, dossier.card.uom),
            )


def lineage(dossier: Dossier) -> Iterator[Sequence[Cell]]:
    """Give a row for each batch of the family, the lot itself as generation 0."""
    for node in dossier.lineage.nodes if dossier.lineage else ():
        stocks = [
            f"{said(one.holder)}: {format(signed_quantity(one.amount, node.uom), 'f')}"
            for one in node.holdings
            if one.amount
        ]
        yield (
            *(node.step, str(node.ref[0]), str(node.ref[1]), node.lot),
            *(said(node.product), said(node.producer), said(node.origin) or None),
            *(node.production_date, node.packing_date, node.expiry_date, node.code),
            *(node.state.value if node.state else None, node.uom, "; ".join(stocks)),
            node.is_claimed,
        )


def edges(dossier: Dossier) -> Iterator[Sequence[Cell]]:
    """Give a row for each use of a batch in making another: amounts are whole lines of steps."""
    told = dossier.lineage
    for edge in told.edges if told else ():
        if told is None:
            return
        parent, child = told.nodes[edge.parent], told.nodes[edge.child]
        making = told.makings[edge.making]
        yield (
            *(str(parent.ref[1]), parent.lot, str(child.ref[1]), child.lot),
            *(str(ref_of(making.key)[1]), making.step_kind, making.event_time.astimezone(HANOI)),
            None if edge.amount is None else from_micro(edge.amount, parent.uom),
            *(parent.uom, edge.share_pct, edge.is_packaging),
        )


def photos(dossier: Dossier) -> Iterator[Sequence[Cell]]:
    """Give a row for each picture: the step or certificate it is of."""
    return ((one.name, one.about, one.sha256) for one in (*dossier.photos, *dossier.pages))
