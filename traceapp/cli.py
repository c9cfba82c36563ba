"""Commands: `flask --app wsgi ...`. Each runs in one write transaction."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the commands of all rooms."""
