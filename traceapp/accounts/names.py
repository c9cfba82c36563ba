"""Names people sign in with: a sign-in name or a phone number, in the one form that is kept."""

import re
import unicodedata

import phonenumbers

REGION = "VN"
LONGEST_IDENTITY = 80
_NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


def sign_in_name(text: str) -> str | None:
    """Give a sign-in name as it is kept: lower case; None where it cannot be one.

    It begins with a letter, so that no name is ever taken for a phone number.
    """
    name = unicodedata.normalize("NFKC", text).strip().lower()
    return name if _NAME.fullmatch(name) else None


def phone_number(text: str) -> str | None:
    """Give a phone number in E.164 (0912 345 678 is +84912345678); None where it is none."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written


def as_dialled(number: str) -> str:
    """Give a number that is kept as people write it here: 0912 345 678, +44 20 7946 0958."""
    parsed = phonenumbers.parse(number, REGION)
    is_ours = phonenumbers.region_code_for_number(parsed) == REGION
    form = phonenumbers.PhoneNumberFormat
    written: str = phonenumbers.format_number(
        parsed, form.NATIONAL if is_ours else form.INTERNATIONAL
    )
    return written


def identity(text: str) -> str:
    """Give the form in which two ways of writing the same name or number are equal."""
    text = text[:LONGEST_IDENTITY]
    return sign_in_name(text) or phone_number(text) or text.strip().casefold()
