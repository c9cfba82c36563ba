"""The least that recording over HTTP can be: a Flask view that writes what it is sent, durably.

No token, no check, no rule, no SQLAlchemy: what `POST /api/v1/events` is to be compared with where
the disk takes more commits a second than this server takes requests.
"""

import os
import sqlite3
import threading
from typing import Any

import psycopg
from flask import Flask, Response, jsonify, request

DATABASE = os.environ["ONE_ROW_DATABASE"]
IS_SQLITE = DATABASE.startswith("/")
INSERT = f"INSERT INTO one_row VALUES ({'?' if IS_SQLITE else '%s'})"  # noqa: S608 - a mark
CREATE = "CREATE TABLE IF NOT EXISTS one_row (content text)"

app = Flask(__name__)
kept = threading.local()


@app.get("/healthz")
def healthz() -> str:
    """Answer that it is there, and make the table."""
    _connection().execute(CREATE)
    return "ok"


@app.post("/api/v1/events")
def record() -> tuple[Response, int]:
    """Write the body as one row, in a transaction of its own."""
    sent = request.get_json()
    _connection().execute(INSERT, (request.get_data(as_text=True),))
    return jsonify({"id": sent["id"]}), 201


def _connection() -> Any:
    if not hasattr(kept, "connection"):
        kept.connection = _sqlite() if IS_SQLITE else psycopg.connect(DATABASE, autocommit=True)
    return kept.connection


def _sqlite() -> sqlite3.Connection:
    connection = sqlite3.connect(DATABASE, timeout=10, isolation_level=None)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("PRAGMA synchronous=FULL")
    return connection
