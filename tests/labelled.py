"""Products whose label says all that its group must, or less where a test asks for it."""

from typing import Any

from tests.builders import Business
from tests.http.on_sale import finished

WORDS = {"vi": "Xem trên bao bì", "en": None}
SAID: dict[str, Any] = {
    "net_quantity": "500 g",
    "ingredients": [{"vi": "Cải ngọt", "en": None, "mass_percent": 100.0}],
    "warnings": [{"vi": "Rửa kỹ trước khi dùng", "en": None}],
    "use": WORDS,
    "storage": {"vi": "Nơi mát, tránh nắng", "en": None},
    "specifications": {"vi": "32 × 22 cm", "en": None},
    "ethanol_percent": 29.5,
}
IN_PACKS = {"family": "vegetable", "uom": "kg", "net_quantity": "0.5", "net_uom": "kg"}


def label(group: str = "Thực phẩm", *, without: tuple[str, ...] = (), **changes: Any) -> Any:
    """Make the label data of a product that says everything but what is left out."""
    said = {name: value for name, value in SAID.items() if name not in without}
    origin = {"vi": "Sản xuất tại Hà Nội, Việt Nam", "en": None}
    return {"group": group, "origin": origin, "standards": [], **said, **changes}


def packed(owner: Business, said: Any, **changes: Any) -> str:
    """Put goods in packs on sale with such a label; gives the code of the batch."""
    return finished(owner, label=said, **{**IN_PACKS, **changes})
