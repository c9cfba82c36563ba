"""Changing what a producer says of itself. Callers own the transaction.

A name or tax code that looks like somebody else's is refused here, as it would be noticed before
the producer was let in: nobody asks to join as one and turns into another.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from traceapp import problem
from traceapp.admission import newcomers, queries
from traceapp.admission.queries import Applicant
from traceapp.admission.similarity import Likeness
from traceapp.freshness import operations as freshness
from traceapp.producers import changes, operations

By = tuple[UUID, UUID]
NAMES_ALIKE = {Likeness.SAME_NAME, Likeness.SIMILAR_NAME}


def change(by: By, given: Mapping[str, Any], *, version: int | None, now: datetime) -> None:
    """Change a producer's particulars; every page may name it, so all are made anew.

    Without `kinds` it stays what it is, as a body that runs or oversees this site always does.
    Raises ValidationError, InvalidInput, ChangedMeanwhile.
    """
    given = dict(given)
    kinds = newcomers.kinds_of({"kinds": given.pop("kinds")}) if "kinds" in given else None
    data = operations.DETAILS.load(given)
    findings = list(_taken(by[0], data["name"], data["tax_code"]))
    if findings:
        raise problem.InvalidInput(findings=findings)
    is_other = changes.change_producer(by, given, version=version, now=now)
    if kinds is not None:
        is_other |= changes.change_kinds(by, kinds, now=now)
    if is_other:
        freshness.forget_all()


def _taken(producer_id: UUID, name: str, tax_code: str | None) -> Iterator[problem.Finding]:
    own = _own(producer_id)
    found = _likenesses(own, name, tax_code)
    if found & NAMES_ALIKE and name != own.name:
        yield problem.Finding(
            "/name",
            "name_alike",
            problem.N_("Another producer here has this name or one like it."),
            problem.N_("Choose another one, or ask to be given this one."),
        )
    if Likeness.SAME_TAX_CODE in found and tax_code != own.tax_code:
        yield problem.Finding(
            "/tax_code",
            "tax_code_taken",
            problem.N_("Another producer here has this tax code."),
            problem.N_("Compare it with your registration once more."),
        )


def is_name_alike(producer_id: UUID, name: str) -> bool:
    """Tell whether a name would make a producer look like another one."""
    own = _own(producer_id)
    return name != own.name and bool(_likenesses(own, name, own.tax_code) & NAMES_ALIKE)


def read_name(given: Mapping[str, Any]) -> str:
    """Read a name as the schema does. Raises ValidationError."""
    try:
        return str(operations.DETAILS.fields["name"].deserialize(given.get("name")))
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from error


def _own(producer_id: UUID) -> Applicant:
    own = queries.applicant(producer_id)
    if own is None:
        raise problem.NotFound
    return own


def _likenesses(own: Applicant, name: str, tax_code: str | None) -> set[Likeness]:
    alike = queries.newly_alike(own, name, tax_code)
    return {likeness for _other, match in alike for likeness in match.likenesses}
