"""Where an authority acts: upon goods that were made in its province, or are or were kept there.

It looks up and traces everywhere, since goods cross borders; what it begins, it begins at home.
"""

from uuid import UUID

from sqlalchemy import exists, or_, select

from traceapp import problem
from traceapp.batches.books.models import Stock
from traceapp.database.engine import db
from traceapp.producers.models import Producer, Site
from traceapp.trace.facts import Ref

OUTSIDE = problem.Finding(
    "/",
    "outside_territory",
    problem.N_("This lot was neither made nor kept in your province."),
    problem.N_(
        "Tell the authority of the place where it is; you may still look it up and trace it."
    ),
)


def check(authority_id: UUID, batch: Ref) -> None:
    """Raise InvalidInput where an authority would act upon goods of somewhere else."""
    home = select(Producer.province).where(Producer.producer_id == authority_id).scalar_subquery()
    holder = (
        select(Stock.producer_id)
        .where(Stock.batch_producer_id == batch.producer_id, Stock.batch_id == batch.id)
        .scalar_subquery()
    )
    at_home = select(
        or_(
            exists().where(Producer.producer_id == batch.producer_id, Producer.province == home),
            exists().where(
                or_(Site.producer_id == batch.producer_id, Site.producer_id.in_(holder)),
                Site.province == home,
            ),
        )
    )
    if not db.session.scalar(at_home):
        raise problem.InvalidInput(findings=[OUTSIDE])
