"""The years that the programme has pages for."""

from datetime import date

from marshmallow import ValidationError

from traceapp.problem import N_

FIRST_YEAR, LAST_YEAR = 2000, 2100  # those that the routes of `/programme` take

_OUTSIDE = N_("The programme has pages for the years from 2000 to 2100.")


def in_programme_years(day: date) -> None:
    """Refuse a day of which no page of the programme could tell. Raises ValidationError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_OUTSIDE)
