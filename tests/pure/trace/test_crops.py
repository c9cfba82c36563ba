"""Whether a product may be a crop: by its family, and by the crops that its name holds."""

import pytest

from traceapp.trace.crops import CROPS, may_be_of


@pytest.mark.parametrize(
    ("name", "family", "is_possible"),
    [
        ("cai ngot vua thu", "vegetable", True),
        ("rau huu co bai xanh", "vegetable", True),  # a brand says nothing about the crop
        ("rau tron cai ngot va rau muong", "vegetable", True),
        ("rau muong vua thu", "vegetable", False),
        ("cai ngot", "fruit", False),
        ("thit lon", "pork", False),
    ],
)
def test_a_product_is_of_a_crop_unless_it_says_otherwise(
    name: str, family: str, *, is_possible: bool
) -> None:
    assert may_be_of(CROPS["cai_ngot"], name, family) == is_possible
