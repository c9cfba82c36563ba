"""Numbers of their own for labels: drawn when they are issued, the same whenever they are printed.

Callers own the transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import exists, select

from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.gs1.unit_serial import LENGTHS, mint, readable
from traceapp.labels.models import LabelIssue
from traceapp.labels.unit_models import LabelUnit
from traceapp.printing import symbol
from traceapp.printing.label import Label

CHUNK = 500
STANDS_FOR_ANY = "0"  # character of a number that stands for those to be drawn


def length_for(uri: str) -> int:
    """Give how long a serial number may be without making the symbol larger than it must be."""
    longest_first, least = reversed(LENGTHS), _modules(uri, LENGTHS[0])
    return next(length for length in longest_first if _modules(uri, length) == least)


def uri_of(label: Label, serial: str) -> str:
    """Write the link of a label with its own number; without one that of all labels of its kind."""
    return f"{label.uri}/21/{serial}" if serial else label.uri


def numbered(label: Label, serial: str) -> Label:
    """Put its own number on a label, in its symbol and for the eye."""
    return replace(label, uri=uri_of(label, serial), serial=readable(serial))


def sample(length: int) -> str:
    """Give a number that stands for those to be drawn: it is as long, and never drawn itself."""
    return STANDS_FOR_ANY * length


def draw(issue: LabelIssue, length: int) -> None:
    """Give each label of an issue a number that no other label has, whoever printed that one."""
    drawn: dict[str, None] = {}
    while missing := issue.labels - len(drawn):
        found = dict.fromkeys(mint(missing, length))
        taken = {*_taken([*found]), sample(length)}
        drawn |= {serial: None for serial in found if serial not in taken}
    of = {"producer_id": issue.producer_id, "issue_id": issue.issue_id}
    rows = [{**of, "number": n, "serial": serial} for n, serial in enumerate(drawn, 1)]
    insert_rows(db.metadata.tables[LabelUnit.__tablename__], rows)


def serials_of(issue: LabelIssue) -> dict[int, str]:
    """Give the numbers of the labels of an issue by their place in it; none where all are alike."""
    rows = db.session.execute(
        select(LabelUnit.number, LabelUnit.serial)
        .where(LabelUnit.producer_id == issue.producer_id, LabelUnit.issue_id == issue.issue_id)
        .order_by(LabelUnit.number)
    )
    return {row.number: row.serial for row in rows}


def has_serials(producer_id: UUID, issue_id: UUID) -> bool:
    """Tell whether the labels of an issue have numbers of their own."""
    of = (LabelUnit.producer_id == producer_id, LabelUnit.issue_id == issue_id)
    return bool(db.session.scalar(select(exists().where(*of))))


def _taken(wanted: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        yield from db.session.scalars(select(LabelUnit.serial).where(LabelUnit.serial.in_(some)))


def _modules(uri: str, length: int) -> int:
    return symbol.modules(f"{uri}/21/{sample(length)}")
