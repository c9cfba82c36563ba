"""The forms that let recalled goods go or end a case, and the one that decides on what waits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import Schema

from traceapp import problem
from traceapp.recalls import releasing
from traceapp.recalls.case_queries import Case
from traceapp.recalls.cases import Wish
from traceapp.recalls.checks import Check
from traceapp.trace.facts import Ref
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.faults import EMPTY
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form, Option
from traceapp.web.languages import say
from traceapp.web.pages import moment

LONGEST = 2000
KINDS = frozenset({"narrow", "release", "close"})


class ReasonSchema(Schema):
    """Why somebody asks or decides; whether it may be empty depends on what it is for."""

    reason = PlainText(LONGEST, lines=True, allow_none=True)


REASON = ReasonSchema()


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody typed who decides on an act, and what is wrong with it."""

    act_id: UUID
    form: Form


def ending_fields(case: Case, lots: Mapping[Ref, str]) -> tuple[Field, ...]:
    """Ask which lots to let go, by which checks, and why."""
    ticks = tuple(Option(str(batch.id), lot) for batch, lot in lots.items())
    found = releasing.offered(case, {*lots, *releasing.roots_of(case)})
    checks = tuple(
        Option(str(one.event.id), said(one, lots))
        for one in {one.event: one for one in found}.values()
    )
    hint = (
        ""
        if checks
        else _("None since the recall: the second person must write why none is needed.")
    )
    return (
        Field("lots", _("Lots to let go"), "many", options=ticks),
        Field("checks", _("Checks passed since the recall"), "many", hint, options=checks),
        Field("reason", _("Reason"), "lines", required=True, longest=LONGEST),
    )


def said(check: Check, lots: Mapping[Ref, str]) -> str:
    """Say which check it is."""
    words: str = _(
        "%(what)s, lot %(lot)s, %(when)s, %(who)s",
        what=say(STEP_KINDS[check.kind].label),
        lot=lots.get(check.batch, "…"),
        when=moment(check.at),
        who=say(check.body),
    )
    return words


def wish(form: Form, kind: str, batches: Collection[Ref]) -> Wish:
    """Read what is asked for. Raises InvalidInput, or ValidationError for too long a reason."""
    reason = typed_reason(form)
    if not reason:
        raise problem.InvalidInput(findings=[_NO_REASON])
    ticked = _ids(form, "lots")
    named = tuple(one for one in batches if one.id in ticked) if kind == "narrow" else ()
    if kind == "narrow" and not named:
        raise problem.InvalidInput(findings=[_NO_LOT])
    return Wish(kind, reason, named, frozenset(_ids(form, "checks")))


def decision_fields() -> tuple[Field, ...]:
    """Ask why one agrees or declines."""
    return (Field("reason", _("Reason"), "lines", longest=LONGEST),)


def typed_reason(form: Form) -> str:
    """Give the reason as it is kept. Raises ValidationError for one that is too long."""
    given: str | None = REASON.load({"reason": form.value("reason")})["reason"]
    return given or ""


def _ids(form: Form, name: str) -> set[UUID]:
    found = set()
    for text in form.typed.get(name, ()):
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


_NO_REASON = problem.Finding("/reason", EMPTY.rule, EMPTY.message, EMPTY.fix)
_NO_LOT = problem.Finding(
    "/lots", "no_lot", problem.N_("No lot is ticked."), problem.N_("Tick the lots to let go.")
)
