"""Our PDF in another renderer than the one of all other tests: every code decodes."""

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.pure.printing.test_writers import (
    decoded,
    each_label,
    each_printed,
    numbered,
    pdf,
    skip_what_is_too_much,
    uris,
)
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import Label
from traceapp.printing.run import Design
from traceapp.printing.stock import Stock
from traceapp.printing.templates import Template

PDFTOPPM = shutil.which("pdftoppm")


@pytest.mark.skipif(PDFTOPPM is None, reason="pdftoppm is not here (Debian: poppler-utils)")
@each_label
@each_printed
def test_every_code_of_a_pdf_decodes_at_150_dpi(
    fonts: FontFiles, stock: Stock, template: Template, label: Label, tmp_path: Path
) -> None:
    skip_what_is_too_much(stock, template, label)
    file = tmp_path / "labels.pdf"
    file.write_bytes(pdf(Design(stock, template), [*numbered(stock.positions + 1, label)], fonts))
    command = [str(PDFTOPPM), "-r", "150", "-gray", str(file), str(tmp_path / "page")]
    subprocess.run(command, check=True, capture_output=True)
    drawn = [decoded(Image.open(page)) for page in sorted(tmp_path.glob("page-*.pgm"))]
    assert len(drawn) == 2
    assert sorted(itertools.chain(*drawn)) == uris(stock.positions + 1, label)
