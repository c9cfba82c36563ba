"""The two pages that say what lies in an export, for whoever opens it in ten years."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

LANGUAGES = ("vi", "en")


def page(language: str, about: Mapping[str, Any]) -> str:
    """Write README.<language>.md."""
    text = files("traceapp.exchange").joinpath(f"readme.{language}.md").read_text(encoding="utf-8")
    listed = "\n".join(f"- `{name}`: {count}" for name, count in about["tables"].items() if count)
    return text.format(
        producer=about["producer"],
        made_at=about["made_at"],
        tables=listed,
        photos=about["photos"],
        voices=about["voices"],
    )
