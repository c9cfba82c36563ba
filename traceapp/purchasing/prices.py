"""Finds prices and addresses in what would stand on the board: it carries neither. Pure.

Prices are agreed between the two, and an address is shown once the other side has answered.
"""

import re
import unicodedata
from enum import StrEnum

_AMOUNT = r"\d[\d.,]*(?: ?\d{3})*"
_MONEY = (
    r"(?:đồng|đ|vnđ|vnd|₫|usd|dollars?|\$|€|eur|euros?"
    r"|(?:chục |trăm )?(?:nghìn|ngàn|ngìn)|triệu|tr|k)"
)
# What stands behind the stroke of a price: “20.000/kg”. An amount before it has no unit of its own.
_PER = (
    r"(?:/|trên|một|mỗi|per) ?"
    r"(?:kg|kilo\w*|ký|kí|cân|g|gram|tạ|tấn|yến|lít|l|túi|bó|mớ|con|quả|cái|hộp|thùng|khay|vỉ|bao|piece|bag|box)"
)
_PRICE = re.compile(
    rf"(?<![\w.,]){_AMOUNT} ?{_MONEY}(?!\w)"
    rf"|[$€₫] ?{_AMOUNT}"
    r"|(?<![\w.,])\d[\d.,]{3,} ?d(?!\w)"  # “20000d”, typed without marks
    r"|(?<!\w)(?:tối đa|không quá|up to|at most) \d[\d.,]{3,}(?! ?[\w%])"
    rf"|(?<![\w.,]){_AMOUNT} ?{_PER}(?!\w)"
    rf"|(?<!\w)(?:giá|price|đơn giá|cost|costs|at)(?: \w+){{0,3}}?:? ?(?:{_AMOUNT})"
    r"(?! ?(?:kg|g|km|%|°|tấn|tạ|ngày|tuần|giờ|h|am|pm|:|/))(?!\w)",
)
# Prices spelt out, in folded letters: “hai mươi nghìn một cân”, “twenty thousand dong”. A number of
# things is none: “hai nghìn quả trứng”.
_SMALL = (
    r"(?:mot|hai|ba|bon|tu|nam|lam|nham|sau|bay|tam|chin|ruoi|linh|le|one|two|three|four|five"
    r"|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|and|a|half)"
)
_TENS = r"(?:muoi|chuc|tram|hundred)"
_LARGE = r"(?:nghin|ngan|ngin|trieu|thousand|million)"
_ANY = rf"(?:{_SMALL}|{_TENS}|{_LARGE}|\d+)"
_SPELT = rf"(?:{_ANY}[ -]){{1,6}}{_LARGE}(?:[ -]{_ANY}){{0,6}}"
_COIN = r"(?:dong(?! ruong)|vnd|do la|usd|dollars?|euros?)"
_THING = (
    r"(?:kg|kilos?|ky|can|gram|lang|tan|ta|yen|lit|tui|bo|mo|con|qua|cai|hop|thung|khay|bag|box)"
)
_SPELT_PRICE = re.compile(
    rf"(?<!\w)(?:{_ANY}[ -]){{0,6}}(?:{_TENS}|{_LARGE})(?:[ -]{_ANY}){{0,6}} {_COIN}(?!\w)"
    rf"|(?<!\w){_SMALL} (?:do la|usd|dollars?|euros?)(?!\w)"
    rf"|(?<!\w){_SPELT} ?(?:/|tren |mot |moi |per |a |an |each )(?:1 )?{_THING}(?!\w)"
    rf"|(?<!\w)(?:gia|don gia|tra|price)(?: \w+){{0,3}}?:? {_SPELT}(?! {_THING})(?!\w)"
    rf"|(?<!\w)(?:gia|don gia)(?: (?!do )\w+)?:? (?:{_ANY}[ -]){{0,3}}{_TENS}(?![ -]?\w)"
    rf"|(?<!\w)(?:{_ANY}[ -]){{1,3}}chuc ?(?:/|tren |mot |moi )(?:1 )?(?:kg|kilos?|ky|can)(?!\w)"
)
_DATE = re.compile(r"\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b|\b\d{1,2}[:h]\d{2}\b")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|(?:https?://|www\.|zalo\.me|fb\.com|facebook\.com)\S+"
    r"|(?<!\w)(?:zalo|(?:fb|facebook|viber|telegram) ?:)(?!\w)"
    r"|(?<!\d)(?:\+84|84|0)(?:[ .-]?\d){8,10}(?!\d)"
)


class Unwanted(StrEnum):
    """What a text holds that the board does not carry."""

    PRICE = "price"
    ADDRESS = "address"


def find(text: str) -> tuple[Unwanted, str] | None:
    """Give what does not belong on the board and the words that say it; None for nothing."""
    plain = unicodedata.normalize("NFC", text).lower()
    if (found := _ADDRESS.search(plain)) is not None:
        return Unwanted.ADDRESS, found[0].strip()
    without_days = _DATE.sub(" ngày ", plain)
    if (found := _PRICE.search(without_days)) is not None:
        return Unwanted.PRICE, found[0].strip()
    if (found := _SPELT_PRICE.search(_without_marks(plain))) is not None:
        return Unwanted.PRICE, plain[found.start() : found.end()].strip()
    return None


def _without_marks(text: str) -> str:
    """Give a text of the same length without the marks of its letters."""
    bare = (unicodedata.normalize("NFD", one)[0] for one in text)
    return "".join(bare).replace("đ", "d")
