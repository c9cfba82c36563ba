"""What came of a table: each row new, changed, as it was or wrong, and each wrong cell in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from marshmallow import ValidationError

from traceapp import problem
from traceapp.problem import N_
from traceapp.web.faults import Fault
from traceapp.web.problems import from_validation

HEADER_ROW = 1
# Where a schema says it otherwise than the table does.
_COLUMN_OF = {
    "product_id": "product",
    "site_id": "site",
    "plot_id": "plot",
    "season_id": "season",
    "certificate_ids": "certificates",
    "id": "external_id",
}


class Outcome(StrEnum):
    """What happens to a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell; without a heading, with the whole row."""

    row: int
    heading: str
    finding: problem.Finding


@dataclass(slots=True)
class Report:
    """What came of each row. `is_kept` tells whether anything of it was written."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    is_kept: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """Count the rows by what happens to them."""
        found = Counter(self.outcomes.values())
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def is_faultless(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults

    @property
    def is_header_wrong(self) -> bool:
        """Tell whether the headings are wrong: then no row was looked at."""
        return not self.outcomes and bool(self.faults)

    def blame(self, row: int, headings: Mapping[str, str], error: Exception) -> None:
        """Note what is wrong with a row, at the cells it concerns."""
        self.outcomes[row] = Outcome.WRONG
        for finding in _findings(error):
            self.faults.append(CellFault(row, _heading(finding.pointer, headings), finding))


def at(column: str, fault: Fault) -> ValidationError:
    """Make the error of one cell."""
    return ValidationError({column: [fault]})


def _findings(error: Exception) -> Sequence[problem.Finding]:
    if isinstance(error, ValidationError):
        return from_validation(error).findings
    if isinstance(error, problem.Problem):
        return error.findings or [problem.Finding("", error.slug, error.title, error.detail)]
    raise error


def _heading(pointer: str, headings: Mapping[str, str]) -> str:
    """Find the column a pointer means, from the whole path to its first part."""
    parts = pointer.strip("/").split("/")
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        for known in (_COLUMN_OF.get(name, name), name):
            if known in headings:
                return headings[known]
    return ""


def unknown_heading(heading: str) -> problem.Finding:
    """Say that nobody knows this column."""
    return problem.Finding(
        "",
        "unknown_column",
        N_("The column “{heading}” is not known here."),
        N_("Compare the headings with the template, or remove the column."),
        {"heading": heading[:80]},
    )


def missing_headings(titles: Sequence[str]) -> Iterator[problem.Finding]:
    """Say which columns are missing."""
    for title in titles:
        yield problem.Finding(
            "",
            "missing_column",
            N_("The column “{heading}” is missing."),
            N_("Add it; the template shows how."),
            {"heading": title},
        )
