"""Kinds of certificates that a buyer may ask for, found in the words of a certificate. Pure.

A certificate names its scheme and standard in free text; a kind is known by words in them, folded:
without marks, in small letters.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from traceapp.trace.words import Words

_NAMES = {
    "vietgap": Words("VietGAP", "VietGAP"),
    "vietgahp": Words("VietGAHP (chăn nuôi)", "VietGAHP (animals)"),
    "globalgap": Words("GLOBALG.A.P.", "GLOBALG.A.P."),
    "organic": Words("Hữu cơ (TCVN 11041)", "Organic (TCVN 11041)"),
    "pgs": Words("PGS", "Participatory guarantee (PGS)"),
    "haccp": Words("HACCP", "HACCP"),
    "iso_22000": Words("ISO 22000 hoặc FSSC 22000", "ISO 22000 or FSSC 22000"),
    "facility": Words(
        "Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm",
        "Food-safety certificate of the facility",
    ),
    "commitment": Words("Bản cam kết an toàn thực phẩm", "Food-safety commitment"),
    "ocop": Words("OCOP", "OCOP"),
}
SCHEMES: Mapping[str, Words] = MappingProxyType(_NAMES)
"""Every kind by its id, in the order in which it is offered."""

_MARKS = {
    "vietgap": r"\bviet ?gap\b|\btcvn 11892\b",
    "vietgahp": r"\bviet ?gahp\b",
    "globalgap": r"\bglobal ?g\.?a\.?p\b",
    "organic": r"\bhuu co\b|\borganic\b|\btcvn 11041\b",
    "pgs": r"\bpgs\b|\bparticipatory guarantee\b",
    "haccp": r"\bhaccp\b|\btcvn 5603\b",
    "iso_22000": r"\b(?:iso|fssc) ?22000\b",
    "facility": r"\bdu dieu kien an toan thuc pham\b|\bdu dieu kien attp\b"
    r"|\bfood-safety certificate of the facility\b",
    "commitment": r"\bcam ket (?:san xuat[^.]* )?an toan thuc pham\b|\bfood-safety commitment\b",
    "ocop": r"\bocop\b",
}
_PATTERNS = {name: re.compile(mark) for name, mark in _MARKS.items()}


def of(folded: str) -> frozenset[str]:
    """Give the kinds that a certificate is of, by its folded scheme and standard."""
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(folded))
