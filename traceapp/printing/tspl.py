"""Labels for printers that speak TSPL (TSC and many cheap ones): every label as one bitmap.

Their built-in fonts have no Vietnamese letters. A set bit is a dot left white. The gap between
labels is not said: each printer has measured it on its own paper, and would forget that.
"""

from collections.abc import Iterable, Iterator

from traceapp.printing.font_files import FontFiles
from traceapp.printing.raster import of_roll
from traceapp.printing.run import Copies, Design

_INVERTED = bytes(0xFF - byte for byte in range(0x100))


def write(
    design: Design, run: Iterable[Copies], fonts: FontFiles, dpi: int = 203
) -> Iterator[bytes]:
    """Yield a format for each label of the run, its copies left to the printer.

    Raises `DoesNotFit` for sheets of several labels: these printers feed one at a time.
    """
    rasters, stock = of_roll(design, fonts, dpi), design.stock
    corner = rasters.corner(stock.position(1))
    size = f"SIZE {stock.page_width:g} mm,{stock.page_height:g} mm"
    begin = f"{size}\r\nREFERENCE 0,0\r\nCLS\r\nBITMAP {max(corner[0], 0)},{max(corner[1], 0)}"
    for copies in run:
        picture = rasters.on_page(rasters.draw(copies.label), corner)
        row, rows = (picture.width + 7) // 8, picture.height
        yield b"".join(
            (
                f"{begin},{row},{rows},0,".encode("ascii"),
                picture.packed().translate(_INVERTED),
                f"\r\nPRINT 1,{copies.count}\r\n".encode("ascii"),
            )
        )
