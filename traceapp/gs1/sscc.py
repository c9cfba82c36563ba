"""SSCC: the number of one pallet or carton. Checked here, never made up."""

from dataclasses import dataclass

from traceapp.gs1.digits import are_digits, ends_in_check_digit
from traceapp.gs1.errors import InvalidKey, Rule


@dataclass(frozen=True, slots=True)
class Sscc:
    """An SSCC of 18 digits with the right check digit."""

    digits: str

    def __post_init__(self) -> None:
        if not are_digits(self.digits, 18):
            raise InvalidKey(Rule.SSCC_LENGTH)
        if not ends_in_check_digit(self.digits):
            raise InvalidKey(Rule.SSCC_CHECK_DIGIT)

    def __str__(self) -> str:
        return self.digits
