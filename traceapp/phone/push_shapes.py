"""Shapes of what a browser tells that wants to be told by push."""

from ipaddress import ip_address
from typing import Any

from marshmallow import Schema, ValidationError, fields

from traceapp.gs1.batch_code import BatchCode
from traceapp.problem import N_
from traceapp.push.encryption import AUTH_BYTES, point
from traceapp.push.identification import as_bytes
from traceapp.web.faults import Fault, known
from traceapp.web.fields import KeyNumber, PlainText
from traceapp.web.languages import LANGUAGES
from traceapp.web.settings import settings
from traceapp.webhooks.addresses import LONGEST, Target, is_open

LONGEST_KEY = 100
INSIDE = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa")

NO_ENDPOINT = Fault(
    "push_endpoint",
    N_("This is no address of a push service on the internet."),
    N_("Send what PushSubscription.endpoint says; it begins with https://."),
)
NO_KEY = Fault(
    "push_key",
    N_("This is not the key of a browser."),
    N_("Send what PushSubscription.toJSON() says in keys."),
)


class Endpoint(PlainText):
    """The address of a push service: https, and none inside a private network.

    A name is looked up when something is sent; it is not connected to where it leads inside.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str | None:  # noqa: ANN401
        text = super()._deserialize(value, attr, data)
        if text is None or not _is_outside(text):
            raise ValidationError(NO_ENDPOINT)
        return text


class BrowserKey(PlainText):
    """A key of a browser, in base64url."""

    def __init__(self, *, is_point: bool) -> None:
        super().__init__(LONGEST_KEY, required=True)
        self.is_point = is_point

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, attr, data) or ""
        try:
            given = as_bytes(text)
            if self.is_point:
                point(given)
        except ValueError:
            raise ValidationError(NO_KEY) from None
        if not self.is_point and len(given) != AUTH_BYTES:
            raise ValidationError(NO_KEY)
        return given


class PushKeysSchema(Schema):
    """`keys` of a PushSubscription."""

    p256dh = BrowserKey(is_point=True)
    auth = BrowserKey(is_point=False)


class PushBrowserSchema(Schema):
    """A browser as `PushSubscription.toJSON()` tells of it, and its reader's language."""

    endpoint = Endpoint(LONGEST, required=True)
    keys = fields.Nested(PushKeysSchema, required=True)
    language = fields.String(required=True, validate=known(LANGUAGES))


class PushWatchSchema(PushBrowserSchema):
    """A browser that wants to be told when a code is stopped or recalled."""

    code = KeyNumber(lambda text: BatchCode.parse(text).text, required=True)


class PushForgetSchema(Schema):
    """A browser that wants to be told no more: about a code, or about any."""

    endpoint = Endpoint(LONGEST, required=True)
    code = KeyNumber(lambda text: BatchCode.parse(text).text, load_default=None, allow_none=True)


class PushEndSchema(Schema):
    """A phone that wants to be told no more: its token says which, so the object is empty."""


class PushKeyAnswerSchema(Schema):
    """The key that a browser subscribes with (`applicationServerKey`), in base64url."""

    key = fields.String(required=True)


class PushAnswerSchema(Schema):
    """Whether the browser is told from now on."""

    is_told = fields.Boolean(required=True)


def _is_outside(text: str) -> bool:
    try:
        target = Target.parse(text)
    except ValueError:
        return False
    host = target.host
    if f"{host}:{target.port}" in settings().outbound_private_allowed:
        return True
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.rstrip(".").endswith(INSIDE)
    return is_open(host)
