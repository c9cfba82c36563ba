"""The crops that rules know something of, by the name of a season without marks.

Read from `crops.json`. A crop that is not there is unknown, and nothing is said about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from traceapp.trace import package_data
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop: the family of its products, and whether its leaves are eaten."""

    id: str
    name: Words
    family: str
    leafy: bool


CROPS: Mapping[str, Crop] = MappingProxyType(
    {
        row["id"]: Crop(
            row["id"], Words(row["name_vi"], row["name_en"]), row["family"], row["leafy"]
        )
        for row in package_data.load("crops.json")["crops"]
    }
)


def crop_of(folded_name: str) -> Crop | None:
    """Find a crop by a name without marks: "cai ngot" or "cai_ngot"."""
    return CROPS.get("_".join(folded_name.split()))
