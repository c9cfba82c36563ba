"""Shapes of what is said about producers. Identity is judged by gs1, sense by operations."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validates_schema

from traceapp.gs1.gln import Gln
from traceapp.mail.letter import NOT_AN_ADDRESS, address
from traceapp.problem import N_
from traceapp.web.faults import Fault, between, known, not_none
from traceapp.web.fields import KeyNumber, PlainText, in_our_time

KINDS = (
    *("farm", "coop", "slaughterhouse", "processor", "collector", "packer"),
    *("distributor", "shop", "carrier", "lab", "authority", "operator"),
)
SITE_KINDS = (
    *("field", "barn", "packing_house", "plant", "slaughterhouse", "cold_store"),
    *("depot", "yard", "shop", "office"),
)
ROLES = ("owner", "clerk", "field_worker", "shop_seller", "officer", "inspector")

LONG_TEXT = 1000
NAME = 200

_CHECK_DATES = N_("Check both dates.")
EXPIRED_FIRST = Fault("order", N_("It cannot expire before it was issued."), _CHECK_DATES)
NOT_A_WEBSITE = Fault(
    "website", N_("This is no address of a website."), N_("Write it like https://dongxanh.vn.")
)
ENDED_FIRST = Fault("order", N_("It cannot end before it started."), _CHECK_DATES)


def check_address(text: str) -> None:
    """Accept e-mail addresses alone."""
    try:
        address(text)
    except ValueError as error:
        raise ValidationError(NOT_AN_ADDRESS) from error


def check_website(text: str | None) -> None:
    """Accept an address of the web with nothing hidden in it."""
    if text is None:
        return
    try:
        url = urlsplit(text)
        is_plain = url.scheme in {"http", "https"} and "." in (url.hostname or "")
        is_plain = is_plain and url.username is None and " " not in text
    except ValueError:
        is_plain = False
    if not is_plain:
        raise ValidationError(NOT_A_WEBSITE)


def optional_gln() -> KeyNumber:
    """Make a field for a GLN, which is checked and never made up."""
    return KeyNumber(lambda text: Gln.parse(text).digits, load_default=None, allow_none=True)


class PlaceSchema(Schema):
    """A commune and a point in it."""

    province = PlainText(NAME, required=True)
    commune_kind = PlainText(20, required=True)
    commune = PlainText(NAME, required=True)
    latitude = fields.Float(required=True, validate=between(-90, 90))
    longitude = fields.Float(required=True, validate=between(-180, 180))


class ProducerDetailsSchema(PlaceSchema):
    """What a producer says of itself, and may change."""

    name = PlainText(NAME, required=True)
    name_en = PlainText(NAME, load_default=None, allow_none=True)
    legal_form = PlainText(NAME, required=True)
    phone = PlainText(30, load_default=None, allow_none=True)
    email = fields.String(load_default=None, allow_none=True, validate=check_address)
    website = PlainText(NAME, load_default=None, allow_none=True, validate=check_website)
    tax_code = PlainText(14, load_default=None, allow_none=True)
    gln = optional_gln()
    street = PlainText(NAME, required=True)
    about = PlainText(LONG_TEXT, load_default=None, allow_none=True, lines=True)
    about_en = PlainText(LONG_TEXT, load_default=None, allow_none=True, lines=True)


class ProducerSchema(ProducerDetailsSchema):
    """A producer as it is admitted."""

    producer_id = fields.UUID(load_default=None)
    kinds = fields.List(fields.String(validate=known(KINDS)), required=True, validate=not_none())
    legacy_address = PlainText(NAME, load_default=None, allow_none=True)


class SiteSchema(PlaceSchema):
    """A place of a producer."""

    site_id = fields.UUID(load_default=None)
    name = PlainText(NAME, required=True)
    name_en = PlainText(NAME, load_default=None, allow_none=True)
    kind = fields.String(required=True, validate=known(SITE_KINDS))
    gln = optional_gln()
    location_code = PlainText(60, load_default=None, allow_none=True)


class PlotSchema(Schema):
    """A field or a pen inside a site."""

    plot_id = fields.UUID(load_default=None)
    site_id = fields.UUID(required=True)
    name = PlainText(60, required=True)
    area_m2 = fields.Integer(load_default=None, allow_none=True, validate=between(1, 1_000_000_000))
    household = PlainText(NAME, load_default=None, allow_none=True)
    household_number = fields.Integer(
        load_default=None, allow_none=True, validate=between(1, 100_000)
    )
    main_crop = PlainText(NAME, load_default=None, allow_none=True)
    latitude = fields.Float(load_default=None, allow_none=True, validate=between(-90, 90))
    longitude = fields.Float(load_default=None, allow_none=True, validate=between(-180, 180))
    planting_area_code = PlainText(60, load_default=None, allow_none=True)


class MemberSchema(Schema):
    """A person of a producer and what he or she may do."""

    member_id = fields.UUID(load_default=None)
    name = PlainText(NAME, required=True)
    phone = PlainText(30, load_default=None, allow_none=True)
    language = fields.String(load_default="vi", validate=known(("vi", "en")))
    public_name_consent = fields.Boolean(load_default=False)
    roles = fields.List(fields.String(validate=known(ROLES)), required=True, validate=not_none())


class PartnerSchema(Schema):
    """A party without account."""

    partner_id = fields.UUID(load_default=None)
    name = PlainText(NAME, required=True)
    name_en = PlainText(NAME, load_default=None, allow_none=True)
    kind = PlainText(60, required=True)
    province = PlainText(NAME, load_default=None, allow_none=True)
    commune_kind = PlainText(20, load_default=None, allow_none=True)
    commune = PlainText(NAME, load_default=None, allow_none=True)


class CertificateSchema(Schema):
    """A certificate or declaration of a producer."""

    certificate_id = fields.UUID(load_default=None)
    number = PlainText(60, required=True)
    scheme = PlainText(NAME, required=True)
    scheme_en = PlainText(NAME, required=True)
    standard = PlainText(NAME, required=True)
    issuer = PlainText(NAME, required=True)
    scope = PlainText(LONG_TEXT, required=True)
    scope_en = PlainText(LONG_TEXT, load_default=None, allow_none=True)
    issued_on = fields.Date(required=True, validate=in_our_time)
    expires_on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    is_public = fields.Boolean(load_default=False)
    stars = fields.Integer(load_default=None, allow_none=True, validate=between(1, 5))

    @validates_schema
    def _check_order(self, data: dict[str, Any], **_: object) -> None:
        if data.get("expires_on") and data["expires_on"] < data["issued_on"]:
            raise ValidationError(EXPIRED_FIRST, "expires_on")


class SeasonSchema(Schema):
    """One crop on one plot, or one animal group in one pen."""

    season_id = fields.UUID(load_default=None)
    plot_id = fields.UUID(required=True)
    name = PlainText(NAME, required=True)
    crop = PlainText(60, required=True)
    started_on = fields.Date(required=True, validate=in_our_time)
    ended_on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)

    @validates_schema
    def _check_order(self, data: dict[str, Any], **_: object) -> None:
        if data.get("ended_on") and data["ended_on"] < data["started_on"]:
            raise ValidationError(ENDED_FIRST, "ended_on")
