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


def may_be_of(crop: Crop, folded_name: str, family: str) -> bool:
    """Tell whether a product may be a crop: of its family, and not named after another one only."""
    words = f" {folded_name} "
    named = {
        one.id
        for one in CROPS.values()
        if one.family == family and f" {one.id.replace('_', ' ')} " in words
    }
    return family == crop.family and (not named or crop.id in named)


def crop_of(folded_name: str) -> Crop | None:
    """Find a crop by a name without marks: "cai ngot" or "cai_ngot"."""
    return CROPS.get("_".join(folded_name.split()))
