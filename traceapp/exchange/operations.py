"""Bringing a table in: every row through the operations of the desk, each under a savepoint.

A dry run does the same and takes it back, so that what it says is what happens. Callers own the
transaction.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.operations import Actor, Recorded
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange import cleaner_rows, columns, happening_rows, master_rows, tables
from traceapp.exchange.cleaner_references import CleanerReferences, said_of
from traceapp.exchange.happening_rows import FIELD
from traceapp.exchange.master_rows import Desk, Values
from traceapp.exchange.models import ImportFile
from traceapp.exchange.references import References
from traceapp.exchange.report import (
    HEADER_ROW,
    CellFault,
    Outcome,
    Report,
    at,
    missing_headings,
    unknown_heading,
)
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.problem import N_
from traceapp.trace.rules import CLOCK_PLAY
from traceapp.web import languages
from traceapp.web.endpoints import problem_for
from traceapp.web.faults import EMPTY, Fault

FORGET = "import.forget"
KEPT_FOR = timedelta(days=1)
LONGEST_NAME = 120
STEPS_AT_ONCE = 100
TWICE = Fault(
    "twice",
    N_("Row {row} says the same record already."),
    N_("Keep one of the two rows, or give each an id of its own."),
)
WRONG = (ValidationError, problem.Problem)

MessageOf = Callable[[Desk, Values, Mapping[str, str]], dict[str, Any]]
Write = Callable[[Desk, Values], Outcome]
_ONE_BY_ONE: Mapping[str, tuple[Callable[[Values], str], Write]] = {
    "products": (master_rows.key_of_product, master_rows.write_product),
    "plots": (master_rows.key_of_plot, master_rows.write_plot),
    "batches": (happening_rows.key_of_batch, happening_rows.write_batch),
    "assessments": (said_of, cleaner_rows.write_assessment),
    "measures": (said_of, cleaner_rows.write_measure),
    "figures": (said_of, cleaner_rows.write_figure),
}
_AS_STEPS: Mapping[str, MessageOf] = {
    "steps": happening_rows.message_of,
    "sales": happening_rows.sale_of,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose cells were read: values by column, headings by column for what is wrong."""

    number: int
    values: Values
    headings: Mapping[str, str]


def keep_file(producer_id: UUID, kind: str, content: bytes, name: str, *, now: datetime) -> bytes:
    """Keep a file for a day, so that it is sent once; gives its SHA-256."""
    sha256 = hashlib.sha256(content).digest()
    row = db.session.get(ImportFile, (producer_id, sha256, kind))
    if row is None:
        row = ImportFile(
            producer_id=producer_id, sha256=sha256, kind=kind, content=content, name="", sent_at=now
        )
        db.session.add(row)
    row.name, row.sent_at = name[:LONGEST_NAME], now
    db.session.flush()
    about = {"producer_id": str(producer_id), "sha256": sha256.hex(), "kind": kind}
    jobs.enqueue(FORGET, about, now=now, run_after=now + KEPT_FOR)
    return sha256


def find_file(producer_id: UUID, kind: str, sha256: bytes) -> ImportFile:
    """Give a file that was kept. Raises NotFound."""
    row = db.session.get(ImportFile, (producer_id, sha256, kind))
    if row is None:
        raise problem.NotFound
    return row


def forget_job(payload: Payload, now: datetime) -> Deed:
    """Remove a file whose day is over, unless it was sent again meanwhile."""

    def forget() -> None:
        db.session.execute(
            delete(ImportFile).where(
                ImportFile.producer_id == UUID(str(payload["producer_id"])),
                ImportFile.sha256 == bytes.fromhex(str(payload["sha256"])),
                ImportFile.kind == str(payload["kind"]),
                ImportFile.sent_at <= now - KEPT_FOR,
            )
        )

    return forget


def dry_run(actor: Actor, kind: str, content: bytes, *, now: datetime) -> Report:
    """Say what would come of a table, and write nothing. Raises InvalidInput for the file."""
    savepoint = db.session.begin_nested()
    try:
        return _run(actor, kind, content, now)
    finally:
        savepoint.rollback()


def bring_in(
    actor: Actor, kind: str, content: bytes, *, all_or_nothing: bool, now: datetime
) -> Report:
    """Write the rows of a table: all, or where it may be and that is not asked those without fault.

    Raises InvalidInput for a file that cannot be read.
    """
    savepoint = db.session.begin_nested()
    report = _run(actor, kind, content, now)
    is_whole = all_or_nothing or columns.KINDS[kind].is_whole
    if report.is_header_wrong or (is_whole and not report.is_faultless):
        savepoint.rollback()
        return report
    savepoint.commit()
    report.is_kept = True
    audit.note(
        actor.producer_id,
        f"import.{kind}",
        f"import/{hashlib.sha256(content).hexdigest()}",
        by=(actor.producer_id, actor.member_id),
        now=now,
        detail=dict(report.counts),
    )
    return report


