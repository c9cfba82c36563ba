"""Shapes of what shoppers send us."""

from enum import StrEnum

from marshmallow import Schema, fields, validate

from traceapp.problem import N_
from traceapp.web.faults import Fault
from traceapp.web.fields import PlainText

LONGEST_TEXT = 2000
LONGEST_AREA = 200
LONGEST_CODE = 100


class ReportKind(StrEnum):
    """What a report is about; the words are on the form."""

    DIFFERENT = "different"
    CODE_MISUSED = "code_misused"
    SPOILED = "spoiled"
    MADE_ILL = "made_ill"
    PAGE_WRONG = "page_wrong"
    OTHER = "other"


KIND_WORDS: dict[ReportKind, str] = {
    ReportKind.DIFFERENT: N_("The goods differ from what the page says"),
    ReportKind.CODE_MISUSED: N_("The code is stuck on other goods, or looks copied"),
    ReportKind.SPOILED: N_("Spoiled, smells odd or past its date"),
    ReportKind.MADE_ILL: N_("Somebody fell ill after eating it"),
    ReportKind.PAGE_WRONG: N_("The page itself is wrong or does not work"),
    ReportKind.OTHER: N_("Something else"),
}


class ReportState(StrEnum):
    """Where a report stands, as people in charge said it; before, it is new."""

    LOOKING = "looking"
    FOUNDED = "founded"
    UNFOUNDED = "unfounded"
    CANNOT_TELL = "cannot_tell"


OUTCOME_WORDS: dict[ReportState, str] = {
    ReportState.FOUNDED: N_("Founded: it is as reported"),
    ReportState.UNFOUNDED: N_("Unfounded: it is not as reported"),
    ReportState.CANNOT_TELL: N_("It cannot be told"),
}


_NO_KIND = Fault(
    "kind",
    N_("Choose what it is about."),
    N_("If nothing fits, choose “something else” and write it below."),
)
_FILLED_TRAP = Fault(
    "trap", N_("Leave this field empty."), N_("It is there to tell programs from people.")
)


class ReportSchema(Schema):
    """A report of a problem as a shopper fills it in; nothing about the shopper is asked."""

    code = PlainText(LONGEST_CODE, load_default=None, allow_none=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf([*ReportKind], error=_NO_KIND),
        error_messages={"required": _NO_KIND},
    )
    text = PlainText(LONGEST_TEXT, required=True, lines=True)
    area = PlainText(LONGEST_AREA, load_default=None, allow_none=True)
    # People do not see this field; programs that fill in every field do.
    website = fields.String(load_default="", validate=validate.Equal("", error=_FILLED_TRAP))
