"""The small form of the trace report: what no book can know."""

from collections.abc import Mapping

from flask_babel import gettext as _

from traceapp import problem
from traceapp.dossier.trace_report import LONGEST, Asked
from traceapp.web.forms import Field, Form


def asked(given: Mapping[str, str]) -> Asked:
    """Read what was typed. Raises InvalidInput for what the form would not have let through."""
    return Asked(**{name: _read(given.get(name, ""), most) for name, most in LONGEST.items()})


def form() -> Form:
    """Give the empty form."""
    return Form.showing(_fields(), {})


def _fields() -> list[Field]:
    return [
        Field("reason", _("Reason"), "lines", longest=LONGEST["reason"]),
        Field("to_recall", _("Quantity to be recalled"), longest=LONGEST["to_recall"]),
        Field("gathered_at", _("Gathering place"), longest=LONGEST["gathered_at"]),
        Field(
            "handling",
            _("Handling"),
            hint=_("For example: destroyed, sent back, used otherwise."),
            longest=LONGEST["handling"],
        ),
    ]


def _read(text: str, most: int) -> str:
    """Take what can be printed: a line's end is one character, as browsers count it."""
    whole = text.replace("\r\n", "\n").strip()
    if len(whole) > most:
        raise problem.InvalidInput
    return "".join(one for one in whole if one.isprintable() or one == "\n")
