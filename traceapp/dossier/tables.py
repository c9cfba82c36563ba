"""The tables of a dossier in the reader's language: the same rows on paper and on the page."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from flask_babel import gettext as _

from traceapp.batches.queries import signed_quantity
from traceapp.batches.recording.booking import IN_ACCOUNTS, OUT_ACCOUNTS, STOCK
from traceapp.dossier import words
from traceapp.dossier.contents import Dossier
from traceapp.dossier.words import said
from traceapp.printing.table_paper import Column, Table
from traceapp.trace.units import from_micro
from traceapp.trace.wording import percent
from traceapp.tracing.family import Edge, HandOver, Lineage, Node
from traceapp.web import languages
from traceapp.web.pages import day, moment

Row = TypeVar("Row")
MOST_ROWS = 400
"""Lines of one table on paper; the files of the ZIP hold all of them."""
CHECKS = frozenset(
    {
        *("lab_result", "inspect", "final_check", "check_interval", "check_withdrawal"),
        *("slaughter_control", "take_sample", "keep_sample"),
    }
)


def of(dossier: Dossier) -> tuple[Table, ...]:
    """Give the tables in the order in which they are read."""
    return (
        quantities(dossier),
        _ledger(dossier),
        *(_family(dossier) if dossier.lineage else ()),
        _steps(_("What was done, in order"), dossier, only=None),
        _steps(_("Tests, samples and inspections"), dossier, only=CHECKS),
        _certificates(dossier),
        _stands_in_the_way(dossier),
        *((hand_overs(dossier.lineage.subject),) if dossier.lineage else ()),
    )


def quantities(dossier: Dossier) -> Table:
    """Say what each holder's books add up to; accounts in which nothing stands are left out."""
    names = [
        name
        for name in (*IN_ACCOUNTS, *OUT_ACCOUNTS, "sold_by_count")
        if any(book.accounts.get(name) for book in dossier.books)
    ]
    columns = [
        Column(_("Who"), 2.2),
        *(Column(_(words.ACCOUNTS[name]), is_number=True) for name in (*names, STOCK)),
    ]
    rows = [
        [
            said(book.holder),
            *(
                words.amount((book.accounts[name], dossier.card.uom))
                if name in book.accounts
                else ""
                for name in (*names, STOCK)
            ),
        ]
        for book in dossier.books
    ]
    return Table(_("Quantities"), columns, rows, _("Nothing recorded."))


def _ledger(dossier: Dossier) -> Table:
    columns = (
        Column(_("Who"), 2),
        Column(_("Date"), 1.2),
        Column(_("What was done"), 2),
        Column(_("Account"), 1.6),
        Column(_("How much"), 1.2, is_number=True),
    )
    rows = [
        [
            said(book.holder),
            moment(move.at),
            words.kind(move.step_kind),
            _(words.ACCOUNTS[move.account]),
            words.amount((move.quantity, dossier.card.uom)),
        ]
        for book in dossier.books
        for move in book.moves
    ]
    return _cut(_("Ledger, line by line"), columns, rows, "ledger.csv")


def _family(dossier: Dossier) -> Iterator[Table]:
    lineage = dossier.lineage
    if lineage is None:
        return
    yield _way(lineage, _("What it was made from"), lambda node: node.step < 0)
    yield _way(lineage, _("What was made of it, and where that is"), lambda node: node.step > 0)


def _way(lineage: Lineage, title: str, is_shown: Callable[[Node], bool]) -> Table:
    columns = (
        Column(_("Generation"), 0.8, is_number=True),
        Column(_("Product"), 1.8),
        Column(_("Lot"), 1.2),
        Column(_("Producer"), 2),
        Column(_("Made on"), 0.9),
        Column(_("Use by"), 0.9),
        Column(_("Made from, or used for"), 2.4),
        Column(_("In stock"), 1.8),
    )
    links: dict[int, list[str]] = {}
    for edge in lineage.edges:
        back = lineage.nodes[edge.parent].step < 0
        links.setdefault(edge.parent if back else edge.child, []).append(
            _link(lineage, edge, is_back=back)
        )
    rows = [
        [
            str(node.step),
            said(node.product),
            words.lot(node.lot),
            said(node.origin or node.producer),
            day(node.production_date) if node.production_date else "",
            day(node.expiry_date) if node.expiry_date else "",
            "\n".join(links.get(place, ())),
            "\n".join(_stocks(node)),
        ]
        for place, node in enumerate(lineage.nodes)
        if is_shown(node)
    ]
    ordered = sorted(rows, key=lambda row: abs(int(row[0])))
    return _cut(title, columns, ordered, "lineage.csv")


