"""Answers a page again from the bytes kept in this worker, before Flask is asked."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Stand in front of the application."""
