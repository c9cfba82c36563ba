"""If-Match: what a change was made from, so that nobody's work is lost under another's."""

import re
from dataclasses import dataclass
from typing import Any

from flask import request

from traceapp import problem

_TAG = r'(W/)?"[!#-~]*"'
TAGS = rf"[ \t,]*{_TAG}([ \t]*,[ \t,]*{_TAG})*[ \t,]*"
OURS = re.compile(r'(?<!W/)"(0|[1-9][0-9]{0,8})"', re.ASCII)
HEADER = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": (
        "The version you read, in quotation marks, as the ETag gives it; several with commas "
        "between; or `*` for any, as long as there is one (RFC 9110). Where none of them is there "
        "any more, nothing is written and the answer is 412."
    ),
    "schema": {"type": "string", "pattern": rf"^(\*|{TAGS})$"},
}
ETAG: dict[str, Any] = {
    "ETag": {"description": "The version.", "schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Match:
    """Which versions a request may change; `versions` None stands for any that is there."""

    versions: frozenset[int] | None

    def require(self, version: int | None) -> None:
        """Let this version be changed; None is a record that is not there. Or ChangedMeanwhile."""
        if version is None or (self.versions is not None and version not in self.versions):
            raise problem.ChangedMeanwhile


def asked() -> Match | None:
    """Read If-Match; None where it is not sent. Raises BadRequest for what it cannot be.

    A tag that is weak or none of ours matches nothing, which is no error.
    """
    text = request.headers.get("If-Match")
    if text is None:
        return None
    if text == "*":
        return Match(None)
    if not re.fullmatch(TAGS, text, re.ASCII):
        raise problem.BadRequest
    return Match(frozenset(int(tag) for tag in OURS.findall(text)))


def etag(version: int) -> dict[str, str]:
    """Give the header that names a version."""
    return {"ETag": f'"{version}"'}
