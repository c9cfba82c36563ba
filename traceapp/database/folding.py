"""The folded form of a text, by which it is searched: no marks, no case."""

import unicodedata


def fold(text: str) -> str:
    """Fold a text for searching: "Cải ngọt, Đống Đa" -> "cai ngot, dong da"."""
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in marked if not unicodedata.combining(c)).casefold()
