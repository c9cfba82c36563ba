"""The least a Flask application can do: what the consumer page is measured against."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Say hello."""
    return "Hello"
