"""Rules of the house that no linter knows: routes, the one commit, room files, sizes, keys."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import UniqueConstraint

from traceapp.database.engine import db
from traceapp.web.access import ACCESS_MARK
from traceapp.web.endpoints import WRITES_MARK

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "traceapp").rglob("*.py"))
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MINTED = "uq_stall_code"  # at random by the server: nobody types it, nobody learns from a refusal

# Tables that belong to no producer: decisions "Tenancy" lists them.
GLOBAL_TABLES = {
    "programme_sum",
    *("account", "province", "commune", "public_code", "code_state_change", "gtin_owner"),
    *("job", "worker_pulse", "public_generation", "public_snapshot", "problem_report"),
    *("demo_load", "passkey", "signed_in_device", "one_time_code", "throttle", "report_answer"),
    *("hand_off_link", "report_act", "code_audit", "code_audit_page", "opening_count"),
    "push_subscription",
}
# Edges between producers carry both ids without a key.
FOREIGN_EDGES = {"batch_parent"}


@pytest.fixture
def sqlite_app(make_app, request):
    """One application; routes do not depend on the database."""
    return make_app()


def _routes(app: Flask) -> Iterator[tuple[str, set[str], object]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield str(rule), set(rule.methods or ()), app.view_functions[rule.endpoint]


def test_every_route_says_whom_it_answers(sqlite_app: Flask) -> None:
    unmarked = [path for path, _, view in _routes(sqlite_app) if not hasattr(view, ACCESS_MARK)]
    assert unmarked == []


def test_every_route_that_writes_commits_once_at_its_edge(sqlite_app: Flask) -> None:
    open_ended = [
        path
        for path, methods, view in _routes(sqlite_app)
        if methods & WRITING and not getattr(view, WRITES_MARK, False)
    ]
    assert open_ended == []


def test_only_the_edge_commits() -> None:
    committing = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(r"session\.commit\(", path.read_text(encoding="utf-8"))
    }
    assert committing == {"traceapp/web/endpoints.py"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_lives_there(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_room_has_a_drawer_for_everything() -> None:
    banned = {"util", "utils", "helpers", "helper", "services", "manager", "common", "misc"}
    assert {path.stem for path in SOURCES} & banned == set()


def test_every_table_of_a_producer_has_the_producer_in_its_keys() -> None:
    for table in db.metadata.tables.values():
        if table.name in GLOBAL_TABLES:
            continue
        assert "producer_id" in table.primary_key.columns, table.name
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.name
            if target in GLOBAL_TABLES:
                continue
            assert "producer_id" in constraint.column_keys, f"{table.name} -> {target}"


def test_every_unique_key_of_a_producers_table_holds_the_producer() -> None:
    for table in db.metadata.tables.values():
        if table.name in GLOBAL_TABLES:
            continue
        for index in table.indexes:
            if index.unique:
                assert "producer_id" in index.columns, index.name
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.name != MINTED:
                assert "producer_id" in constraint.columns, constraint.name


def test_every_constraint_has_a_name() -> None:
    for table in db.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name
