"""What can be wrong with an identifier: a closed list of rules, each with its words.

The words are English catalogue entries; the room that shows them translates them.
"""

from enum import StrEnum

_ = str  # marks a text for the catalogue without translating it here


class Rule(StrEnum):
    """The rule an identifier broke: a stable machine name."""

    LINK_TOO_LONG = "link_too_long"
    LINK_ENCODING = "link_encoding"
    LINK_UNKNOWN = "link_unknown"
    LINK_INCOMPLETE = "link_incomplete"
    LINK_ORDER = "link_order"
    GTIN_LENGTH = "gtin_length"
    GTIN_LINK_LENGTH = "gtin_link_length"
    GTIN_CHECK_DIGIT = "gtin_check_digit"
    GTIN_RESTRICTED = "gtin_restricted"
    GLN_LENGTH = "gln_length"
    GLN_CHECK_DIGIT = "gln_check_digit"
    GLN_RESTRICTED = "gln_restricted"
    SSCC_LENGTH = "sscc_length"
    SSCC_CHECK_DIGIT = "sscc_check_digit"
    LOT_LENGTH = "lot_length"
    LOT_CHARACTERS = "lot_characters"
    SERIAL_LENGTH = "serial_length"
    SERIAL_CHARACTERS = "serial_characters"
    EXTENSION_LENGTH = "extension_length"
    EXTENSION_CHARACTERS = "extension_characters"
    CODE_LENGTH = "code_length"
    CODE_CHARACTERS = "code_characters"


class InvalidKey(ValueError):  # noqa: N818 - the name says what the value is, as the pages do
    """An identifier that breaks a rule; `message` says what is wrong, `fix` what to do."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule
        self.message, self.fix = WORDS[rule]

    def __str__(self) -> str:
        return f"{self.message} {self.fix}"


_SCAN_AGAIN = _("Scan the QR code again, or type the code printed beside it.")
_COPY_DIGITS = _("Copy all the digits under the barcode, one by one.")
_ASK_GLN = _("Copy the number from the letter that assigned it, or leave the field empty.")
_PLAIN_CHARACTERS = _("Use letters A to Z, digits and hyphens, without accents or spaces.")
_AT_MOST_20 = _("Write 1 to 20 characters.")

WORDS: dict[Rule, tuple[str, str]] = {
    Rule.LINK_TOO_LONG: (_("This link is too long to be one of ours."), _SCAN_AGAIN),
    Rule.LINK_ENCODING: (_("This link contains characters that cannot be read."), _SCAN_AGAIN),
    Rule.LINK_UNKNOWN: (_("This is neither one of our codes nor a product link."), _SCAN_AGAIN),
    Rule.LINK_INCOMPLETE: (_("This link stops in the middle."), _SCAN_AGAIN),
    Rule.LINK_ORDER: (
        _("The parts of this link do not belong together in this order."),
        _("A product link has the product (01), then the lot (10), then the serial (21)."),
    ),
    Rule.GTIN_LENGTH: (_("A GTIN has 8, 12, 13 or 14 digits and nothing else."), _COPY_DIGITS),
    Rule.GTIN_LINK_LENGTH: (
        _("In a link a GTIN has exactly 14 digits."),
        _("Put zeros in front of a shorter GTIN, or scan the QR code again."),
    ),
    Rule.GTIN_CHECK_DIGIT: (_("This GTIN has a mistyped digit."), _COPY_DIGITS),
    Rule.GTIN_RESTRICTED: (
        _("This number is for use inside one shop or for coupons, so others may use it too."),
        _("Use a GTIN assigned to you by GS1, or leave the field empty."),
    ),
    Rule.GLN_LENGTH: (_("A GLN has exactly 13 digits."), _ASK_GLN),
    Rule.GLN_CHECK_DIGIT: (_("This GLN has a mistyped digit."), _ASK_GLN),
    Rule.GLN_RESTRICTED: (
        _("This number is for use inside one company, so others may use it too."),
        _("Use a GLN assigned to you by GS1, or leave the field empty."),
    ),
    Rule.SSCC_LENGTH: (_("A pallet number (SSCC) has exactly 18 digits."), _COPY_DIGITS),
    Rule.SSCC_CHECK_DIGIT: (_("This pallet number (SSCC) has a mistyped digit."), _COPY_DIGITS),
    Rule.LOT_LENGTH: (_("A lot number in a GS1 link has 1 to 20 characters."), _AT_MOST_20),
    Rule.LOT_CHARACTERS: (
        _("This lot number has characters that a GS1 link cannot carry."),
        _PLAIN_CHARACTERS,
    ),
    Rule.SERIAL_LENGTH: (_("A serial number has 1 to 20 characters."), _AT_MOST_20),
    Rule.SERIAL_CHARACTERS: (
        _("This serial number has characters that a link cannot carry."),
        _PLAIN_CHARACTERS,
    ),
    Rule.EXTENSION_LENGTH: (_("A GLN extension has 1 to 20 characters."), _AT_MOST_20),
    Rule.EXTENSION_CHARACTERS: (
        _("This GLN extension has characters that a link cannot carry."),
        _PLAIN_CHARACTERS,
    ),
    Rule.CODE_LENGTH: (
        _("This code has too few or too many characters."),
        _("Type every letter and digit printed beside the QR code."),
    ),
    Rule.CODE_CHARACTERS: (
        _("This code has a character that our codes never use."),
        _("Our codes have only digits and the letters A to Z without I, L, O and U."),
    ),
}
