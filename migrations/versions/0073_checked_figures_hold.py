"""A figure of cleaner production that was checked holds beside a newer one that was not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier

revision: str = "0073"
down_revision: str | None = "0072"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PERIODS = ("before_from", "before_until", "after_from", "after_until")
FIGURES = sa.table(
    "cleaner_indicator",
    *(sa.column(name, Identifier()) for name in ("producer_id", "indicator_id", "assessment_id")),
    *(sa.column(name, sa.String()) for name in ("kind", "name", "method")),
    *(sa.column(name, sa.BigInteger()) for name in ("before", "after", "noted_at")),
    *(sa.column(name, sa.Date()) for name in PERIODS),
)
CHECKS = sa.table(
    "cleaner_check",
    *(sa.column(name, Identifier()) for name in ("producer_id", "indicator_id")),
)
SUMS = sa.table(
    "programme_sum",
    *(sa.column(name, sa.BigInteger()) for name in ("year", "count", "total")),
    sa.column("subject", sa.String()),
)


def upgrade() -> None:
    """Go forward."""
    _sum_again(beside_each_other=True)


def downgrade() -> None:
    """Go back."""
    _sum_again(beside_each_other=False)


def _sum_again(*, beside_each_other: bool) -> None:
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row, is_checked in _holding(beside_each_other=beside_each_other):
        exact = (row.after - row.before) * Decimal(100_00) / row.before
        change = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        for group in ("said", "checked") if is_checked else ("said",):
            found[row.after_until.year, f"{group}/{row.kind}"].append(change)
    figures = sa.or_(*(SUMS.c.subject.like(f"{group}/%") for group in ("said", "checked")))
    op.execute(SUMS.delete().where(figures))
    rows = [
        {"year": year, "subject": subject, "count": len(changes), "total": sum(changes)}
        for (year, subject), changes in found.items()
    ]
    if rows:
        op.bulk_insert(SUMS, rows)
    op.execute("DELETE FROM public_snapshot")  # kept pages show the other figures


def _holding(*, beside_each_other: bool) -> Iterator[tuple[Any, bool]]:
    of_figure = sa.and_(
        CHECKS.c.producer_id == FIGURES.c.producer_id,
        CHECKS.c.indicator_id == FIGURES.c.indicator_id,
    )
    query = (
        sa.select(FIGURES, CHECKS.c.indicator_id.label("checked"))
        .outerjoin_from(FIGURES, CHECKS, of_figure)
        .where(*(FIGURES.c[name].is_not(None) for name in ("before", "method", *PERIODS)))
        .order_by(FIGURES.c.noted_at, FIGURES.c.indicator_id)
    )
    held: dict[Any, dict[bool, Any]] = defaultdict(dict)
    for row in op.get_bind().execute(query):
        of_subject = held[row.assessment_id, row.kind, row.name.casefold()]
        is_checked = row.checked is not None
        if is_checked or not beside_each_other:
            of_subject.clear()
        of_subject[is_checked] = row
    return ((row, is_checked) for rows in held.values() for is_checked, row in rows.items())
