"""How JSON bodies are read: strictly, and never deeper than the reader's own stack."""

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider


class StrictJson(DefaultJSONProvider):
    """Reads JSON as RFC 8259 has it; whatever else was sent is a ValueError, thus a 400."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Read a body; Python alone would take NaN, and fall over 100,000 open brackets.

        Of a name that stands twice in one object Python would forget the first.
        """
        try:
            return super().loads(
                s, parse_constant=_refuse, object_pairs_hook=_without_doubles, **kwargs
            )
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return read


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def init_app(app: Flask) -> None:
    """Read every JSON body strictly."""
    app.json = StrictJson(app)
