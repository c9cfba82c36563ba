"""GLN: the number GS1 assigns to a party or a place. Checked here, never made up."""

from dataclasses import dataclass
from typing import Self

from traceapp.gs1.digits import are_digits, ends_in_check_digit, is_restricted
from traceapp.gs1.errors import InvalidKey, Rule

_PRINTED_GAPS = str.maketrans("", "", " \u00a0-")


@dataclass(frozen=True, slots=True)
class Gln:
    """A GLN of 13 digits with the right check digit, unique in public."""

    digits: str

    def __post_init__(self) -> None:
        if not are_digits(self.digits, 13):
            raise InvalidKey(Rule.GLN_LENGTH)
        if not ends_in_check_digit(self.digits):
            raise InvalidKey(Rule.GLN_CHECK_DIGIT)
        if is_restricted(self.digits):
            raise InvalidKey(Rule.GLN_RESTRICTED)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a GLN as typed; spaces and hyphens may group the digits."""
        return cls(text.translate(_PRINTED_GAPS))

    def __str__(self) -> str:
        return self.digits
