"""The field of a form that holds photos which were sent before it was refused."""

import re

from marshmallow import fields, validate

from traceapp.problem import N_
from traceapp.web.faults import Fault

MOST_PHOTOS = 6
SHA256 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_NO_PHOTO = Fault("photo", N_("This is no photo that you sent."), N_("Choose the photo again."))
_TOO_MANY = Fault(
    "too_many_photos", N_("There are more than 6 photos."), N_("Untick those that say least.")
)


class SentPhotos(fields.List[str]):
    """At most six photos by their hexadecimal SHA-256; none where it is missing."""

    def __init__(self) -> None:
        super().__init__(
            fields.String(validate=validate.Regexp(SHA256, error=_NO_PHOTO)),
            load_default=list,
            validate=validate.Length(max=MOST_PHOTOS, error=_TOO_MANY),
        )
