"""The pages on which tables come in: what is asked, a dry run cell by cell, bringing in.

Routes are elsewhere and say whom they answer; here a reader finds only the kinds he may bring in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import member
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.exchange import operations, sample_files, tables
from traceapp.exchange.columns import Kind
from traceapp.exchange.models import ImportFile
from traceapp.exchange.report import Report
from traceapp.web import languages, lists, problems
from traceapp.web.endpoints import transaction
from traceapp.web.forms import Field, Form, Option
from traceapp.web.navigation import path_of
from traceapp.web.sent_forms import refuse_unread

MOST_SHOWN = 100
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TablePages:
    """The tables of one page: its routes, its name, their kinds, where one goes on afterwards.

    `argument` is what the routes call a kind.
    """

    routes: str
    argument: str
    heading: str
    known: Mapping[str, Kind]
    afterwards: Mapping[str, str]

    def kinds(self) -> list[Kind]:
        """Give the kinds of table that the reader may bring in."""
        reader = member()
        return [kind for kind in self.known.values() if reader.may(kind.act)]

    def titles(self) -> list[tuple[str, str]]:
        """Name them in the reader's language."""
        return [(kind.id, languages.say(kind.title)) for kind in self.kinds()]

    def asked(self) -> Form:
        """Ask for a table."""
        return Form.showing(self._fields(), {"kind": request.args.get("kind", "")})

    def _fields(self) -> list[Field]:
        options = tuple(Option(*title) for title in self.titles())
        return [
            Field("kind", _("What is in the table"), "radio", required=True, options=options),
            Field(
                "file",
                _("The file"),
                "file",
                required=True,
                hint=_("XLSX or CSV (UTF-8), at most 5 MB and %(rows)s rows.", rows=self._rows()),
                options=(Option(".xlsx", ""), Option(".csv", "")),
            ),
        ]

    def path(self, page: str, kind: str, **more: str) -> str:
        """Give the address of a page about a kind of table."""
        values: dict[str, Any] = {self.argument: kind, **more}
        return url_for(f"{self.routes}.{page}", **values)

    def _rows(self) -> str:
        return str(format_decimal(min(kind.most_rows for kind in self.known.values())))

    def template(self, kind: str, form: str) -> Response:
        """Give a file to fill in."""
        known = self._kind(kind)
        if form not in sample_files.MEDIA_TYPES:
            raise problem.NotFound
        content = sample_files.make(known, languages.current(), form)
        response = Response(content, content_type=sample_files.MEDIA_TYPES[form])
        response.headers["Content-Disposition"] = f'attachment; filename="traceapp-{kind}.{form}"'
        return response

    def _kind(self, kind: str) -> Kind:
        for known in self.kinds():
            if known.id == kind:
                return known
        raise problem.NotFound

    def take(self) -> tuple[Form, ResponseReturnValue | None]:
        """Keep a file and go on to what would come of it; None where it cannot be read."""
        form = Form.sent(self._fields(), request.form)
        kind, file = form.value("kind"), request.files.get("file")
        content = file.read() if file else b""
        refuse_unread()
        if kind not in {one.id for one in self.kinds()}:
            form.blame("kind", _("Choose what is in the table."))
        if not content:
            form.blame("file", _("Choose a file."))
        if form.errors:
            return form, None
        try:
            tables.read(content, self._kind(kind).most_rows)
        except problem.InvalidInput as refused:
            for finding in refused.findings:
                form.blame("file", " ".join(_words(finding)))
            return form, None
        producer_id, name = member().producer_id, (file.filename if file else None) or kind
        db.session.rollback()  # a file that is slow to read has kept nobody from writing
        with transaction():
            sha256 = operations.keep_file(
                producer_id, kind, content, _plain(name), now=datetime.now(UTC)
            )
        address = self.path("look", kind, sha256=sha256.hex())
        return form, redirect(address, code=303)

    def look(self, kind: str, sha256: str) -> ResponseReturnValue:
        """Say what would come of a file, cell by cell."""
        row, report = self._tried(kind, sha256)
        return self._report_page(row, report)

    def faults(self, kind: str, sha256: str) -> ResponseReturnValue:
        """Give everything that is wrong with a file as a table."""
        _row, report = self._tried(kind, sha256)
        columns = {
            _("Row"): lambda fault: fault.row,
            _("Column"): lambda fault: fault.heading,
            _("What is wrong"): lambda fault: _words(fault.finding)[0],
            _("What to do"): lambda fault: _words(fault.finding)[1],
        }
        return lists.as_csv(f"{kind}-faults", columns, report.faults)

    def _tried(self, kind: str, sha256: str) -> tuple[ImportFile, Report]:
        who = member()
        actor, known = Actor(who.producer_id, who.member_id), self._kind(kind)
        db.session.rollback()  # a writer takes the lock before it reads
        with transaction():  # which keeps nothing: a dry run takes back what it did
            row = _find(who.producer_id, known, sha256)
            found = operations.dry_run(actor, kind, row.content, now=datetime.now(UTC))
            db.session.expunge(row)
        return row, found

    def bring_in(self, kind: str, sha256: str) -> ResponseReturnValue:
        """Bring in all rows, or those without a fault."""
        who = member()
        row = _find(who.producer_id, self._kind(kind), sha256)
        report = operations.bring_in(
            Actor(who.producer_id, who.member_id),
            kind,
            row.content,
            all_or_nothing=request.form.get("do") != "good",
            now=datetime.now(UTC),
        )
        if not report.is_kept:
            return self._report_page(row, report, status=422)
        counts = report.counts
        flash(
            _(
                "Brought in: %(new)s new, %(changed)s changed, %(same)s as they were, "
                "%(wrong)s left out.",
                **counts,
            )
        )
        onwards = path_of(self.afterwards[kind]) or url_for(f"{self.routes}.front")
        return redirect(onwards, code=303)

    def _report_page(
        self, row: ImportFile, report: Report, *, status: int = 200
    ) -> ResponseReturnValue:
        page = render_template(
            "exchange/report.html",
            file=row,
            kind=languages.say(self.known[row.kind].title),
            pages=self,
            heading=_(self.heading),
            report=report,
            is_whole=self.known[row.kind].is_whole,
            counts=report.counts,
            faults=[(fault, *_words(fault.finding)) for fault in report.faults[:MOST_SHOWN]],
            beyond=max(0, len(report.faults) - MOST_SHOWN),
            summary=_summary(report),
        )
        return page, status, {"Cache-Control": "no-store"}


def _find(producer_id: UUID, kind: Kind, sha256: str) -> ImportFile:
    if not SHA256.fullmatch(sha256):
        raise problem.NotFound
    return operations.find_file(producer_id, kind.id, bytes.fromhex(sha256))


def _plain(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip()


def _summary(report: Report) -> str:
    wrong = len({fault.row for fault in report.faults})
    if report.is_header_wrong:
        return str(_("The headings do not fit. No row was looked at."))
    if wrong:
        return str(_("Rows with a fault: %(count)s. Nothing has been saved yet.", count=wrong))
    return str(_("No fault was found. Nothing has been saved yet."))


def _words(finding: problem.Finding) -> tuple[str, str]:
    return (
        problems.said(finding.message, finding.values),
        problems.said(finding.fix, finding.values),
    )
