"""What the last audit of codes found, for those it concerns: of their own codes, or of all."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, true

from traceapp.accounts.visitor import Visitor
from traceapp.batches.models import Batch, Product
from traceapp.codes.models import AuditedPage, CodeAudit, PublicCode
from traceapp.codes.page_asking import Outcome
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.gs1.batch_code import BatchCode, StallCode
from traceapp.producers.models import Producer
from traceapp.stalls.models import Stall
from traceapp.web import lists

# Whoever runs the installation and the city's office answer for every page.
SEE_ALL = frozenset({"operator", "authority"})
OWNER = func.coalesce(PublicCode.producer_id, Stall.producer_id)  # of the batch, or of the stall
# The code of a batch, or of one of its labels, whose number stands behind it.
IS_OF_BATCH = and_(
    PublicCode.code == func.substr(AuditedPage.code, 1, BatchCode.LENGTH),
    func.length(AuditedPage.code) != StallCode.LENGTH,
)
IS_LIVE = AuditedPage.outcome == Outcome.LIVE.value


def sees_all(reader: Visitor) -> bool:
    """Tell whether the pages of all producers concern this reader."""
    return bool(reader.kinds & SEE_ALL)


def listed(reader: Visitor, audit_id: UUID, wish: lists.Asked) -> lists.Page[Any]:
    """List the pages that an audit asked for; those that are not live come first."""
    query = (
        select(
            *(AuditedPage.code, AuditedPage.outcome, AuditedPage.said, Batch.lot),
            *(Product.name, Product.name_en, Producer.name.label("producer")),
            *(Producer.name_en.label("producer_en"), Stall.name.label("stall")),
        )
        .select_from(AuditedPage)
        .outerjoin(PublicCode, IS_OF_BATCH)
        .outerjoin(Stall, Stall.code == AuditedPage.code)
        .outerjoin(
            Batch,
            and_(
                Batch.producer_id == PublicCode.producer_id, Batch.batch_id == PublicCode.batch_id
            ),
        )
        .outerjoin(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == OWNER)
        .where(AuditedPage.audit_id == audit_id, _concerns(reader))
        .where(*(_has(word) for word in wish.words))
    )
    if outcome := wish.chosen.get("answer"):
        query = query.where(IS_LIVE if outcome == "live" else ~IS_LIVE)
    orders = (
        lists.Order(case((IS_LIVE, 1), else_=0)),
        lists.Order(AuditedPage.code.expression),
    )
    return lists.page(query, orders, wish)


def numbers(reader: Visitor, audit_id: UUID) -> tuple[int, int]:
    """Count the pages of the reader's that were asked for, and those of them that are live."""
    live = func.coalesce(func.sum(case((IS_LIVE, 1), else_=0)), 0)
    query = _of_reader(reader, select(func.count(), live)).where(AuditedPage.audit_id == audit_id)
    asked, of_them_live = db.session.execute(query).one()
    return int(asked), int(of_them_live)


def count_dead(reader: Visitor) -> int:
    """Count the pages of the reader's that were not live in the last audit."""
    if sees_all(reader):
        return int(ask(_DEAD)[0][0])
    return int(ask(_OWN_DEAD, producer=reader.producer_id)[0][0])


def _of_reader(reader: Visitor, query: Select[Any]) -> Select[Any]:
    return _of_codes(query).where(_concerns(reader))


def _of_codes(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(AuditedPage)
        .outerjoin(PublicCode, IS_OF_BATCH)
        .outerjoin(Stall, Stall.code == AuditedPage.code)
    )


def _concerns(reader: Visitor) -> ColumnElement[bool]:
    return true() if sees_all(reader) else OWNER.in_([reader.producer_id])


def _has(word: str) -> ColumnElement[bool]:
    by_name = lists.matching(
        [word],
        *(Product.folded_name, Product.name_en, Producer.folded_name, Producer.name_en, Batch.lot),
        Stall.folded_name,
    )
    bare = word.replace("-", "")
    return or_(*by_name, *lists.matching([bare] if bare else [], AuditedPage.code))


def _dead() -> Select[Any]:
    newest = (
        select(CodeAudit.audit_id)
        .order_by(CodeAudit.started_at.desc(), CodeAudit.audit_id.desc())
        .limit(1)
    )
    return _of_codes(select(func.count())).where(
        AuditedPage.audit_id == newest.scalar_subquery(), ~IS_LIVE
    )


# Written once: each page of the desk asks.
_DEAD = _dead()
_OWN_DEAD = _DEAD.where(bindparam("producer", type_=Identifier) == OWNER)
