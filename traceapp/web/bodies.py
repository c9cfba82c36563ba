"""How JSON is read, strictly and never deeper than the reader's own stack, and written."""

import re
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

HALF_A_LETTER = re.compile("[\ud800-\udfff]")


class StrictJson(DefaultJSONProvider):
    """Reads JSON as RFC 8259 has it; whatever else was sent is a ValueError, thus a 400.

    Writes letters as they are, for people who read with curl what is wrong with a message.
    """

    ensure_ascii = False

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

    def dumps(self, obj: Any, **kwargs: Any) -> str:  # noqa: ANN401 - any JSON value
        """Write JSON; with escapes where it repeats half a letter, which UTF-8 has not."""
        text: str = super().dumps(obj, **kwargs)
        if text.isascii() or not HALF_A_LETTER.search(text):
            return text
        return super().dumps(obj, **kwargs | {"ensure_ascii": True})


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
