"""A draft of the report on tracing a lot, with the items noted for Circular 63/2026/TT-BCT.

Why, where the goods are gathered, how they are dealt with and how much is to be recalled is asked,
and stays empty where nobody said it; figures are those of the producer's books.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from flask_babel import gettext as _

from traceapp.batches.recording.booking import STOCK
from traceapp.dossier import paper, sheets, tables, words
from traceapp.dossier.contents import Dossier
from traceapp.dossier.sheets import Sheet
from traceapp.printing.table_paper import Paper, Table
from traceapp.web import languages
from traceapp.web.pages import moment

DRAFT = "bản nháp, cần cơ quan chuyên môn đối chiếu"
"""The heading, word for word, in every language: the paper is for a Vietnamese authority."""
TO_BE_FILLED = "……………………"
IN = ("made", "received")
OUT = ("sold", "sold_by_count", "shipped")
LONGEST = {"reason": 180, "to_recall": 30, "gathered_at": 100, "handling": 100}
"""Characters of what is typed: all of it has to fit into an address, nine bytes a letter."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What nobody can know from the books, as it was typed."""

    reason: str = ""
    gathered_at: str = ""
    handling: str = ""
    to_recall: str = ""


def as_pdf(dossier: Dossier, asked: Asked, static: Path) -> bytes:
    """Write the report as PDF. Raises NotSetUp where no Vietnamese face was fetched."""
    return paper.printed(paper_of(dossier, asked), static)


def as_xlsx(dossier: Dossier, asked: Asked) -> bytes:
    """Write the report as XLSX: the items, then the tables."""
    items = [(_title(dossier), ""), *_items(dossier, asked)]
    told = [Sheet(_("Trace report"), (DRAFT, ""), items)]
    for table in _tables(dossier):
        titles = [column.title for column in table.columns]
        told.append(Sheet(_sheet_name(table.title), titles, table.rows))
    return sheets.workbook(told)


def paper_of(dossier: Dossier, asked: Asked) -> Paper:
    """Write the report in the reader's language, under the heading of a draft."""
    items = [(name, said or TO_BE_FILLED) for name, said in _items(dossier, asked)]
    foot = f"{DRAFT} · {_title(dossier)} · {moment(dossier.made_at)}"
    facts = [(_("Trace report"), _title(dossier)), *items]
    return Paper(DRAFT, facts, _tables(dossier), foot, languages.current())


def _title(dossier: Dossier) -> str:
    return str(_("Tracing of lot %(lot)s (items of Circular 63/2026/TT-BCT)", lot=dossier.lot))


def _items(dossier: Dossier, asked: Asked) -> Iterator[tuple[str, str]]:
    """Give the items as label and value; empty where it is not known, or nobody said it."""
    yield from paper.particulars(dossier)
    yield _("Reason"), asked.reason
    yield _("Quantity produced"), _sum(dossier, IN)
    yield _("Quantity consumed (sold or handed on)"), _sum(dossier, OUT)
    yield _("Quantity in stock"), _sum(dossier, (STOCK,))
    yield _("Quantity to be recalled"), asked.to_recall
    yield _("Gathering place"), asked.gathered_at
    yield _("Handling"), asked.handling
    yield _("As of"), moment(dossier.made_at)
    for told in words.left_out(dossier):
        yield _("Left out"), told


def _sum(dossier: Dossier, accounts: tuple[str, ...]) -> str:
    """Add up accounts of the producer of the lot; empty where the reader may not read them."""
    card = dossier.card
    for book in dossier.books:
        if book.holder_id == card.producer_id:
            total = sum((book.accounts.get(name, Decimal(0)) for name in accounts), Decimal(0))
            return words.amount((total, card.uom))
    return ""


def _tables(dossier: Dossier) -> tuple[Table, ...]:
    if dossier.lineage is None:
        return (tables.quantities(dossier),)
    return (tables.quantities(dossier), tables.hand_overs(dossier.lineage.subject))


def _sheet_name(title: str) -> str:
    return title[:31]
