"""Critical tracking events of a lot in sortable tables for buyers abroad: a row an event and lot.

A value that is not recorded, or not for the reader, stays empty.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence

from traceapp.dossier import columns, files, sheets
from traceapp.dossier.contents import Dossier, Happening
from traceapp.dossier.sheets import Sheet
from traceapp.dossier.traded import Event, Lots, words_en
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.web.csv_text import Cell

Row = Sequence[Cell]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def tables(dossier: Dossier) -> list[Sheet]:
    """Give a table for each kind of event, and the glossary last."""
    lots = Lots(dossier)
    of_kind: dict[str, list[Row]] = {name: [] for name in _HEADERS}
    for one in dossier.happenings:
        name = _kind(one, lots)
        if name is not None:
            of_kind[name] += _ROWS[name](Event(one, lots))
    told = [Sheet(name, header, of_kind[name]) for name, header in _HEADERS.items()]
    return [*told, Sheet("Glossary", columns.TERMS, columns.GLOSSARY)]


def as_xlsx(dossier: Dossier) -> bytes:
    """Write the tables as one workbook."""
    return sheets.workbook(tables(dossier))


def as_csv(dossier: Dossier) -> bytes:
    """Write the tables as CSV files in a ZIP, one a kind."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
        for one in tables(dossier):
            name = f"{one.name.lower().replace(' ', '_')}.csv"
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, files.written(one.header, iter(one.rows)))
    return to.getvalue()


def _kind(one: Happening, lots: Lots) -> str | None:
    """Say in which table a step stands; None for one that is no critical tracking event."""
    kind = STEP_KINDS.get(one.step.kind)
    if one.step.kind == "harvest":
        return "Harvesting"
    effect = kind.stock_effect if kind else StockEffect.NONE
    if effect is StockEffect.MOVE_OUT:
        return "Shipping"
    if effect is StockEffect.MOVE_IN:
        return "Receiving"
    if effect is not StockEffect.TRANSFORM:
        return None
    used = [item.batch for item in one.fact.inputs if not item.packaging]
    is_first = one.step.kind == "pack" and any(lots.harvests(batch) for batch in used)
    return "Initial packing" if is_first else "Transformation"


def _shipping(event: Event) -> Iterator[Row]:
    for lot, amount in event.used():
        over = event.hand_over()
        yield (
            *(event.id, lot.gtin, lot.name, *lot.dated, None, None, lot.producer),
            *(event.text(amount), lot.product, words_en(over.receiver) if over else None, None),
            *(event.location(), None, event.day(), None, None, lot.page, None, None),
            event.document(),
        )


def _receiving(event: Event) -> Iterator[Row]:
    for lot, amount in event.made():
        over = event.hand_over()
        yield (
            *(event.id, lot.gtin, lot.name, *lot.dated, None, lot.producer, event.text(amount)),
            *(lot.product, words_en(over.sender) if over else None, event.location()),
            *(event.day(), None, None, lot.page, None, None, event.document()),
            *(lot.producer, lot.street, lot.commune, lot.province, lot.country, None, None),
        )


def _transformation(event: Event) -> Iterator[Row]:
    for (used, used_amount), (made, made_amount) in event.beside():
        yield (
            *(event.id, event.document_type(), event.document_number()),
            *(used.gtin, used.name, None, *used.dated, *event.figure(used_amount), used.product),
            *(made.gtin, made.name, None, *made.dated, event.location()),
            *(None, None, made.page, None, event.day(), made.product, *event.figure(made_amount)),
        )


def _harvesting(event: Event) -> Iterator[Row]:
    for lot, amount in event.made():
        yield (
            *(event.id, lot.product, event.day(), *event.figure(amount), event.location()),
            *(event.field_name, event.person, None, lot.name, event.document()),
        )


def _packing(event: Event) -> Iterator[Row]:
    for (used, used_amount), (made, made_amount) in event.beside():
        harvest = event.only_harvest(used)
        cooled = event.only_cooling(used)
        yield (
            *(event.id, used.product, None, event.text(used_amount)),
            *(harvest.location() if harvest else None, harvest.field_name if harvest else None),
            *(harvest.person if harvest else None, None, harvest.day() if harvest else None),
            *(cooled.location() if cooled else None, cooled.day() if cooled else None),
            *(made.name, made.product, event.text(made_amount), event.location(), event.day()),
            event.document(),
        )


_HEADERS = {
    "Harvesting": columns.HARVESTING,
    "Initial packing": columns.INITIAL_PACKING,
    "Transformation": columns.TRANSFORMATION,
    "Shipping": columns.SHIPPING,
    "Receiving": columns.RECEIVING,
}
_ROWS = {
    "Harvesting": _harvesting,
    "Initial packing": _packing,
    "Transformation": _transformation,
    "Shipping": _shipping,
    "Receiving": _receiving,
}
