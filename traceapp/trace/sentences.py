"""Turn a step into a plain sentence, from the vocabulary's templates and public fields only.

A template is text with `{field}`, `{field|one|many}` (a number with its English noun) and
`[...]`, which is left out when a field inside it is unknown.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from traceapp.trace.entries import Detail
from traceapp.trace.facts import EventFact, FieldValue
from traceapp.trace.measures import measured
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import STEP_KINDS, FieldSpec, StepKind, Visibility
from traceapp.trace.wording import day, number, plural
from traceapp.trace.words import Words

PLACEHOLDER = re.compile(r"\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_UNKNOWN_KIND = Words("Một bước khác", "Another step")


def sentence(event: EventFact) -> Words:
    """Say what was done, with the public fields its template names."""
    kind = STEP_KINDS.get(event.step_kind)
    if kind is None or kind.sentence is None:
        return _UNKNOWN_KIND
    values = _spoken(kind, event.fields or {})
    template = kind.sentence
    return Words(_fill(template.vi or "", values, "vi"), _fill(template.en or "", values, "en"))


def quote(event: EventFact) -> Words | None:
    """Give the recorder's own words, where the kind has a public field for them."""
    for spec in _public(event):
        text = (event.fields or {}).get(spec.id)
        if spec.quote and isinstance(text, str) and text.strip():
            return Words.only_vi(text.strip())
    return None


def details(
    event: EventFact, told: Collection[Visibility] = (Visibility.PUBLIC,)
) -> tuple[Detail, ...]:
    """Give the fields of these visibilities which neither the sentence nor the date says."""
    kind = STEP_KINDS.get(event.step_kind)
    said = set() if kind is None else _named(kind)
    found = []
    for spec in kind.fields.values() if kind else ():
        value = (event.fields or {}).get(spec.id)
        own_day = spec.type == "date" and value == event.event_time.date().isoformat()
        if spec.visibility not in told or value is None or spec.id in said:
            continue
        if spec.quote or own_day:
            continue
        words = _written(spec, value)
        if words is not None:
            found.append(Detail(spec.id, spec.label, words))
    return tuple(found)


def reads_badly(event: EventFact) -> bool:
    """Say whether a public answer is negative, so that it is not shown off as evidence."""
    return answers_badly(event.step_kind, event.fields or {})


def answers_badly(step_kind: str, fields: Mapping[str, object]) -> bool:
    """Say the same of the fields of a step of a kind."""
    kind = STEP_KINDS.get(step_kind)
    for spec in kind.public_fields if kind else ():
        option = spec.options.get(str(fields.get(spec.id)))
        if option is not None and option.negative:
            return True
    return False


def whole_number(event: EventFact, field: str) -> int | None:
    """Give a public number field as an integer; None when it is missing, private or no number."""
    value = (event.fields or {}).get(field)
    public = {spec.id for spec in _public(event)}
    figure = _figure(value) if field in public else None
    return int(figure) if figure is not None else None


def _public(event: EventFact) -> tuple[FieldSpec, ...]:
    kind = STEP_KINDS.get(event.step_kind)
    return kind.public_fields if kind else ()


def _named(kind: StepKind) -> set[str]:
    template = kind.sentence.vi if kind.sentence else None
    return {match[1] for match in PLACEHOLDER.finditer(template or "")}


def _spoken(kind: StepKind, fields: Mapping[str, FieldValue]) -> dict[str, Words]:
    spoken = {}
    for name in _named(kind):
        spec = kind.fields.get(name)
        value = fields.get(name)
        # The second check guards against a template that names a private field.
        if spec is None or value is None or spec.visibility is not Visibility.PUBLIC:
            continue
        option = spec.options.get(str(value))
        words = option.say if option else _written(spec, value, with_unit=False)
        if words is not None:
            spoken[name] = words
    return spoken


def _fill(template: str, values: Mapping[str, Words], language: str) -> str:
    def keep(match: re.Match[str]) -> str:
        needed = {m[1] for m in PLACEHOLDER.finditer(match[1])}
        return match[1] if needed <= values.keys() else ""

    # One pass fills the values in, so that braces in a person's text stay text.
    return _replace(_OPTIONAL.sub(keep, template), values, language)


def _replace(text: str, values: Mapping[str, Words], language: str) -> str:
    def word(match: re.Match[str]) -> str:
        words = values.get(match[1])
        if words is None:
            return ""
        said = (words.vi if language == "vi" else words.en) or words.vi or ""
        if match[2] and said.isdigit():
            return plural(int(said), match[2], match[3])
        return f"{said} {match[3]}" if match[3] else said

    return PLACEHOLDER.sub(word, text)


def _written(spec: FieldSpec, value: FieldValue, *, with_unit: bool = True) -> Words | None:
    if spec.options:
        option = spec.options.get(str(value))
        return option.label if option else None
    if spec.type == "number":
        figure = _figure(value)
        return None if figure is None else _measured(figure, spec.unit if with_unit else None)
    if spec.type in {"date", "datetime"}:
        return _dated(value)
    text = str(value).strip()
    if not text:
        return None
    # Numbers of papers and codes are the same in both languages; words are the writer's own.
    return Words.same(text) if text.isascii() or not with_unit else Words.only_vi(text)


def _measured(figure: Decimal, unit: str | None) -> Words:
    return measured(figure, unit) if unit is not None and unit in UNITS else number(figure)


def _figure(value: FieldValue) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return None
    return figure if figure.is_finite() and figure.adjusted() < 15 else None  # noqa: PLR2004


def _dated(value: FieldValue) -> Words | None:
    try:
        return Words.same(day(date.fromisoformat(str(value)[:10])))
    except ValueError:
        return None
