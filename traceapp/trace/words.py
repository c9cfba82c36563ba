"""A text in the product's two languages. What the texts say does not live here."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Vietnamese and English; None where the text does not exist in that language."""

    vi: str | None
    en: str | None

    @classmethod
    def same(cls, text: str) -> Self:
        """Make the text of a name or number that reads the same in both languages."""
        return cls(text, text)

    @classmethod
    def only_vi(cls, text: str) -> Self:
        """Mark a person's own Vietnamese words, which nobody has translated."""
        return cls(text, None)

    def document(self) -> dict[str, str | None]:
        """Give the JSON form."""
        return {"vi": self.vi, "en": self.en}
