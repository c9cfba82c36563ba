"""Whether a producer that asks to join looks like one that is here already. Pure.

Names of co-operatives share most of their words ("HTX Rau an toàn ..."): what they are called
counts, what they do counts little, and the legal form not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SIMILAR = 0.6
LITTLE = 0.2

# Folded: the legal form, in full and as it is shortened on signs.
_LEGAL_FORMS = (
    *("hop tac xa", "lien hiep hop tac xa", "cong ty trach nhiem huu han", "cong ty co phan"),
    *("cong ty tnhh", "cong ty cp", "doanh nghiep tu nhan", "ho kinh doanh", "to hop tac"),
    *("mot thanh vien", "cong ty", "lhhtx", "htx", "tnhh", "mtv", "dntn", "hkd", "tht", "cty"),
    "cp",
)
# What many of them do: shared words that say little.
_TRADE = frozenset(
    (
        *("rau", "cu", "qua", "an", "toan", "sach", "huu", "co", "nong", "nghiep", "san", "thuc"),
        *("pham", "xuat", "kinh", "doanh", "dich", "vu", "thuong", "mai", "tong", "hop", "che"),
        *("bien", "tieu", "thu", "va", "xa", "phuong", "thon", "cong", "nghe", "cao"),
    )
)


class Likeness(StrEnum):
    """In what two producers are alike."""

    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    SAME_ADDRESS = "same_address"
    SAME_TAX_CODE = "same_tax_code"
    SAME_PHONE = "same_phone"


@dataclass(frozen=True, slots=True)
class Known:
    """What a producer is compared by; name and street are folded."""

    producer_id: UUID
    name: str
    commune: tuple[str, str, str]
    street: str
    phone: str | None
    tax_code: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """A producer that is alike, and in what; `score` is that of the names, 0 to 1."""

    known: Known
    likenesses: tuple[Likeness, ...]
    score: float


def matches(asking: Known, others: Iterable[Known]) -> Sequence[Match]:
    """Give the producers alike to the one that asks, those most alike first."""
    found = [_match(asking, one) for one in others if one.producer_id != asking.producer_id]
    alike = [one for one in found if one.likenesses]
    return sorted(alike, key=lambda one: (-len(one.likenesses), -one.score, one.known.name))


def name_score(one: str, other: str) -> float:
    """Say how alike two folded names are: 1 for the same words in any order."""
    first, second = _weights(one), _weights(other)
    if not first or not second:
        return 1.0 if one.split() == other.split() else 0.0
    return max(_shared_words(first, second), _shared_letters(first, second))


def _match(asking: Known, one: Known) -> Match:
    score = name_score(asking.name, one.name)
    checks = {
        Likeness.SAME_NAME: score == 1.0,
        Likeness.SIMILAR_NAME: SIMILAR <= score < 1.0,
        Likeness.SAME_ADDRESS: asking.commune == one.commune and _same(asking.street, one.street),
        Likeness.SAME_TAX_CODE: _same_number(asking.tax_code, one.tax_code),
        Likeness.SAME_PHONE: _same_number(_local(asking.phone), _local(one.phone)),
    }
    return Match(one, tuple(name for name, holds in checks.items() if holds), score)


def _weights(name: str) -> Mapping[str, float]:
    """Weigh the words of a name without its legal form."""
    plain = f" {' '.join(_words(name))} "
    for form in _LEGAL_FORMS:
        plain = plain.replace(f" {form} ", " ")
    return {word: LITTLE if word in _TRADE else 1.0 for word in plain.split()}


def _shared_words(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    both = sum(first[word] for word in first if word in second)
    return both / sum((dict(first) | dict(second)).values())


def _shared_letters(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """Compare by groups of three letters, so that a typing error or a lost space still shows."""
    one, other = _trigrams(first), _trigrams(second)
    if not one or not other:
        return 0.0
    alike = 2 * len(one & other) / (len(one) + len(other))
    return min(alike, 0.99)  # the same words alone are the same name


def _trigrams(weights: Mapping[str, float]) -> set[str]:
    called = "".join(word for word, weight in weights.items() if weight == 1.0)
    padded = f"  {called} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)} if called else set()


def _same(one: str, other: str) -> bool:
    return bool(one) and _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


def _same_number(one: str | None, other: str | None) -> bool:
    return bool(one) and _digits(one) == _digits(other) != ""


def _local(phone: str | None) -> str | None:
    digits = _digits(phone)
    return "0" + digits[2:] if digits.startswith("84") else digits


def _digits(text: str | None) -> str:
    return "".join(filter(str.isdecimal, text or ""))
