"""The questions of the first run and of joining, in the reader's language."""

from flask_babel import gettext as _

from traceapp.admission.schemas import JOINING
from traceapp.problem import N_
from traceapp.producers import communes
from traceapp.web.forms import Field, Option

# As people write them; they are kept in Vietnamese, whatever the reader's language.
LEGAL_FORMS = (
    *("hợp tác xã", "liên hiệp hợp tác xã", "tổ hợp tác", "hộ kinh doanh", "hộ nông dân"),
    *("công ty TNHH", "công ty cổ phần", "doanh nghiệp tư nhân", "cơ quan nhà nước"),
)
KIND_WORDS = {
    "farm": N_("Farm or household that grows or keeps animals"),
    "coop": N_("Co-operative"),
    "slaughterhouse": N_("Slaughterhouse"),
    "processor": N_("Workshop that makes food or goods"),
    "collector": N_("Trader who buys from farms"),
    "packer": N_("Packing house"),
    "distributor": N_("Wholesaler"),
    "shop": N_("Shop, market stall or canteen"),
    "carrier": N_("Carrier"),
    "lab": N_("Laboratory"),
}


def code_field(*, required: bool) -> Field:
    """Ask for a one-time code."""
    return Field(
        "code",
        _("One-time code"),
        required=required,
        longest=80,
        hint=_("28 letters and digits. Capitals, spaces and hyphens do not matter."),
    )


def account_fields() -> tuple[Field, ...]:
    """Ask how somebody will sign in."""
    return (
        Field(
            "sign_in_name",
            _("Name to sign in with"),
            required=True,
            longest=40,
            autocomplete="username",
            hint=_("3 to 40 small letters or digits without spaces and marks, such as lan.nguyen."),
        ),
        Field(
            "sign_in_phone",
            _("Phone number to sign in with"),
            kind="tel",
            longest=30,
            autocomplete="tel",
            hint=_("If you like: then it works beside the name. Nobody calls it, nobody sees it."),
        ),
        Field(
            "password",
            _("Password"),
            kind="password",
            required=True,
            autocomplete="new-password",
            hint=_("At least 8 characters. Three or four ordinary words are easy to keep in mind."),
        ),
    )


def place_fields() -> tuple[Field, ...]:
    """Ask for an address."""
    return (
        Field("street", _("House number, street, hamlet"), required=True, longest=200),
        Field(
            "commune",
            _("Commune or ward"),
            required=True,
            longest=200,
            suggested=communes.suggestions(),
            hint=_("As it is called since 1 July 2025, such as xã Bát Tràng."),
        ),
    )


def first_run_fields() -> tuple[Field, ...]:
    """Ask everything that the first run needs."""
    return (
        code_field(required=True),
        Field("name", _("Name of the body that runs this site"), required=True, longest=200),
        legal_form(),
        *place_fields(),
        Field("phone", _("Telephone for the public"), kind="tel", longest=30),
        Field(
            "email",
            _("E-mail for the public"),
            kind="email",
            longest=254,
            hint=_("Whoever finds a security hole writes to it: it is shown in security.txt."),
        ),
        Field("owner", _("Your own name"), required=True, longest=200, autocomplete="name"),
        *account_fields(),
    )


def request_fields() -> tuple[Field, ...]:
    """Ask everything about a producer that wants to join."""
    return (
        Field("name", _("Name of the producer"), required=True, longest=200),
        legal_form(),
        kinds(),
        *place_fields(),
        Field("phone", _("Telephone"), kind="tel", required=True, longest=30, autocomplete="tel"),
        Field(
            "email",
            _("E-mail"),
            kind="email",
            longest=254,
            hint=_("We write to it once you are let in."),
        ),
        Field("tax_code", _("Tax code"), longest=14),
        Field("owner", _("Your own name"), required=True, longest=200, autocomplete="name"),
        *account_fields(),
        code_field(required=False),
    )


def join_fields() -> tuple[Field, ...]:
    """Ask what a person who was invited answers."""
    return (code_field(required=True), *account_fields())


def kinds() -> Field:
    """Ask what a producer does."""
    return Field(
        "kinds",
        _("What do you do?"),
        kind="many",
        required=True,
        options=tuple(Option(kind, _(KIND_WORDS[kind])) for kind in JOINING),
    )


def legal_form() -> Field:
    """Ask for the legal form."""
    return Field(
        "legal_form",
        _("Legal form"),
        required=True,
        longest=200,
        suggested=LEGAL_FORMS,
        hint=_("Such as hợp tác xã, hộ kinh doanh or công ty TNHH."),
    )
