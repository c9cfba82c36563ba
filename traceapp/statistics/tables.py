"""What was counted as tables in the reader's language: for the page, the drawings and the CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.public.producer_page import KIND_WORDS
from traceapp.statistics.queries import Counted
from traceapp.web.pages import HANOI

Cell = str | int | Decimal | None


class Share(Decimal):
    """A part of a whole in per cent; any other Decimal is a change, which has a sign."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; where `drawn` names a column, that column is drawn by the first one."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    source: str
    drawn: int | None = None

    @property
    def bars(self) -> list[tuple[str, int]]:
        """Give what is drawn."""
        if self.drawn is None:
            return []
        numbers = ((str(row[0]), row[self.drawn]) for row in self.rows)
        return [(words, number) for words, number in numbers if isinstance(number, int)]


def tables(counted: Counted) -> list[Table]:
    """Give all tables, in the order of the page."""
    return [_producers(counted), _lots(counted), _drills(counted), _programme(counted)]


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
    rows: list[tuple[Cell, ...]] = [
        (_("Lots registered"), counted.lots),
        (_("Codes in use"), counted.codes_in_use),
    ]
    pages, source = counted.pages, _("No audit of the pages was made yet.")
    if pages is not None:
        # Cut off and not rounded: one dead page never reads as none.
        share = Share(Decimal(1000 * pages.live // max(pages.asked, 1)) / 10)
        rows += [(_("Pages asked for"), pages.asked), (_("Pages that were live"), pages.live)]
        rows.append((_("Pages that were live (%)"), share))
        source = _(
            "Pages: the last audit, which asks for a sample of codes as shoppers do, on %(day)s.",
            day=f"{pages.at.astimezone(HANOI):%d/%m/%Y}",
        )
    return Table(
        "lots", _("Lots and their pages"), (_("What is counted"), _("How many")), rows, source
    )


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
    kinds = [*INDICATOR_KINDS]
    rows: list[tuple[Cell, ...]] = []
    for year, found in sorted(counted.programme.items(), reverse=True):
        checked = {one.kind: one.checked.change for one in found.changes}
        means = (checked.get(kind) for kind in kinds)
        rows.append((str(year), found.done, found.establishments, *means))
    names = (f"{_(INDICATOR_KINDS[kind])} (%)" for kind in kinds)
    return Table(
        "programme",
        _("Results of cleaner production, from records here"),
        (_("Year"), _("Measures done"), _("Establishments"), *names),
        rows,
        _("Mean change in per cent of the figures that somebody of another body checked."),
        drawn=1,
    )
