"""The frame of a PDF file, written piece by piece: numbered objects, their index at the end.

ISO 32000-1 7.5. Nothing is held but the places of the objects, so that a file of a thousand pages
goes out page by page.
"""

import zlib

from traceapp.printing.calibration import Calibration
from traceapp.printing.stock import Stock

POINTS = 72 / 25.4  # in a millimetre
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_COMPRESSION = 5  # 6 takes twice as long for a tenth less


def page_matrix(stock: Stock, calibration: Calibration) -> str:
    """Turn mm into points, put right for the printer; y runs up from the foot of the page."""
    height = stock.page_height
    across, down = (f"{POINTS * scale:.6f}" for scale in calibration.scales)
    right, up = POINTS * calibration.offset_x, POINTS * (height - calibration.y(height))
    return f"{across} 0 0 {down} {right:.6g} {up:.6g} cm"


class PdfFile:
    """Numbers the objects of one file and knows where each begins."""

    def __init__(self) -> None:
        self._places: list[int] = []
        self._at = 0

    def begin(self) -> bytes:
        """Give the first bytes of the file."""
        return self._placed(_HEADER)

    def reserve(self) -> int:
        """Give the number of an object that is written later."""
        self._places.append(-1)
        return len(self._places)

    def object(self, number: int, body: str) -> bytes:
        """Write the object of a reserved number."""
        return self._written(number, body.encode("ascii"))

    def stream(self, number: int, content: bytes, entries: str = "") -> bytes:
        """Write an object that is a stream, deflated; `entries` go into its dictionary."""
        packed = zlib.compress(content, _COMPRESSION)
        head = f"<</Length {len(packed)}/Filter/FlateDecode{entries}>>stream\n"
        return self._written(number, head.encode("ascii") + packed + b"\nendstream")

    def end(self, root: int) -> bytes:
        """Write the index; `root` is the number of the catalogue."""
        count, index_at = len(self._places) + 1, self._at
        rows = "".join(f"{place:010d} 00000 n \n" for place in self._places)
        return (
            f"xref\n0 {count}\n0000000000 65535 f \n{rows}"
            f"trailer<</Size {count}/Root {root} 0 R>>\nstartxref\n{index_at}\n%%EOF\n"
        ).encode("ascii")

    def _written(self, number: int, body: bytes) -> bytes:
        self._places[number - 1] = self._at
        return self._placed(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _placed(self, content: bytes) -> bytes:
        self._at += len(content)
        return content
