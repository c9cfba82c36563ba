"""The words by which a step is found: those of its fields, folded, kept beside its document."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from traceapp.database.folding import fold
from traceapp.trace.vocabulary import STEP_KINDS, FieldSpec


def folded_words(step_kind: str, fields: object) -> str | None:
    """Fold what was filled in at a step: texts, numbers, and what was chosen in both languages.

    Ids say nothing to readers and are left out; None where nothing is left. The order is that of
    the fields' names, as in a document.
    """
    if not isinstance(fields, Mapping):
        return None
    kind = STEP_KINDS.get(step_kind)
    specs = kind.fields if kind else {}
    said = [word for name in sorted(fields) for word in _said(specs.get(name), fields[name])]
    return fold("\n".join(said)) or None


def _said(spec: FieldSpec | None, given: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    text = "" if given is None else str(given)
    if spec is not None and (option := spec.options.get(text)):
        yield option.label.vi or ""
        yield option.label.en or ""
    elif spec is None or not is_naming(spec, text):
        yield text


def is_naming(spec: FieldSpec, given: object) -> bool:
    """Tell whether a field holds the id of something, which says nothing to readers."""
    if spec.type not in {"event", "place"}:
        return False
    try:
        return bool(UUID(str(given)))
    except ValueError:
        return False
