"""Reading what programs send: strictly, with everything that is wrong at once."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import request
from marshmallow import Schema, ValidationError, fields

from traceapp import problem
from traceapp.web.faults import Fault

LARGEST_BODY = 2 * 1024 * 1024  # a hundred events with all their lines have a tenth of it

Errors = dict[Any, Any]
T = TypeVar("T")


def json_body() -> Any:  # noqa: ANN401 - any JSON value
    """Read the body. Raises UnsupportedMediaType, or BadRequest for what is no JSON."""
    if not request.is_json:
        raise problem.UnsupportedMediaType
    return request.get_json()


def load(schema: Schema, given: object) -> dict[str, Any]:
    """Load an object whose types are exactly the documented ones. Raises ValidationError."""
    return reading(schema, given, schema.load)


def reading(schema: Schema, given: object, read: Callable[[Mapping[str, Any]], T]) -> T:
    """Read an object by `read`, whose types are exactly those of the schema.

    marshmallow alone takes "5" and 5.7 for a whole number and "yes" for true. Raises
    ValidationError with everything that is wrong.
    """
    if not isinstance(given, Mapping):
        raise ValidationError(_word(fields.Nested, "type"))
    errors = _wrong_types(schema, given)
    try:
        found = read(given)
    except ValidationError as error:
        raise ValidationError(_merged(errors, error.messages_dict)) from error
    if errors:
        raise ValidationError(errors)
    return found


def query(schema: Schema | None) -> dict[str, Any]:
    """Read the parameters of the address; one that is not known, or stands twice, is refused."""
    known = {} if schema is None else schema.load_fields
    errors: Errors = {}
    for name, texts in request.args.lists():
        if name not in known:
            errors[name] = [Schema._default_error_messages["unknown"]]  # noqa: SLF001 - our words
        elif len(texts) > 1:
            errors[name] = [TWICE]
    if errors:
        raise ValidationError(errors)
    data: dict[str, Any] = {} if schema is None else schema.load(request.args.to_dict())
    return data


TWICE = Fault("twice", problem.N_("This parameter stands twice."), problem.N_("Send it once."))


def _wrong_types(schema: Schema, given: Mapping[str, Any]) -> Errors:
    errors: Errors = {}
    for name, field in schema.load_fields.items():
        key = field.data_key if field.data_key is not None else name
        if given.get(key) is not None and (found := _wrong_type(field, given[key])):
            errors[key] = found
    return errors


def _wrong_type(field: fields.Field[Any], value: object) -> Errors | list[str]:
    match field, value:
        case fields.Nested(), Mapping():
            return _wrong_types(field.schema, value)
        case fields.List(), list():
            found = {n: _wrong_type(field.inner, entry) for n, entry in enumerate(value)}
            return {n: errors for n, errors in found.items() if errors}
        case fields.Integer(), _ if not _is_whole(value):
            return [_word(fields.Integer, "invalid")]
        case fields.Float(), _ if isinstance(value, bool) or not isinstance(value, int | float):
            return [_word(fields.Number, "invalid")]
        case fields.Boolean(), _ if not isinstance(value, bool):
            return [_word(fields.Boolean, "invalid")]
        case _:
            return []


def _is_whole(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _word(kind: type[fields.Field[Any]], name: str) -> str:
    return cast("str", kind.default_error_messages[name])


def _merged(ours: Errors, others: Errors) -> Errors:
    """Put two trees of errors together; of one value ours says what is wrong."""
    merged = dict(others)
    for key, errors in ours.items():
        other = merged.get(key)
        both = isinstance(errors, dict) and isinstance(other, dict)
        merged[key] = _merged(errors, other) if both else errors  # type: ignore[arg-type]
    return merged
