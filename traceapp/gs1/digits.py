"""What the GS1 numbers share: digits, the check digit at their end, the prefix at their front."""

# GS1 Gen Specs 1.4 (GS1 Prefixes): 02 and 20-29 circulate within a region, 04 within a company;
# 980-984 are refund receipts and common-currency coupons, 99 coupons. Nobody owns them worldwide.
_RESTRICTED = (
    "02",
    "04",
    *(str(prefix) for prefix in range(20, 30)),
    *(str(prefix) for prefix in range(980, 985)),
    "99",
)
_GTIN_8_PADDING = "00000"
_RESTRICTED_GTIN_8 = ("0", "2")


def are_digits(text: str, count: int) -> bool:
    """Tell whether `text` is exactly `count` of the digits 0-9 (other scripts' digits are not)."""
    return len(text) == count and text.isascii() and text.isdigit()


def check_digit(body: str) -> str:
    """Compute the digit that belongs after the digits of `body` (GS1 Gen Specs 7.9.1)."""
    total = sum(int(digit) * (1 if index % 2 else 3) for index, digit in enumerate(body[::-1]))
    return str(-total % 10)


def ends_in_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    return check_digit(digits[:-1]) == digits[-1]


def is_restricted(thirteen: str) -> bool:
    """Tell whether a 13-digit number is of restricted circulation, hence not unique in public.

    A GTIN-14 is given without its indicator digit: a carton of such an item is no more unique.
    """
    if thirteen.startswith(_GTIN_8_PADDING):  # a GTIN-8, whose own prefix stands after the padding
        return thirteen.removeprefix(_GTIN_8_PADDING).startswith(_RESTRICTED_GTIN_8)
    return thirteen.startswith(_RESTRICTED)