def _run(actor: Actor, kind: str, content: bytes, now: datetime) -> Report:
    table = tables.read(content, columns.KINDS[kind].most_rows)
    report = Report()
    names = _columns(columns.KINDS[kind], table, report)
    if report.faults:
        return report
    rows = list(_read(columns.KINDS[kind], names, table, report))
    desk = Desk(actor, now, References(actor.producer_id), CleanerReferences(actor))
    if kind in _ONE_BY_ONE:
        _write_one_by_one(desk, rows, report, *_ONE_BY_ONE[kind])
    else:
        _write_steps(desk, rows, report, _AS_STEPS[kind])
    report.faults.sort(key=lambda fault: fault.row)
    return report


def _columns(kind: columns.Kind, table: tables.Table, report: Report) -> list[str]:
    """Name the column under each heading; "" where there is nothing to read."""
    known = kind.headings()
    names: list[str] = []
    for heading in table.header:
        column = known.get(fold(heading))
        name = column.name if column else ""
        if not name and heading and kind.id == "steps" and columns.step_fields(heading):
            name = f"{FIELD}{heading}"
        if (heading and not name) or (name and name in names):
            report.faults.append(CellFault(HEADER_ROW, heading, unknown_heading(heading)))
        names.append(name)
    missing = [_title(c) for c in kind.columns if c.required and c.name not in names]
    report.faults += [CellFault(HEADER_ROW, "", one) for one in missing_headings(missing)]
    return names


def _title(column: columns.Column) -> str:
    return languages.say(column.title)


def _read(
    kind: columns.Kind, names: Sequence[str], table: tables.Table, report: Report
) -> Iterator[Row]:
    """Read the cells of each row; rows with a cell that cannot be read are noted and left out."""
    by_name = {column.name: column for column in kind.columns}
    required = {column.name for column in kind.columns if column.required}
    headings = {column.name: _title(column) for column in kind.columns}
    headings |= dict(zip(names, table.header, strict=True))
    headings |= _headings_of_fields(headings)
    for line in table.lines:
        values: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for name, cell in zip(names, line.cells, strict=False):
            if (
                not name
                or cell is None
                or cell == ""
                or (isinstance(cell, str) and not cell.strip())
            ):
                continue
            try:
                values[name] = by_name[name].read(cell) if name in by_name else cell
            except ValidationError as error:
                faults[name] = error.messages
        if faults:
            faults |= {name: [EMPTY] for name in required - values.keys() - faults.keys()}
            report.blame(line.number, headings, ValidationError(faults))
        else:
            yield Row(line.number, values, headings)


def _headings_of_fields(headings: Mapping[str, str]) -> dict[str, str]:
    """Let what a schema says of a step's field find its column."""
    found = {"fields.note": headings["note"]} if "note" in headings else {}
    for name, heading in headings.items():
        if name.startswith(FIELD):
            for spec in columns.step_fields(heading).values():
                found[f"fields.{spec.id}"] = heading
    return found


def _write_one_by_one(
    desk: Desk, rows: Sequence[Row], report: Report, key_of: Callable[[Values], str], write: Write
) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        try:
            first = seen.setdefault(key_of(row.values), row.number)
            if first != row.number:
                raise at("name", TWICE.format(row=first))
            with db.session.begin_nested():
                report.outcomes[row.number] = write(desk, row.values)
        except IntegrityError as error:
            report.blame(row.number, row.headings, problem_for(error))
        except WRONG as error:
            report.blame(row.number, row.headings, error)


def _write_steps(desk: Desk, rows: Sequence[Row], report: Report, message_of: MessageOf) -> None:
    waiting: list[tuple[Row, capturing.Message]] = []
    seen: dict[UUID, int] = {}
    for row in rows:
        try:
            message = capturing.read(message_of(desk, row.values, row.headings))
            first = seen.setdefault(message.event_id, row.number)
            if first != row.number:
                raise at("external_id", TWICE.format(row=first))
        except WRONG as error:
            report.blame(row.number, row.headings, error)
        else:
            waiting.append((row, message))
    for start in range(0, len(waiting), STEPS_AT_ONCE):
        _record(desk, waiting[start : start + STEPS_AT_ONCE], report)


def _record(desk: Desk, waiting: Sequence[tuple[Row, capturing.Message]], report: Report) -> None:
    answers = capturing.record_events(
        desk.actor,
        [message for _, message in waiting],
        now=desk.now,
        latest=desk.now + CLOCK_PLAY,
    )
    for (row, _), answer in zip(waiting, answers, strict=True):
        if isinstance(answer, Recorded):
            report.outcomes[row.number] = Outcome.NEW if answer.is_new else Outcome.SAME
        else:
            report.blame(row.number, row.headings, answer)
