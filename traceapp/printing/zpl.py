"""Labels for printers that speak ZPL II: every label as one bitmap, so that Vietnamese prints.

Their built-in fonts have no Vietnamese letters. A bitmap goes out deflated (`:Z64:`), its text
guarded by a checksum (CRC-16 of CCITT, begun with zero).
"""

import binascii
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator

from traceapp.printing.font_files import FontFiles
from traceapp.printing.raster import of_roll
from traceapp.printing.run import Copies, Design

_COMPRESSION = 1  # a bitmap of lines and modules gains little from more


def write(
    design: Design, run: Iterable[Copies], fonts: FontFiles, dpi: int = 203
) -> Iterator[bytes]:
    """Yield a format for each label of the run, its copies left to the printer.

    Raises `DoesNotFit` for sheets of several labels: these printers feed one at a time.
    """
    rasters = of_roll(design, fonts, dpi)
    corner, page = rasters.corner(design.stock.position(1)), rasters.page_size
    begin = b"^XA^PW%d^LL%d^LH0,0^FO%d,%d" % (*page, max(corner[0], 0), max(corner[1], 0))
    for copies in run:
        picture = rasters.on_page(rasters.draw(copies.label), corner)
        dots = picture.packed()
        row = (picture.width + 7) // 8
        text = b64encode(zlib.compress(dots, _COMPRESSION))
        yield b"%b^GFA,%d,%d,%d,:Z64:%b:%04X^FS^PQ%d^XZ\n" % (
            *(begin, len(dots), len(dots), row, text),
            *(binascii.crc_hqx(text, 0), copies.count),
        )
