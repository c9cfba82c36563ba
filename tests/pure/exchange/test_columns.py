"""The columns of the tables: one meaning a heading, examples that can be read, and their page."""

from pathlib import Path

import pytest

from traceapp.database.folding import fold
from traceapp.exchange.columns import KINDS, field_reader, step_fields
from traceapp.trace.vocabulary import STEP_KINDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "users" / "import.md"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_each_heading_means_one_column_and_its_example_can_be_read(kind) -> None:
    page = PAGE.read_text(encoding="utf-8")
    headings = kind.headings()
    for column in kind.columns:
        for heading in (column.name, column.title.vi, column.title.en):
            assert headings[fold(heading)] is column
        if column.example:
            column.read(column.example)
        assert f"| {column.title.vi} | {column.title.en} | `{column.name}` |" in page


def test_every_field_of_every_step_is_found_by_its_name_and_both_its_labels() -> None:
    own = KINDS["steps"].headings()
    for kind in STEP_KINDS.values():
        for spec in kind.fields.values():
            for heading in (spec.id, str(spec.label.vi), str(spec.label.en)):
                assert kind.id in step_fields(heading)
                assert fold(heading) not in own, f"{heading}: a column of all steps hides it"
            assert callable(field_reader(spec))
