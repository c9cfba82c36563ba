"""The version a form was opened with, so that nobody's change is lost under another's."""

from traceapp import problem
from traceapp.web.forms import Form

LONGEST = 9


def version_of(form: Form) -> int:
    """Give the version a form was opened with. Raises ChangedMeanwhile for none we gave."""
    text = form.value("version")
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST:
        raise problem.ChangedMeanwhile
    return int(text)
