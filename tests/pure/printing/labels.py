"""Labels as hypothesis makes them, and where the things on an arranged label lie."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from traceapp.printing.arranged import Arranged
from traceapp.printing.label import Item, Label

Box = tuple[float, float, float, float]

vietnamese = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyẵặễộứỳ ABCĐXẪỘ0123456789(),.-", max_size=120)
dates = st.none() | st.dates(date(2020, 1, 1), date(2035, 1, 1))
hosts = st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z]{2,10}){1,2}", fullmatch=True)


def labelled(host: str, code: str, **rest: Any) -> Label:
    return Label(uri=f"HTTPS://{host.upper()}/B/{code}", domain=host, code=code, **rest)


labels = st.builds(
    labelled,
    host=hosts,
    code=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10),
    name=vietnamese,
    producer=vietnamese,
    lot=st.text("ABCabc0123456789-", min_size=1, max_size=20),
    produced=dates,
    expires=dates,
    packed=dates,
    sample=st.booleans(),
    serial=st.sampled_from(["", "7K3M-9QRT-2X", "7K3M-9QRT-2XAB-C"]),
)


def texts(most: int) -> st.SearchStrategy[str]:
    """Words in Vietnamese, such as people write on labels; now and then far too many."""
    word = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyẵặễộứỳABCĐ0123456789()%,…", min_size=1, max_size=9)
    return st.lists(word, min_size=1, max_size=most).map(" ".join)


ITEMS = {
    "net_quantity": ("Định lượng", 3),
    "warnings": ("Cảnh báo", 90),
    "storage": ("HDBQ", 20),
    "ingredients": ("Thành phần", 90),
    "use": ("HDSD", 20),
}
items = st.tuples(
    *(
        st.builds(Item, st.just(kind), st.just(word), texts(most))
        for kind, (word, most) in ITEMS.items()
    )
)
full_labels = st.builds(
    labelled,
    host=hosts,
    code=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10),
    name=texts(6),
    producer=texts(6),
    address=texts(6),
    origin=texts(5),
    maker=st.just("") | texts(5),
    lot=st.text("ABCabc0123456789-", min_size=1, max_size=12),
    produced=dates,
    expires=dates,
    packed=dates,
    items=items,
    sample=st.booleans(),
    serial=st.sampled_from(["", "7K3M-9QRT-2X", "7K3M-9QRT-2XAB-C"]),
)


def boxes(arranged: Arranged) -> list[Box]:
    x, y, side = arranged.symbol_x, arranged.symbol_y, arranged.symbol_side
    return [*(line.box for line in arranged.lines if line.text), (x, y, x + side, y + side)]


def overlap(one: Box, other: Box) -> bool:
    slack = 1e-3  # baselines are rounded to a thousandth of a mm
    return (
        one[0] < other[2] - slack
        and other[0] < one[2] - slack
        and one[1] < other[3] - slack
        and other[1] < one[3] - slack
    )
