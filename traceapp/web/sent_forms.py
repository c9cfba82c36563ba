"""What was sent as a form, and what of it a view never looked at: fields that it does not know.

A view knows the fields that it reads; so nothing has to be listed twice, and whoever may not send
the form at all is answered first.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import flask
from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import ImmutableMultiDict

from traceapp.web.faults import NO_SUCH_FIELD

# What every form of a signed-in person also carries: the token of the session, which button.
OWN_FIELDS = frozenset({"csrf_token", "do"})


class SentFields(ImmutableMultiDict[str, Any]):
    """Fields by name; it notes which were looked at."""

    def __init__(self, mapping: Any = None) -> None:  # noqa: ANN401 - as its mother
        super().__init__(mapping)
        self._read: set[str] = set()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - a text or a file
        self._read.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, type: Any = None) -> list[Any]:  # noqa: A002, ANN401 - as its mother
        """Give all values of a field."""
        self._read.add(key)
        return super().getlist(key, type)

    def __iter__(self) -> Iterator[str]:
        self._read.update(super().__iter__())
        return super().__iter__()

    def items(self, multi: bool = False) -> Iterable[tuple[str, Any]]:  # type: ignore[override] # noqa: FBT001, FBT002
        """Give all fields with their values."""
        self._read.update(super().__iter__())
        return super().items(multi)

    def unread(self) -> list[str]:
        """Name the fields that nobody looked at."""
        return [name for name in super().__iter__() if name not in self._read | OWN_FIELDS]


class Request(flask.Request):
    """A request that notes which of its fields are looked at."""

    parameter_storage_class = SentFields


def init_app(app: flask.Flask) -> None:
    """Let requests note which of their fields are looked at."""
    app.request_class = Request


def refuse_unread() -> None:
    """Refuse fields that the view did not look at. Raises ValidationError."""
    sent = (request.form, request.files)
    unread = [name for one in sent if isinstance(one, SentFields) for name in one.unread()]
    if unread:
        raise ValidationError({name: [NO_SUCH_FIELD] for name in unread})
