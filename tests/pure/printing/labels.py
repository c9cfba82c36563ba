"""Labels as hypothesis makes them, and where the things on an arranged label lie."""

from datetime import date

from hypothesis import strategies as st

from traceapp.printing.arranged import Arranged
from traceapp.printing.label import Label

Box = tuple[float, float, float, float]

vietnamese = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyẵặễộứỳ ABCĐXẪỘ0123456789(),.-", max_size=120)
dates = st.none() | st.dates(date(2020, 1, 1), date(2035, 1, 1))
hosts = st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z]{2,10}){1,2}", fullmatch=True)
labels = st.builds(
    lambda host, code, **rest: Label(
        uri=f"HTTPS://{host.upper()}/B/{code}", domain=host, code=code, **rest
    ),
    host=hosts,
    code=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10),
    name=vietnamese,
    producer=vietnamese,
    lot=st.text("ABCabc0123456789-", min_size=1, max_size=20),
    produced=dates,
    expires=dates,
    packed=dates,
    sample=st.booleans(),
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