def _link(lineage: Lineage, edge: Edge, *, is_back: bool) -> str:
    """Say what of a source went in, and into what: "60 kg · 75 % · Cải ngọt túi CN-T"."""
    other = lineage.nodes[edge.child if is_back else edge.parent]
    parent = lineage.nodes[edge.parent]
    told = []
    if edge.amount is not None:
        told.append(words.amount((from_micro(edge.amount, parent.uom), parent.uom)))
    if edge.share_pct is not None:
        told.append(said(percent(edge.share_pct)))
    return " · ".join((*told, f"{said(other.product)} {words.lot(other.lot)}"))


def _stocks(node: Node) -> Iterator[str]:
    for one in node.holdings:
        if one.amount:
            left = words.amount((signed_quantity(one.amount, node.uom), node.uom))
            missing = f" ({_('Sales were not counted.')})" if one.are_sales_missing else ""
            yield f"{said(one.holder)}: {left}{missing}"


def _steps(title: str, dossier: Dossier, only: frozenset[str] | None) -> Table:
    columns = (
        Column(_("Date"), 1),
        Column(_("Lot"), 1.1),
        Column(_("What was done"), 2.4),
        Column(_("How much"), 0.9, is_number=True),
        Column(_("Where"), 1.5),
        Column(_("By"), 1.6),
        Column(_("Who stands behind it"), 1.5),
        Column(_("More"), 2.4),
        Column(_("Photos"), 0.6, is_number=True),
    )
    rows = [
        [
            moment(one.step.time),
            words.lot(one.lot),
            said(one.step.sentence),
            words.amount(one.amount),
            said(one.step.place.words) if one.step.place else "",
            words.by(one),
            said(one.step.evidence.words),
            words.more(one),
            str(len(one.files)) if one.files else "",
        ]
        for one in dossier.happenings
        if only is None or one.step.kind in only
    ]
    return _cut(title, columns, rows, "events.csv")


def _certificates(dossier: Dossier) -> Table:
    columns = (
        Column(_("Scheme"), 1.6),
        Column(_("Number"), 1.4),
        Column(_("Standard"), 1.6),
        Column(_("Issued by"), 2),
        Column(_("Issued on")),
        Column(_("Valid until")),
        Column(_("For this lot"), 0.8),
    )
    rows = [
        [
            one.scheme if languages.current() == "vi" else one.scheme_en,
            one.number,
            one.standard,
            one.issuer,
            day(one.issued_on),
            day(one.expires_on) if one.expires_on else "",
            _("yes") if claimed else "",
        ]
        for one, claimed in dossier.certificates
    ]
    return Table(_("Certificates of the producer"), columns, rows, _("None."))


def _stands_in_the_way(dossier: Dossier) -> Table:
    columns = (
        Column(_("Since"), 1),
        Column(_("What"), 3.4),
        Column(_("Lot"), 1.2),
        Column(_("What became of it"), 3),
    )
    since = [
        *((one.told.since, words.held(one)) for one in dossier.holds),
        *((one.told.at, words.stopped(one)) for one in dossier.stops),
        *(
            (one.since, words.recalled(one, one.case.notice))
            for one in dossier.recalls
            if one.case.notice
        ),
    ]
    rows = [[moment(at), *told] for at, told in sorted(since, key=lambda one: one[0])]
    return Table(_("Findings, holds, stopped sales and recalls"), columns, rows, _("None."))


def hand_overs(node: Node) -> Table:
    """List the deliveries of a batch in the order in which they were sent."""
    columns = (
        Column(_("Sent on"), 1.1),
        Column(_("From"), 2),
        Column(_("To"), 2),
        Column(_("Quantity sent"), is_number=True),
        Column(_("Arrived on"), 1.1),
        Column(_("Counted on arrival"), is_number=True),
        Column(_("How it stands"), 2.2),
    )
    rows = [_hand_over(one) for one in sorted(node.hand_overs, key=lambda one: one.sent_at)]
    return _cut(_("Hand-offs"), columns, rows, "lineage.json")


def _hand_over(one: HandOver) -> list[str]:
    return [
        moment(one.sent_at) if one.event else "",
        said(one.sender) if one.sender else words.UNTOLD,
        said(one.receiver) if one.receiver else words.UNTOLD,
        words.amount((one.sent[1], one.sent[0]) if one.sent else None),
        moment(one.received_at) if one.received_at else "",
        words.amount((one.received[1], one.received[0]) if one.received else None),
        said(one.words),
    ]


def _cut(title: str, columns: Sequence[Column], rows: list[list[str]], file: str) -> Table:
    """Keep a table readable on paper, and say where the rest is."""
    if len(rows) > MOST_ROWS:
        title = _(
            "%(title)s (%(shown)s of %(all)s lines; all of them are in %(file)s of the ZIP)",
            title=title,
            shown=MOST_ROWS,
            all=len(rows),
            file=file,
        )
    return Table(title, columns, rows[:MOST_ROWS], _("Nothing recorded."))
