"""What a cell names in tables of cleaner production: an establishment, one of its assessments."""

import functools
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import rfc8785
from sqlalchemy import select

from traceapp.accounts.acts import Act, may
from traceapp.accounts.persons import works_for
from traceapp.batches.models import Product
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange.references import NOT_FOUND, SEVERAL
from traceapp.exchange.report import at
from traceapp.network.models import CleanerAssessment
from traceapp.network.operations import Author
from traceapp.problem import N_
from traceapp.producers.models import MembershipRole, ProducerKind
from traceapp.producers.queries import called
from traceapp.trace.facts import Ref
from traceapp.web.faults import EMPTY, Fault

IDS = uuid5(NAMESPACE_URL, "https://traceapp/exchange/cleaner-production")
NO_ESTABLISHMENT = Fault(
    "unknown_establishment",
    N_("“{text}” is no establishment here."),
    N_("Compare its name, or let it join first."),
)
SEVERAL_ESTABLISHMENTS = Fault(
    "several",
    N_("Several establishments are called “{text}”."),
    N_("Write a comma and the commune after the name."),
)
OTHERS = Fault(
    "another_establishment",
    N_("“{text}” is not your establishment."),
    N_("Bring in what concerns your own, or leave the cell empty."),
)
OWN = Fault(
    "own_establishment",
    N_("Nobody assesses or checks the establishment he works for."),
    N_("Leave the row to another body of the programme."),
)
NO_ASSESSMENT = Fault(
    "no_assessment",
    N_("There is no such assessment of this establishment."),
    N_("Open it first, at the desk or by the table of assessments."),
)
SEVERAL_ASSESSMENTS = Fault(
    "several",
    N_("This establishment has several assessments that fit."),
    N_("Name the product, or the assessment by its id."),
)
_SAID_LATER = ("chosen_on", "done_on", "dropped_on", "evidence", "checked")


class CleanerReferences:
    """Who writes, and what the cells of one table named so far: the same names come row after row.

    A body of the programme names any establishment but its own, an establishment only itself.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._establishments: dict[str, UUID] = {}
        self._assessments: dict[tuple[UUID, str, str], CleanerAssessment] = {}

    @functools.cached_property
    def author(self) -> Author:
        """Give who writes, and whether for a body of the programme."""
        producer_id, member_id = self._actor.producer_id, self._actor.member_id
        roles = select(MembershipRole.role).where(
            MembershipRole.producer_id == producer_id, MembershipRole.member_id == member_id
        )
        kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == producer_id)
        has = (frozenset(db.session.scalars(query)) for query in (roles, kinds))
        is_body = may(Act.ASSESS_CLEANER_PRODUCTION, *has)
        return Author(Ref(producer_id, member_id), is_body)

    def id_of(self, kind: str, values: Mapping[str, Any]) -> UUID:
        """Make the id of a row: from one's own id, else from all it says but what comes later."""
        return _id(self._actor.producer_id, kind, said_of(values))

    def establishment(self, text: str) -> UUID:
        """Find the establishment that a row is about. Raises ValidationError."""
        if text not in self._establishments:
            find = self._of_a_body if self.author.is_body else self._own
            self._establishments[text] = find(text)
        return self._establishments[text]

    def _own(self, text: str) -> UUID:
        if text and self._actor.producer_id not in called(text):
            raise at("establishment", OTHERS.format(text=text[:60]))
        return self._actor.producer_id

    def _of_a_body(self, text: str) -> UUID:
        if not text:
            raise at("establishment", EMPTY)
        found = called(text)
        if len(found) != 1:
            fault = SEVERAL_ESTABLISHMENTS if found else NO_ESTABLISHMENT
            raise at("establishment", fault.format(text=text[:60]))
        producer_id = found.pop()
        if works_for(self.author.member, producer_id):
            raise at("establishment", OWN)
        return producer_id

    def assessment(self, values: Mapping[str, Any]) -> CleanerAssessment:
        """Find the assessment that a row belongs to. Raises ValidationError."""
        producer_id = self.establishment(values.get("establishment", ""))
        own, named = values.get("assessment", ""), values.get("product", "")
        key = (producer_id, own, named)
        if key not in self._assessments:
            about = product(producer_id, named)
            query = select(CleanerAssessment).where(CleanerAssessment.producer_id == producer_id)
            if about is not None:
                query = query.where(CleanerAssessment.product_id == about)
            found = [one for one in db.session.scalars(query) if not own or _is_called(one, own)]
            if len(found) != 1:
                column = "assessment" if own else "product" if named else "establishment"
                raise at(column, SEVERAL_ASSESSMENTS if found else NO_ASSESSMENT)
            self._assessments[key] = found[0]
        return self._assessments[key]


def said_of(values: Mapping[str, Any]) -> str:
    """Give what two rows share that mean the same record."""
    if own := values.get("external_id"):
        return f"id:{own}"
    said = {name: value for name, value in values.items() if name not in _SAID_LATER}
    return rfc8785.dumps(said).decode()


def _id(body: UUID, kind: str, said: str) -> UUID:
    return uuid5(IDS, f"{body}\n{kind}\n{said}")


def product(producer_id: UUID, text: str) -> UUID | None:
    """Find the product that an assessment is about; None where none is named."""
    if not text:
        return None
    query = select(Product.product_id).where(
        Product.producer_id == producer_id, Product.folded_name == fold(text)
    )
    found = db.session.scalars(query).all()
    if len(found) != 1:
        raise at("product", (SEVERAL if found else NOT_FOUND).format(text=text[:60]))
    return found[0]


def _is_called(one: CleanerAssessment, own: str) -> bool:
    """Tell whether this is its id here, or the one in the books of the body that opened it."""
    named = _id(one.by_producer_id, "assessments", f"id:{own}")
    return one.assessment_id == named or str(one.assessment_id) == own.lower()
