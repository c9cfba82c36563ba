"""Labels for printers that speak ZPL II: every label as one bitmap, so that Vietnamese prints.

Their built-in fonts have no Vietnamese letters. A bitmap goes out deflated (`:Z64:`), its text
guarded by a checksum (CRC-16 of CCITT, begun with zero).
"""

import binascii
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator

from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import DoesNotFit
from traceapp.printing.raster import Rasters
from traceapp.printing.run import Copies, Design

MOST_COPIES = 99_999_999  # what ^PQ takes
_COMPRESSION = 1  # a bitmap of lines and modules gains little from more


def write(
    design: Design, run: Iterable[Copies], fonts: FontFiles, dpi: int = 203
) -> Iterator[bytes]:
    """Yield a format for each label of the run, its copies left to the printer.

    Raises `DoesNotFit` for sheets of several labels: these printers feed one at a time.
    """
    stock = design.stock
    if stock.positions > 1:
        raise DoesNotFit("stock", 1, "a label printer takes rolls, not sheets of labels")
    rasters = Rasters(design, fonts, dpi)
    left, top = round(stock.left * rasters.dots), round(stock.top * rasters.dots)
    wide, long = (round(x * rasters.dots) for x in (stock.page_width, stock.page_height))
    for copies in run:
        picture = rasters.draw(copies.label)
        dots = picture.tobytes("raw", "1;I")  # a set bit is a black dot
        row = (picture.width + 7) // 8
        text = b64encode(zlib.compress(dots, _COMPRESSION))
        yield (
            f"^XA^PW{wide}^LL{long}^LH0,0^FO{left},{top}^GFA,{len(dots)},{len(dots)},{row},:Z64:"
            f"{text.decode('ascii')}:{binascii.crc_hqx(text, 0):04X}^FS^PQ{copies.count}^XZ\n"
        ).encode("ascii")
