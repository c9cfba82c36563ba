"""What was counted as tables in the reader's language: for the page, the drawings and the CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.network.wording import per_cent
from traceapp.public.producer_page import KIND_WORDS
from traceapp.statistics.bars import Bar
from traceapp.statistics.queries import Counted
from traceapp.trace.wording import number
from traceapp.web.languages import say
from traceapp.web.pages import HANOI

Cell = str | int | Decimal | None


class Share(Decimal):
    """A part of a whole in per cent; any other Decimal is a change, which has a sign."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; where `drawn` names a column, that column is drawn.

    The columns before the first number say what a bar is.
    """

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    source: str
    drawn: int | None = None

    @property
    def bars(self) -> list[Bar]:
        """Give what is drawn: shares out of all, anything else out of the largest of its kind."""
        if self.drawn is None:
            return []
        told = [(_words(row), row[self.drawn]) for row in self.rows]
        known = [(words, cell) for words, cell in told if isinstance(cell, int | Decimal)]
        numbers = [float(cell) for _, cell in known if not isinstance(cell, Share)]
        most = max(map(abs, numbers), default=0.0) or 1.0
        return [_bar(words, cell, most) for words, cell in known]


def _bar(words: str, cell: int | Decimal, most: float) -> Bar:
    is_share = isinstance(cell, Share)
    is_change = isinstance(cell, Decimal) and not is_share
    return Bar(words, shown(cell), float(cell) / (100 if is_share else most), is_change)


def _words(row: Sequence[Cell]) -> str:
    first = next((at for at, cell in enumerate(row) if not isinstance(cell, str)), 1)
    return " · ".join(str(cell) for cell in row[:first])


def shown(cell: Cell) -> str:
    """Write a cell: a dash where nothing is known, changes with both decimals and their sign."""
    if cell is None:
        return "–"
    if isinstance(cell, Share):
        return say(number(cell))
    return say(per_cent(cell)) if isinstance(cell, Decimal) else str(cell)


def tables(counted: Counted) -> list[Table]:
    """Give all tables, in the order of the page."""
    return [
        *(_producers(counted), _lots(counted), _pages(counted)),
        *(_drills(counted), _programme(counted), _changes(counted)),
    ]


def _producers(counted: Counted) -> Table:
    ordered = sorted(counted.producers_by_kind.items(), key=lambda one: (-one[1], one[0]))
    rows = [(_(KIND_WORDS.get(kind, kind)), number) for kind, number in ordered]
    return Table(
        "producers",
        _("Producers let in (%(count)s)", count=counted.producers),
        (_("What they do"), _("How many")),
        rows,
        _("Who does two things counts under either."),
        drawn=1,
    )


def _lots(counted: Counted) -> Table:
    return Table(
        "lots",
        _("Lots and codes"),
        (_("What is counted"), _("How many")),
        [(_("Lots registered"), counted.lots), (_("Codes in use"), counted.codes_in_use)],
        _("A lot that is sold has one code; codes of lots that are not complete wait."),
        drawn=1,
    )


def _pages(counted: Counted) -> Table:
    rows: list[tuple[Cell, ...]] = []
    source, pages = "", counted.pages
    if pages is not None:
        # Cut off and not rounded: one dead page never reads as none.
        share = Share(Decimal(1000 * pages.live // max(pages.asked, 1)) / 10)
        rows += [(_("Pages asked for"), pages.asked), (_("Pages that were live"), pages.live)]
        rows.append((_("Pages that were live (%)"), share))
        source = _(
            "Pages: the last audit, which asks for a sample of codes as shoppers do, on %(day)s.",
            day=f"{pages.at.astimezone(HANOI):%d/%m/%Y}",
        )
    heads = (_("What is counted"), _("How many"))
    return Table("pages", _("Pages behind codes"), heads, rows, source, drawn=1)


def _drills(counted: Counted) -> Table:
    rows = sorted(counted.drills_by_year.items(), reverse=True)
    return Table(
        "drills",
        _("Recall drills"),
        (_("Year"), _("Drills started")),
        [(str(year), number) for year, number in rows],
        _("Drills that somebody started at the desk; real recalls are not counted here."),
        drawn=1,
    )


def _programme(counted: Counted) -> Table:
    years = sorted(counted.programme.items(), reverse=True)
    return Table(
        "programme",
        _("Results of cleaner production, from records here"),
        (_("Year"), _("Measures done"), _("Measures proposed"), _("Establishments")),
        [(str(year), one.done, one.proposed, one.establishments) for year, one in years],
        _("Establishments: those where a measure was done in the year, each once."),
        drawn=1,
    )


def _changes(counted: Counted) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            *(str(year), _(INDICATOR_KINDS[one.kind]), one.checked.change, one.checked.count),
            *(one.said.change, one.said.count),
        )
        for year, found in sorted(counted.programme.items(), reverse=True)
        for one in found.changes
    ]
    heads = (
        *(_("Year"), _("Kind"), _("Mean change, checked (%)"), _("Figures checked")),
        *(_("Mean change, all (%)"), _("Figures in all")),
    )
    return Table(
        "changes",
        _("Changes measured, before to after"),
        heads,
        rows,
        _(
            "Mean change in per cent of whole figures whose later period ends in the year: of "
            "those that somebody of another body checked, and of all. Bars to the left are less "
            "than before, those to the right more."
        ),
        drawn=2,
    )
