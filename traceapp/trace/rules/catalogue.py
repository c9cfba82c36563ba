"""The rules as data: names, severity, where they are asked, figures, words and sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from traceapp.trace import package_data
from traceapp.trace.vocabulary import StepKind
from traceapp.trace.words import Words


class Severity(StrEnum):
    """What a finding does: refuse an attempt and hold goods, be shown, or stand in the history."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Holds(StrEnum):
    """Which batches a recorded fact holds: what came out, what the step names, or the one batch."""

    OUTPUTS = "outputs"
    NAMED = "named"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Variant:
    """Other words, and another severity, for another side of the same rule."""

    message: Words
    severity: Severity
    fix: Words | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `version` rises with every change of its figures or meaning.

    `applies_at` names the step kinds, or "effect:" and a stock effect, before which it is asked.
    """

    id: str
    version: int
    name: Words
    severity: Severity
    applies_at: frozenset[str]
    holds: Holds | None
    message: Words
    fix: Words
    variants: Mapping[str, Variant]
    source: str
    params: Mapping[str, Any]

    def is_asked_before(self, kind: StepKind) -> bool:
        """Tell whether an attempt at such a step is judged by this rule."""
        return bool(self.applies_at & {kind.id, f"effect:{kind.stock_effect}"})

    def message_of(self, aspect: str) -> Words:
        """Give the words for one side of the rule."""
        return self.variants[aspect].message if aspect in self.variants else self.message

    def fix_of(self, aspect: str) -> Words:
        """Say what to do about one side of the rule."""
        variant = self.variants.get(aspect)
        return variant.fix if variant is not None and variant.fix is not None else self.fix

    def severity_of(self, aspect: str) -> Severity:
        """Give the severity of one side of the rule."""
        return self.variants[aspect].severity if aspect in self.variants else self.severity


def _words(row: Mapping[str, Any], name: str) -> Words:
    return Words(row[f"{name}_vi"], row[f"{name}_en"])


def _variant(row: Mapping[str, Any], severity: str) -> Variant:
    fix = _words(row, "fix") if "fix_en" in row else None
    return Variant(_words(row, "message"), Severity(row.get("severity", severity)), fix)


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        version=row["version"],
        name=_words(row, "name"),
        severity=Severity(row["severity"]),
        applies_at=frozenset(row["applies_at"]),
        holds=Holds(row["holds"]) if row["holds"] else None,
        message=_words(row, "message"),
        fix=_words(row, "fix"),
        variants={
            name: _variant(variant, row["severity"])
            for name, variant in row.get("variants", {}).items()
        },
        source=row["source"],
        params=MappingProxyType(row["params"]),
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    {row["id"]: _rule(row) for row in package_data.load("safety_rules.json")["rules"]}
)
