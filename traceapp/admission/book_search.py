"""Searching the book of acts by what its page says: the act, who did it, and what it is about."""

from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select

from traceapp.audit.models import AuditEntry
from traceapp.audit.words import SENTENCES
from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.database.folding import fold, folded
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Membership, Plot, Producer, Season, Site
from traceapp.web import lists

NAMED: dict[str, tuple[Any, Any, Any]] = {
    "product": (Product, Product.product_id, Product.name),
    "site": (Site, Site.site_id, Site.name),
    "plot": (Plot, Plot.plot_id, Plot.name),
    "season": (Season, Season.season_id, Season.name),
    "certificate": (Certificate, Certificate.certificate_id, Certificate.number),
    "batch": (Batch, Batch.batch_id, Batch.lot),
}
MEMBERS = (Membership, Membership.member_id, Membership.name)


def has(producer_id: UUID, word: str) -> ColumnElement[bool]:
    """Make the condition that a folded word is in what an entry says; `Producer` did the act."""
    people = select(Membership.member_id).where(
        Membership.producer_id == producer_id,
        folded(Membership.name).contains(word, autoescape=True),
    )
    about = func.replace(func.replace(AuditEntry.about, ":", "/"), "-", "")
    return or_(
        AuditEntry.act.in_(act for act, said in SENTENCES.items() if word in fold(gettext(said))),
        AuditEntry.by_member_id.in_(people),
        folded(Producer.name).contains(word, autoescape=True),
        folded(AuditEntry.detail).contains(word, autoescape=True),
        *lists.matching([word], AuditEntry.about),
        *(about.in_(_called(kind, producer_id, word)) for kind in (*NAMED, "member")),
    )


def _called(kind: str, producer_id: UUID, word: str) -> Any:  # noqa: ANN401 - a select
    """Give the things of a kind whose name has a word, written as entries name them."""
    table, key, name = NAMED.get(kind, MEMBERS)
    is_sqlite = db.engine.dialect.name == "sqlite"
    written = func.lower(func.hex(key)) if is_sqlite else func.replace(cast(key, String), "-", "")
    return select(literal(f"{kind}/") + written).where(
        table.producer_id == producer_id, folded(name).contains(word, autoescape=True)
    )
