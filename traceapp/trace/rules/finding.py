"""A finding: what a rule found, about which step or batch, because of what; and its words."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from traceapp.trace.facts import Ref
from traceapp.trace.rules.catalogue import RULES, Rule, Severity
from traceapp.trace.wording import day, moment, number
from traceapp.trace.words import Words

Value: TypeAlias = str | int | Decimal | date | datetime | Words


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `aspect` tells two findings of one rule about one subject apart.

    `allowed` is the first day on which it would be right, `holds` the batches that a recorded fact
    holds, `amount` how much of `batch` it is about in micro-units where later facts may make that
    more, `values` the figures of the message by name.
    """

    rule: str
    severity: Severity
    version: int
    event: Ref | None = None
    batch: Ref | None = None
    cause: Ref | None = None
    aspect: str = ""
    allowed: date | None = None
    holds: frozenset[Ref] = frozenset()
    amount: int = 0
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def id(self) -> UUID:
        """Give the same id for the same finding, wherever and whenever it is made."""
        parts = (self.rule, self.aspect, self.event, self.batch, self.cause)
        digest = hashlib.sha256("|".join(_part(part) for part in parts).encode()).digest()
        return UUID(bytes=digest[:16])

    @property
    def blocks(self) -> bool:
        """Tell whether an attempt with this finding is refused."""
        return self.severity is Severity.BLOCK

    @property
    def message(self) -> Words:
        """Say what was found, in both languages."""
        return fill(RULES[self.rule].message_of(self.aspect), dict(self.values))

    @property
    def fix(self) -> Words:
        """Say what to do about it."""
        return fill(RULES[self.rule].fix_of(self.aspect), dict(self.values))


def found(rule: str, *, aspect: str = "", severity: Severity | None = None, **told: Any) -> Finding:  # noqa: ANN401 - what a finding holds
    """Make a finding of a rule as it stands in the catalogue now."""
    judged: Rule = RULES[rule]
    values = told.pop("values", {})
    return Finding(
        rule,
        severity or judged.severity_of(aspect),
        judged.version,
        aspect=aspect,
        values=tuple(sorted(values.items())),
        **told,
    )


class _Told(dict[str, str | None]):
    """Figures of a message; open where an older version of the rule did not tell them."""

    def __missing__(self, name: str) -> str:
        return "…"


def fill(message: Words, values: Mapping[str, Value]) -> Words:
    """Put figures into a message, each as its language writes them."""
    spoken = {name: _spoken(value) for name, value in values.items()}
    vi = (message.vi or "").format_map(_Told({name: words.vi for name, words in spoken.items()}))
    en = (message.en or "").format_map(_Told({name: words.en for name, words in spoken.items()}))
    return Words(vi, en)


def _part(part: str | Ref | None) -> str:
    return part if isinstance(part, str) else f"{part.producer_id}/{part.id}" if part else ""


def _spoken(value: Value) -> Words:
    match value:
        case Words():
            return Words(value.vi, value.en or value.vi)
        case datetime():
            return Words.same(moment(value))
        case date():
            return Words.same(day(value))
        case Decimal() | int():
            return number(Decimal(value))
        case str():
            return Words.same(value)


def as_json(values: tuple[tuple[str, Value], ...]) -> dict[str, Any]:
    """Give figures as JSON that keeps what each of them is."""
    return {name: _encoded(value) for name, value in values}


def from_json(content: Mapping[str, Any]) -> tuple[tuple[str, Value], ...]:
    """Read figures back."""
    return tuple(sorted((name, _decoded(value)) for name, value in content.items()))


def _encoded(value: Value) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case Words():
            return value.document()
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Decimal() | int():
            return {"number": format(Decimal(value).normalize(), "f")}
        case str():
            return value


def _decoded(value: Any) -> Value:  # noqa: ANN401 - any JSON value
    match value:
        case {"moment": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case {"number": text}:
            return Decimal(text)
        case {"vi": vi, "en": en}:
            return Words(vi, en)
        case _:
            return str(value)


def to_document(one: Finding) -> dict[str, Any]:
    """Give a finding as JSON, so that it can be told again as it was."""
    return {
        "rule": one.rule,
        "severity": one.severity,
        "version": one.version,
        "aspect": one.aspect,
        **{name: _ref_text(getattr(one, name)) for name in ("event", "batch", "cause")},
        "allowed": one.allowed.isoformat() if one.allowed else None,
        "values": as_json(one.values),
    }


def from_document(kept: Mapping[str, Any]) -> Finding:
    """Read a finding back."""
    return Finding(
        rule=kept["rule"],
        severity=Severity(kept["severity"]),
        version=kept["version"],
        aspect=kept["aspect"],
        event=_ref_of(kept["event"]),
        batch=_ref_of(kept["batch"]),
        cause=_ref_of(kept["cause"]),
        allowed=date.fromisoformat(kept["allowed"]) if kept["allowed"] else None,
        values=from_json(kept["values"]),
    )


def _ref_text(ref: Ref | None) -> str | None:
    return f"{ref.producer_id}/{ref.id}" if ref else None


def _ref_of(text: str | None) -> Ref | None:
    return Ref(*map(UUID, text.split("/"))) if text else None
