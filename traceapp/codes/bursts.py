"""Which pages were opened unusually often, said once for batches, stalls and single labels.

Unusual is a day with many openings, and many times as many as the busiest days of what it is
compared with: a producer's other batches, a seller's other stalls, the other labels of a batch.
Where there is no other yet, many are enough. It is worth a look and says nothing of anybody:
mostly there is an ordinary reason.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, select

SHOWN = timedelta(days=30)
NEWS = timedelta(days=7)
MANY = 30  # as the rule scan_burst of the programme says
TIMES = 3  # the usual busiest day


def first_day(today: date) -> date:
    """Give the first of the days that are shown."""
    return today - SHOWN + timedelta(days=1)


def is_much(opened: int, usual: float | None) -> bool:
    """Tell whether so many openings on a day are worth a look."""
    return opened >= MANY and opened >= TIMES * (usual or 0)


def beside_others(
    of_each: FromClause, among: Sequence[ColumnElement[Any]], *named: ColumnElement[Any]
) -> FromClause:
    """Give each page's openings and busiest day beside the busiest days of the others among them.

    `others_busiest` is their sum and `others` how many they are.
    """
    of = of_each.c
    whole = func.sum(of.busiest).over(partition_by=among)
    number = func.count().over(partition_by=among)
    return select(
        *(*named, of.opened, of.busiest),
        (whole - of.busiest).label("others_busiest"),
        (number - 1).label("others"),
    ).subquery()


def is_burst(peaks: FromClause) -> ColumnElement[bool]:
    """Make the condition that the busiest day of a page is worth a look, as `is_much` tells it."""
    of = peaks.c
    return and_(of.busiest >= MANY, of.busiest * of.others >= TIMES * of.others_busiest)
