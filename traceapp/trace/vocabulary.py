"""The vocabulary of steps: what can happen to a batch, with which fields, and who may see them.

Read from `step_kinds.json`. How a step becomes a sentence lives in `sentences`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from traceapp.trace import package_data
from traceapp.trace.words import Words


class Visibility(StrEnum):
    """Who may read a field: everybody, who handled the batch, or its producer alone."""

    PUBLIC = "public"
    CHAIN = "chain"
    PRIVATE = "private"


class Showing(StrEnum):
    """Whether a kind stands on the public timeline, in the books only, or in a case's own room."""

    STEP = "step"
    LEDGER = "ledger"
    CASE = "case"


class Repeats(StrEnum):
    """How many alike are counted: done so often, or done more often than anybody noted."""

    TIMES = "times"
    NOTED = "noted"


class StockEffect(StrEnum):
    """What a step does to quantities."""

    NONE = "none"
    CREATE = "create"
    TRANSFORM = "transform"
    MOVE_OUT = "move_out"
    MOVE_IN = "move_in"
    REMOVE = "remove"
    SELL = "sell"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice; `say` is how it reads inside a sentence."""

    id: str
    label: Words
    say: Words
    negative: bool


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a step's form. `quote` marks a person's own words."""

    id: str
    label: Words
    type: str
    unit: str | None
    required: bool
    visibility: Visibility
    options: Mapping[str, Option]
    quote: bool


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step; None for a sentence or verb it does not need."""

    id: str
    label: Words
    verb_vi: str
    verb_en: str | None
    icon: str
    group: str
    showing: Showing
    repeats: Repeats | None
    sentence: Words | None
    key_verb: Words | None
    key_verb_by_family: Mapping[str, Words]
    epcis_event: str
    action: str | None
    biz_step: str
    disposition: str
    stock_effect: StockEffect
    operator_kinds: tuple[str, ...]
    families: tuple[str, ...]
    fields: Mapping[str, FieldSpec]

    @property
    def public_fields(self) -> tuple[FieldSpec, ...]:
        """Give the fields everybody may read, in form order."""
        return tuple(f for f in self.fields.values() if f.visibility is Visibility.PUBLIC)

    def verb_for(self, family: str) -> Words | None:
        """Give the verb of the first screen ("Hái", for rice "Gặt"); None for a lesser step."""
        return self.key_verb_by_family.get(family, self.key_verb)


def _pair(row: Mapping[str, Any], name: str) -> Words | None:
    return Words(row[f"{name}_vi"], row[f"{name}_en"]) if f"{name}_vi" in row else None


def _label(row: Mapping[str, Any]) -> Words:
    return Words(row["label_vi"], row["label_en"])


def _option(row: Mapping[str, Any]) -> Option:
    label = _label(row)
    return Option(row["id"], label, _pair(row, "say") or label, bool(row.get("negative")))


def _field(row: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(
        id=row["id"],
        label=_label(row),
        type=row["type"],
        unit=row.get("unit"),
        required=row["required"],
        visibility=Visibility(row["visibility"]),
        options=MappingProxyType({o["id"]: _option(o) for o in row.get("options", ())}),
        quote=bool(row.get("quote")),
    )


def _kind(row: Mapping[str, Any]) -> StepKind:
    by_family = row.get("key_verb_by_family", {})
    return StepKind(
        id=row["id"],
        label=_label(row),
        verb_vi=row["verb_vi"],
        verb_en=row.get("verb_en"),
        icon=row["icon"],
        group=row["group"],
        showing=Showing(row["timeline"]),
        repeats=Repeats(row["repeats"]) if "repeats" in row else None,
        sentence=_pair(row, "sentence"),
        key_verb=_pair(row, "key_verb"),
        key_verb_by_family={f: Words(v["vi"], v["en"]) for f, v in by_family.items()},
        epcis_event=row["epcis_event"],
        action=row["action"],
        biz_step=row["biz_step"],
        disposition=row["disposition"],
        stock_effect=StockEffect(row["stock_effect"]),
        operator_kinds=tuple(row["operator_kinds"]),
        families=tuple(row["families"]),
        fields=MappingProxyType({f["id"]: _field(f) for f in row["fields"]}),
    )


_FILE = package_data.load("step_kinds.json")

STEP_KINDS: Mapping[str, StepKind] = MappingProxyType(
    {row["id"]: _kind(row) for row in _FILE["kinds"]}
)
FAMILIES: Mapping[str, Words] = MappingProxyType(
    {row["id"]: Words(row["name_vi"], row["name_en"]) for row in _FILE["families"]}
)
GROUPS: Mapping[str, Words] = MappingProxyType(
    {row["id"]: Words(row["name_vi"], row["name_en"]) for row in _FILE["groups"]}
)
COMMON_FIELDS: Mapping[str, FieldSpec] = MappingProxyType(
    {row["id"]: _field(row) for row in _FILE["common_fields"]}
)
