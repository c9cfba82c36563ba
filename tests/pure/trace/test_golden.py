"""The 31 finished demo lots, read as a shopper reads them: one small text file each.

`REFRESH_GOLDEN=1` writes the files anew; read what changed before committing (see `outline`).
"""

import json
import os
from pathlib import Path

import pytest

from tests.pure.trace.hanoi_facts import NOW, hanoi
from tests.pure.trace.outline import outline
from traceapp.trace.document import as_document
from traceapp.trace.timeline import build

GOLDEN = Path(__file__).parent / "golden"
LOTS = hanoi().finished()


def test_all_31_finished_lots_have_a_golden_file():
    assert len(LOTS) == 31
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(LOTS)


@pytest.mark.parametrize("code", LOTS)
def test_the_timeline_of_a_finished_lot_reads_as_before(code):
    document = as_document(build(hanoi().facts(code), NOW))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    path = GOLDEN / f"{code}.txt"
    if os.environ.get("REFRESH_GOLDEN") == "1":
        path.write_text(outline(document), encoding="utf-8")
    assert outline(document) == path.read_text(encoding="utf-8")
