"""What a check of the doctor says."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line: which check, how it went, what was found, and what to do about it."""

    check: str
    level: Level
    found: str
    hint: str = ""
